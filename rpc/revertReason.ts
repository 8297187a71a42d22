/** Revert data → the words a person reads: `Error(string)`, `Panic(uint256)`, or an error that a native declares. */
import type { Abi } from 'viem'
import { toHex } from '../primitives/bytes.ts'

/** Codes of Solidity's `Panic(uint256)`, in geth's words. */
const PANICS: Readonly<Record<string, string>> = {
  '1': 'assert(false)',
  '17': 'arithmetic underflow or overflow',
  '18': 'division or modulo by zero',
  '33': 'enum overflow',
  '34': 'invalid encoded storage byte array accessed',
  '49': 'out-of-bounds array access; popping on an empty array',
  '50': 'out-of-bounds access of an array or bytesN',
  '65': 'out of memory',
  '81': 'uninitialized function',
}

/** Longer reasons are cut: they are for people, and the whole data goes along. */
const REASON_CHARS_MAX = 1_000

function wordArgument(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(wordArgument).join(', ')}]`
  if (typeof value === 'object' && value !== null) return wordArgument(Object.values(value))
  return String(value)
}

/** Words of a revert; empty when the data is of no known error. `abi` holds declared custom errors. */
export async function revertReason(data: Uint8Array, abi: Abi): Promise<string> {
  if (data.length < 4) return ''
  // Loaded with the first revert: without it the node starts sooner.
  const { decodeErrorResult } = await import('viem/utils')
  try {
    const { errorName, args } = decodeErrorResult({ abi, data: toHex(data) })
    const values: readonly unknown[] = args ?? []
    if (errorName === 'Error') return String(values[0]).slice(0, REASON_CHARS_MAX)
    if (errorName === 'Panic')
      return PANICS[String(values[0])] ?? `unknown panic code: 0x${BigInt(String(values[0])).toString(16)}`
    return `${errorName}(${values.map(wordArgument).join(', ')})`.slice(0, REASON_CHARS_MAX)
  } catch {
    return ''
  }
}
