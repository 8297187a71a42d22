/** The checks of an index header against the chain (influence.md §4.1, economy.md "Models"). */

import type { IndexHeader } from '../../influence/indexFile.ts'
import {
  decodeIndexHeader,
  GUARD_BYTES,
  INDEX_HEADER_BYTES,
  LAYER_BYTES,
  ROW_ENTRY_BYTES,
} from '../../influence/indexFile.ts'
import { isRefused } from '../../influence/refusal.ts'
import { concat, equal, toHex, uintToBytes } from '../../primitives/bytes.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { modelContract } from './contract.ts'

/** What the chain knows of the index that a version must bring. */
export interface ExpectedHeader {
  readonly versionId: Uint8Array
  /** Seeds of the named Datanet versions, in order. */
  readonly seeds: readonly Uint8Array[]
  /** Rows of the named Datanet versions together. */
  readonly rowCount: bigint
  readonly tau: bigint
  readonly clip: bigint
  readonly indexBytes: bigint
}

/** Codes of a whole file begin at a multiple of this (influence.md §4.1). */
const CODES_ALIGNMENT = 64

/** Header fields read and compared, about one step each. */
const HEADER_STEPS = 16n

/** Bytes of the index file that a header announces. */
export function indexFileBytes({ rowCount, blockCount, rowBytes }: IndexHeader): bigint {
  const tables =
    INDEX_HEADER_BYTES + blockCount * LAYER_BYTES + rowCount * (ROW_ENTRY_BYTES + 2 * blockCount + GUARD_BYTES)
  return BigInt(Math.ceil(tables / CODES_ALIGNMENT) * CODES_ALIGNMENT) + BigInt(rowCount) * BigInt(rowBytes)
}

/** A well-formed header that says what the chain expects; refuses any other by the name of the first field that differs. */
export function checkHeader(host: NativeHost, bytes: Uint8Array, expected: ExpectedHeader): IndexHeader {
  host.charge(STEP_GAS * HEADER_STEPS)
  const header = decodeIndexHeader(bytes)
  if (isRefused(header)) throw modelContract.error('BadHeader', header.code, words(header.expected), words(header.got))
  const guardSeed = host.keccak(concat(...expected.seeds))
  checkField('kind', 1n, header.kind === 'gradient' ? 1n : 3n)
  checkField('modelVersion', expected.versionId, header.modelVersion)
  checkField('guardSeed', guardSeed, header.guardSeed)
  checkField('n', expected.rowCount, BigInt(header.rowCount))
  checkField('tau', expected.tau, BigInt(header.tau))
  checkField('clip', expected.clip, BigInt(header.clip))
  const fileBytes = indexFileBytes(header)
  if (fileBytes !== expected.indexBytes) throw modelContract.error('IndexSizeMismatch', fileBytes, expected.indexBytes)
  return header
}

function checkField(field: string, expected: Uint8Array | bigint, got: Uint8Array | bigint): void {
  const [wanted, found] = [wordOf(expected), wordOf(got)]
  if (!equal(wanted, found)) throw modelContract.error('HeaderMismatch', field, wanted, found)
}

const wordOf = (value: Uint8Array | bigint): Uint8Array => (typeof value === 'bigint' ? uintToBytes(value, 32) : value)

/** A refusal's fact as text. */
const words = (fact: unknown): string => (fact instanceof Uint8Array ? toHex(fact) : String(fact))
