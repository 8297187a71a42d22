/** Hardhat 2 on a real devnet: a project in a throw-away folder is compiled, deployed and called by Hardhat itself. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { joinDevnet } from './clientDevnet.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)
const membership = joinDevnet()

const CONTRACT = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

contract Tally {
    uint256 public total;

    error TooMuch(uint256 wanted);

    event Added(uint256 total);

    constructor(uint256 start) {
        total = start;
    }

    function add(uint256 n) external {
        if (n > 100) revert TooMuch(n);
        total += n;
        emit Added(total);
    }
}
`

/** The compiler that the repository installs: nothing is downloaded. */
const CONFIG = `const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require('hardhat/builtin-tasks/task-names')
const { subtask } = require('hardhat/config')
const version = '0.8.37'
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async () => {
  return { compilerPath: require.resolve('solc/soljson.js'), isSolcJs: true, version, longVersion: version }
})
module.exports = {
  solidity: { version, settings: { evmVersion: 'prague' } },
  defaultNetwork: 'devnet',
  networks: { devnet: { url: process.env.DEVNET_URL } },
}
`

/** Prints one JSON object that the test looks at. */
const SCRIPT = `const { artifacts, network } = require('hardhat')
const { Interface } = require('ethers')
async function main() {
  const { abi, bytecode } = await artifacts.readArtifact('Tally')
  const tally = new Interface(abi)
  const ask = (method, ...params) => network.provider.request({ method, params })
  const [from, other] = await ask('eth_accounts')
  const send = async (transaction) => {
    const hash = await ask('eth_sendTransaction', { from, ...transaction })
    for (;;) {
      const receipt = await ask('eth_getTransactionReceipt', hash)
      if (receipt !== null) return receipt
    }
  }
  const deployed = await send({ data: bytecode + tally.encodeDeploy([40n]).slice(2) })
  const to = deployed.contractAddress
  const added = await send({ from: other, to, data: tally.encodeFunctionData('add', [2n]) })
  const total = await ask('eth_call', { to, data: tally.encodeFunctionData('total') }, 'latest')
  const refused = await send({ to, data: tally.encodeFunctionData('add', [101n]) }).catch((error) => error)
  const { blockNumber } = await ask('hardhat_mine', '0x2', '0x1').then(() => ask('eth_getTransactionReceipt', added.transactionHash))
  const head = await ask('eth_blockNumber')
  console.log(JSON.stringify({
    deployed: deployed.status,
    event: tally.parseLog(added.logs[0]).args[0].toString(),
    sender: added.from === other.toLowerCase(),
    total: BigInt(total).toString(),
    refused: tally.parseError(refused.data ?? refused.cause?.data ?? '0x')?.args[0].toString(),
    minedAfter: Number(head) - Number(blockNumber),
  }))
}
main().catch((error) => { console.error(error); process.exitCode = 1 })
`

test('Hardhat: compiles, deploys, sends, calls and reads a refusal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openledger-hardhat-'))
  const devnet = await membership.open()
  try {
    mkdirSync(join(folder, 'contracts'))
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
    const files = {
      'package.json': '{}',
      'hardhat.config.cjs': CONFIG,
      'run.cjs': SCRIPT,
      'contracts/Tally.sol': CONTRACT,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const cli = join(ROOT, 'node_modules/hardhat/internal/cli/bootstrap.js')
    const args = [cli, '--config', 'hardhat.config.cjs', 'run', 'run.cjs']
    const env = { ...process.env, DEVNET_URL: devnet.url, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', HOME: folder }
    const { stdout } = await run(process.execPath, args, { cwd: folder, env })
    assert.equal(JSON.parse(stdout.trim().split('\n').at(-1)!), {
      deployed: '0x1',
      event: '42',
      sender: true,
      total: '42',
      refused: '101',
      minedAfter: 2,
    })
  } finally {
    await membership.leave()
    rmSync(folder, { recursive: true, force: true })
  }
})

test.run()
