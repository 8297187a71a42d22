/** The predeploys' code is what their keyless deployment transactions put at their addresses. */
import { readFileSync } from 'node:fs'
import { createEVM } from '@ethereumjs/evm'
import { createTxFromRLP } from '@ethereumjs/tx'
import { Address, createContractAddress } from '@ethereumjs/util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'

const FILE = new URL('../vectors/predeploys/deployments.json', import.meta.url)
const deployments: { name: string; address: string; transaction: string }[] = JSON.parse(readFileSync(FILE, 'utf8'))

for (const { name, address, codeHash } of PREDEPLOYS)
  test(`${name}: its deployment transaction gives this address and this code`, async () => {
    const deployment = deployments.find((entry) => entry.name === name)!
    const transaction = createTxFromRLP(fromHex(deployment.transaction))
    const sender = transaction.getSenderAddress()
    assert.is(transaction.nonce, 0n)
    assert.is(toHex(createContractAddress(sender, 0n).bytes), toHex(address))
    assert.is(deployment.address.toLowerCase(), toHex(address))
    const evm = await createEVM()
    const { execResult } = await evm.runCall({ caller: sender, data: transaction.data, gasLimit: transaction.gasLimit })
    assert.is(toHex(keccak256(execResult.returnValue)), toHex(codeHash))
  })

test('predeploys: the history contract stores for the system address and serves others', async () => {
  const evm = await createEVM()
  const { address } = PREDEPLOYS.find(({ name }) => name === 'HistoryStorage')!
  const network = JSON.parse(readFileSync(new URL('../../genesis/networks/devnet.json', import.meta.url), 'utf8'))
  const to = new Address(address)
  await evm.stateManager.putCode(to, fromHex(network.predeploys.HistoryStorage))
  const block = { header: { number: 7n } } as NonNullable<Parameters<typeof evm.runCall>[0]['block']>
  const system = new Address(fromHex('0xfffffffffffffffffffffffffffffffffffffffe'))
  const hash = new Uint8Array(32).fill(0xab)
  await evm.runCall({ caller: system, to, data: hash, gasLimit: 100_000n, block })
  const ask = new Uint8Array(32)
  ask[31] = 6
  const { execResult } = await evm.runCall({ to, data: ask, gasLimit: 100_000n, block })
  assert.is(toHex(execResult.returnValue), toHex(hash))
})

test.run()
