/** Starts a devnet of its own on a free port for one test file, and compiles the contracts of this folder. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Abi, bytesToHex, type Hex, parseAbi } from 'viem'
import { type DemoChain, startDevnet } from '../../node/demo/devnetProcess.ts'
import {
  DATANET_ADDRESS,
  FEE_SPLIT_ADDRESS,
  INFERENCE_ADDRESS,
  MODEL_ADDRESS,
  STAKING_ADDRESS,
} from '../../precompiles/addresses.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { keptSolc } from '../solidity.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export function openDevnet(...args: readonly string[]): Promise<DemoChain> {
  return startDevnet(['--port', '0', '--json', '--influence', 'js', ...args])
}

export interface Compiled {
  readonly abi: Abi
  readonly bytecode: Hex
}

/** Compiles one contract of `test/e2e/contracts` with the solc of the project. */
export function compileContract(name: string): Compiled {
  const file = `test/e2e/contracts/${name}.sol`
  const paths = [file, ...globSync('precompiles/**/I*.sol', { cwd: ROOT }).sort()]
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(paths.map((path) => [path, { content: readFileSync(join(ROOT, path), 'utf8') }])),
    settings: { evmVersion: 'prague', outputSelection: { [file]: { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const output = JSON.parse(keptSolc(JSON.stringify(input))) as {
    errors?: { severity: string; formattedMessage: string }[]
    contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
  }
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map((one) => one.formattedMessage).join('\n'))
  const { abi, evm } = output.contracts[file]![name]!
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

const LIABLE = {
  IDatanet: DATANET_ADDRESS,
  IModel: MODEL_ADDRESS,
  IInference: INFERENCE_ADDRESS,
  IFeeSplit: FEE_SPLIT_ADDRESS,
  IStaking: STAKING_ADDRESS,
}

/** What each native that keeps money holds and owes. */
export async function readLiabilities(client: ChainClient) {
  const abi = parseAbi(['function liabilities() view returns (uint256)'])
  const reads = Object.entries(LIABLE).map(async ([native, bytes]) => {
    const address = bytesToHex(bytes)
    const owedWei = await client.readContract({ address, abi, functionName: 'liabilities' })
    return { native, owedWei, heldWei: await client.getBalance({ address }) }
  })
  return Promise.all(reads)
}
