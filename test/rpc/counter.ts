/** The compiled `Counter.sol`. */
import { readFileSync } from 'node:fs'
import { type Abi, parseAbi } from 'viem'
import { compileSolidity } from '../../precompiles/compile.ts'
import { keptSolc } from '../solidity.ts'

export const counterAbi = parseAbi([
  'constructor(uint256 start)',
  'event Counted(address indexed who, uint256 count)',
  'error TooMuch(uint256 wanted, uint256 max)',
  'function count() view returns (uint256)',
  'function add(uint256 n)',
  'function clear()',
  'function relay(uint256 n)',
  'function spin() pure',
  'function openDatanet(address native, bytes input) returns (bytes output)',
])

export interface CompiledCounter {
  readonly abi: Abi
  readonly bytecode: `0x${string}`
}

export function compileCounter(): CompiledCounter {
  const source = readFileSync(new URL('./Counter.sol', import.meta.url), 'utf8')
  const output = compileSolidity({ 'Counter.sol': source }, ['evm.bytecode.object'], keptSolc)
  const contract = output.contracts['Counter.sol']!['Counter']! as unknown as {
    readonly abi: Abi
    readonly evm: { readonly bytecode: { readonly object: string } }
  }
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` }
}
