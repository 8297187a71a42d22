/** Headers of sources for tests: what the chain sees of an index or a corpus, of a version of any method. */
import { encodeIndexHeader } from '../../../influence/indexFile.ts'
import { encodeCorpusHeader } from '../../../influence/span/corpusHeader.ts'
import type { Method } from '../../../influence/surface.ts'
import { concat, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'

export type IndexHeaderFields = Partial<Parameters<typeof encodeIndexHeader>[0]>
export type CorpusHeaderFields = Partial<Parameters<typeof encodeCorpusHeader>[0]>

export interface SourceFacts {
  readonly versionId: Uint8Array
  readonly guardSeed: Uint8Array
  readonly rowCount: number
  /** Makes the roots of two sources differ. */
  readonly tag: string
}

export interface TestSource {
  readonly header: Uint8Array
  readonly sourceRoot: Uint8Array
  readonly sizeBytes: bigint
  /** What the spec says of it. */
  readonly spec: { readonly method: number; readonly saRoot: string; readonly engine: number }
}

const NO_ROOT = new Uint8Array(32)
const hashOf = (text: string) => keccak256(utf8(text))
/** Sections end at multiples of 64 bytes. */
const aligned = (bytes: number) => Math.ceil(bytes / 64) * 64

export function sourceOf(method: Method, facts: SourceFacts, fields: IndexHeaderFields & CorpusHeaderFields = {}) {
  return method === 'span' ? corpusOf(facts, fields) : indexOf(method, facts, fields)
}

function indexOf(method: 'datainf' | 'rag', facts: SourceFacts, fields: IndexHeaderFields): TestSource {
  const { versionId, guardSeed, rowCount, tag } = facts
  const shape =
    method === 'rag'
      ? ({ kind: 'retrieval', clip: 255, blockCount: 1, tau: 246 } as const)
      : ({ kind: 'gradient', clip: 4, blockCount: 2, tau: 96 } as const)
  const hashes = { layersHash: hashOf('layers'), rowsRoot: hashOf(`rows ${tag}`) }
  const counts = { rowCount, acceptedCount: rowCount, rowBytes: 64, rhoRef: 5n }
  const values = { ...shape, ...counts, modelVersion: versionId, guardSeed, ...hashes, ...fields }
  const header = encodeIndexHeader(values)
  const { blockCount } = shape
  const tables = 176 + blockCount * 32 + rowCount * (40 + 2 * blockCount + 256)
  return {
    header,
    sourceRoot: keccak256(concat(Uint8Array.of(0x12), header)),
    sizeBytes: BigInt(aligned(tables) + rowCount * 64),
    spec: { method: method === 'rag' ? 3 : 1, saRoot: toHex(NO_ROOT), engine: 1 },
  }
}

function corpusOf({ rowCount, tag }: SourceFacts, fields: CorpusHeaderFields): TestSource {
  const textLength = 10 * rowCount
  const hashes = { tokenizerHash: NO_ROOT, infoHash: hashOf('info'), rowsRoot: hashOf(`rows ${tag}`) }
  const header = encodeCorpusHeader({
    ...{ rowCount, vocabulary: 256, textLength },
    ...{ ...hashes, textRoot: hashOf('text') },
    ...fields,
  })
  const saRoot = hashOf(`suffixes ${tag}`)
  return {
    header,
    sourceRoot: keccak256(concat(Uint8Array.of(0x30), header, saRoot)),
    sizeBytes: BigInt(aligned(208 + 256 + rowCount * 40) + 8 * textLength),
    spec: { method: 2, saRoot: toHex(saRoot), engine: 0 },
  }
}
