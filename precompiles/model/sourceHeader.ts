/** The checks of a source's header against the chain: an index (datainf, rag) or a corpus (span) (influence.md §4.1, §7, §8). */

import type { IndexHeader } from '../../influence/indexFile.ts'
import {
  CLIP_OFF,
  decodeIndexHeader,
  GUARD_BYTES,
  INDEX_HEADER_BYTES,
  indexRootOf,
  LAYER_BYTES,
  ROW_ENTRY_BYTES,
} from '../../influence/indexFile.ts'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import { CORPUS_ROW_BYTES } from '../../influence/span/corpusFile.ts'
import {
  CORPUS_COMMITMENT_BYTES,
  type CorpusHeader,
  corpusRootOf,
  decodeCorpusHeader,
} from '../../influence/span/corpusHeader.ts'
import { concat, equal, uintToBytes } from '../../primitives/bytes.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost, NativeRevert } from '../native.ts'
import { factText } from '../words.ts'
import { modelContract } from './contract.ts'
import { METHOD } from './methods.ts'

/** What the chain knows of the source that a version must bring. */
export interface ExpectedSource {
  readonly versionId: Uint8Array
  /** Seeds of the named Datanet versions, in order. */
  readonly seeds: readonly Uint8Array[]
  /** Rows of the named Datanet versions together. */
  readonly rowCount: bigint
  readonly tau: bigint
  readonly clip: bigint
}

/** What the spec says of it. */
export interface DescribedSource {
  readonly method: bigint
  readonly source: { readonly sizeBytes: bigint }
  readonly tokenizerHash: Uint8Array
  readonly saRoot: Uint8Array
}

export interface CheckedSource {
  readonly sourceRoot: Uint8Array
  readonly guardSeed: Uint8Array
  /** Rows, or chunks of a retrieval index. */
  readonly rowCount: bigint
}

/** Codes of an index (influence.md §4.1) and the text of a corpus begin at a multiple of this. */
const CODES_ALIGNMENT = 64
/** Header fields read and compared, about one step each. */
const HEADER_STEPS = 16n
const NO_ROOT = new Uint8Array(32)

/** A well-formed header that says what the chain expects; refuses any other by the name of the first field that differs. */
export function checkSource(
  host: NativeHost,
  header: Uint8Array,
  spec: DescribedSource,
  expected: ExpectedSource,
): CheckedSource {
  host.charge(STEP_GAS * HEADER_STEPS)
  const guardSeed = host.keccak(concat(...expected.seeds))
  if (spec.method === METHOD.span) return { guardSeed, ...checkCorpusHeader(host, header, spec, expected) }
  checkField('saRoot', NO_ROOT, spec.saRoot)
  return { guardSeed, ...checkIndexHeader(host, header, spec, { ...expected, guardSeed }) }
}

/** Bytes of the index file that a header announces. */
export function indexFileBytes({ rowCount, blockCount, rowBytes }: IndexHeader): bigint {
  const tables =
    INDEX_HEADER_BYTES + blockCount * LAYER_BYTES + rowCount * (ROW_ENTRY_BYTES + 2 * blockCount + GUARD_BYTES)
  return BigInt(Math.ceil(tables / CODES_ALIGNMENT) * CODES_ALIGNMENT) + BigInt(rowCount) * BigInt(rowBytes)
}

/** A contribution has one row in a gradient index, and as many chunks as it takes in a retrieval index, which never clips. */
function checkIndexHeader(
  host: NativeHost,
  bytes: Uint8Array,
  { method, source }: DescribedSource,
  expected: ExpectedSource & { readonly guardSeed: Uint8Array },
) {
  const header = decodeIndexHeader(bytes)
  if (isRefused(header)) throw badHeader(header)
  const isRetrieval = method === METHOD.rag
  checkField('kind', isRetrieval ? 3n : 1n, header.kind === 'gradient' ? 1n : 3n)
  checkField('modelVersion', expected.versionId, header.modelVersion)
  checkField('guardSeed', expected.guardSeed, header.guardSeed)
  if (!isRetrieval) checkField('n', expected.rowCount, BigInt(header.rowCount))
  checkField('tau', expected.tau, BigInt(header.tau))
  checkField('clip', isRetrieval ? BigInt(CLIP_OFF) : expected.clip, BigInt(header.clip))
  if (isRetrieval) checkField('L', 1n, BigInt(header.blockCount))
  checkSize(indexFileBytes(header), source.sizeBytes)
  const sourceRoot = indexRootOf(bytes, (data) => host.keccak(data))
  return { sourceRoot, rowCount: BigInt(header.rowCount) }
}

/** Bytes of the corpus file that a header announces: commitment, information table, row table, text and suffix array. */
export function corpusFileBytes({ rowCount, vocabulary, textLength }: CorpusHeader): bigint {
  const tables = CORPUS_COMMITMENT_BYTES + vocabulary + rowCount * CORPUS_ROW_BYTES
  return BigInt(Math.ceil(tables / CODES_ALIGNMENT) * CODES_ALIGNMENT) + 8n * BigInt(textLength)
}

/** A corpus names no model: the root binds header and suffix array, and the version binds the root. */
function checkCorpusHeader(
  host: NativeHost,
  bytes: Uint8Array,
  { source, tokenizerHash, saRoot }: DescribedSource,
  expected: ExpectedSource,
) {
  const header = decodeCorpusHeader(bytes)
  if (isRefused(header)) throw badHeader(header)
  checkField('n', expected.rowCount, BigInt(header.rowCount))
  checkField('tokenizerHash', tokenizerHash, header.tokenizerHash)
  checkSize(corpusFileBytes(header), source.sizeBytes)
  const sourceRoot = corpusRootOf(concat(bytes, saRoot), (data) => host.keccak(data))
  return { sourceRoot, rowCount: BigInt(header.rowCount) }
}

function checkSize(expectedBytes: bigint, gotBytes: bigint): void {
  if (expectedBytes !== gotBytes) throw modelContract.error('SourceSizeMismatch', expectedBytes, gotBytes)
}

function checkField(field: string, expected: Uint8Array | bigint, got: Uint8Array | bigint): void {
  const [wanted, found] = [wordOf(expected), wordOf(got)]
  if (!equal(wanted, found)) throw modelContract.error('HeaderMismatch', field, wanted, found)
}

const wordOf = (value: Uint8Array | bigint): Uint8Array => (typeof value === 'bigint' ? uintToBytes(value, 32) : value)

const badHeader = ({ code, expected, got }: Refused): NativeRevert =>
  modelContract.error('BadHeader', code, factText(expected), factText(got))
