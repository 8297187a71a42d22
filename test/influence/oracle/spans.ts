/** Method `span` by the book: influence.md §7: text, token information and commitments of a corpus, roots of an answer. */
import { type Commitments, join, le, listed } from './commitments.ts'
import { ascending, bl } from './integers.ts'

export interface OracleCorpus {
  readonly dupOf: readonly (number | undefined)[]
  /** Position of each row's first symbol in X; 0 for duplicates. */
  readonly starts: readonly number[]
  /** X. */
  readonly text: readonly number[]
  /** All positions of X by their suffixes. */
  readonly order: readonly number[]
  readonly info: readonly number[]
  readonly corpusRoot: Uint8Array
}

export interface OracleCorpusInput {
  readonly rows: readonly (readonly number[])[]
  readonly vocabulary: number
  readonly tokenizerHash: Uint8Array
  readonly datanetIds: readonly bigint[]
  readonly rowIds: readonly bigint[]
  readonly orderKeys: readonly bigint[]
}

/** Symbol by symbol; a suffix that ends first is smaller. */
function sortSuffixes(text: readonly number[]): number[] {
  const compare = (a: number, b: number): number => {
    for (let i = 0; a + i < text.length && b + i < text.length; i++) {
      if (text[a + i] !== text[b + i]) return text[a + i]! - text[b + i]!
    }
    return b - a
  }
  return [...text.keys()].sort(compare)
}

const NO_MIN = 2n ** 64n - 1n

function suffixRoot(order: readonly number[], textLength: number, { hashOf }: Commitments): Uint8Array {
  let level: { hash: Uint8Array; min: bigint }[] = []
  for (let first = 0; first < order.length; first += 512) {
    const part = order.slice(first, first + 512)
    level.push({ hash: hashOf(0x33, le(first, 8), listed(part, 8)), min: BigInt(Math.min(...part)) })
  }
  while (level.length === 0 || !Number.isInteger(Math.log2(level.length))) level.push({ hash: hashOf(0), min: NO_MIN })
  while (level.length > 1) {
    const below = level
    level = below
      .filter((_, i) => i % 2 === 0)
      .map((left, i) => {
        const right = below[2 * i + 1]!
        const hash = hashOf(0x34, left.hash, le(left.min, 8), right.hash, le(right.min, 8))
        return { hash, min: [left.min, right.min].sort(ascending)[0]! }
      })
  }
  return hashOf(0x35, le(textLength, 8), level[0]!.hash, le(level[0]!.min, 8))
}

/** Of a group's first corpus. */
export function oracleCorpus(input: OracleCorpusInput, commit: Commitments): OracleCorpus {
  const { rows, vocabulary, tokenizerHash } = input
  const dupOf = rows.map((row, j) => {
    const first = rows.findIndex((other) => other.join() === row.join())
    return first < j ? first : undefined
  })
  const text: number[] = []
  const starts = rows.map((row, i) => {
    if (dupOf[i] !== undefined) return 0
    text.push(...row.map((token) => token + 1), 0)
    return text.length - row.length - 1
  })
  const tokens = text.filter((symbol) => symbol > 0)
  const counts = Array.from({ length: vocabulary }, (_, u) => tokens.filter((symbol) => symbol === u + 1).length)
  const info = counts.map((count) => bl(BigInt(tokens.length)) - bl(BigInt(count)))
  const order = sortSuffixes(text)
  const leaves = rows.map((row, i) =>
    commit.hashOf(
      0x31,
      le(i, 4),
      listed([input.datanetIds[i]!, input.rowIds[i]!, input.orderKeys[i]!, starts[i]!], 8),
      listed([row.length, dupOf[i] ?? 0xffffffff], 4),
    ),
  )
  const header = join(
    Buffer.from('SPX1'),
    listed([1, 0], 2),
    listed([rows.length, vocabulary], 4),
    listed([text.length, 0], 8),
    tokenizerHash,
    commit.hashOf(0x36, listed(info, 1)),
    commit.tree(leaves),
    commit.bytesRoot(0x32, listed(text, 4), 4096),
    new Uint8Array(16),
  )
  const corpusRoot = commit.hashOf(0x30, header, suffixRoot(order, text.length, commit))
  return { dupOf, starts, text, order, info, corpusRoot }
}

export const oracleOutputHash = (
  jobId: bigint,
  tokenizerHash: Uint8Array,
  tokens: readonly number[],
  commit: Commitments,
): Uint8Array => commit.hashOf(0x37, le(jobId, 32).reverse(), tokenizerHash, le(tokens.length, 4), listed(tokens, 4))

export interface OracleSpan {
  readonly start: number
  readonly length: number
  readonly info: number
  readonly owner: number
  readonly position: number
}

export function oracleSpansRoot(
  outputHash: Uint8Array,
  { lMin, iMin, spans }: { lMin: number; iMin: number; spans: readonly OracleSpan[] },
  commit: Commitments,
): Uint8Array {
  const records = spans.map(({ start, length, info, owner, position }) =>
    join(listed([start, length, info, owner], 4), le(position, 8)),
  )
  return commit.hashOf(0x38, outputHash, listed([lMin, iMin], 2), le(spans.length, 4), ...records)
}
