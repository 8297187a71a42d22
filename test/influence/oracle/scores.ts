/** DataInf-Z by the book: influence.md §5 in BigInt, from index and query to S, G and the context; slow on purpose. */
import { type OracleBlock, type OracleIndex, quantise, splitWords } from './gradientIndex.ts'
import { bl, dot, largestSize, rdiv, rha, sum } from './integers.ts'

export interface OracleScores {
  /** One block of the quantised query each. */
  readonly query: readonly OracleBlock[]
  readonly S: readonly bigint[]
  readonly G: number
  readonly x: readonly number[]
  readonly H: readonly (readonly bigint[])[]
}

interface BlockScores {
  readonly P: readonly bigint[]
  readonly H: readonly bigint[]
  readonly x: number
  readonly M31: bigint
}

/** Steps 3 to 8 of one block. */
function scoreBlock(index: OracleIndex, l: number, query: OracleBlock): BlockScores {
  const { d, live, e0, T } = index.layers[l]!
  const { nA } = index
  const a = index.codes.map((row) => row[l]!)
  if (live.size === 0) return { P: a.map(() => 0n), H: query.codes.map(() => 0n), x: 0, M31: 0n }
  const R = a.map((row, i) => {
    if (!live.has(i)) return 0n
    const D = 10n * nA * d * 4n ** BigInt(e0 - index.e[i]![l]!)
    return rdiv(dot(row, query.codes) * 65536n * D, index.N[i]![l]! * D + T)
  })
  const t = Math.max(0, bl(largestSize(R)) - 14)
  const W = R.map((r) => rha(r, t))
  const Z = query.codes.map((b, j) => nA * b * 65536n - sum(a.map((row, i) => W[i]! * row[j]!)) * 2n ** BigInt(t))
  const z = Math.max(0, bl(largestSize(Z)) - 14)
  const H = Z.map((value) => rha(value, z))
  const P = a.map((row, k) => (live.has(k) ? dot(row, H) : 0n))
  const M = (10n * d * 2n ** BigInt(bl(T) + 31)) / T
  const xl = bl(M) - 62 - bl(T)
  return { P, H, x: z - 16 - query.e + 2 * e0 + xl, M31: M / 2n ** BigInt(bl(M) - 31) }
}

/** Step 9. */
function assemble(index: OracleIndex, blocks: readonly BlockScores[]): { S: bigint[]; G: number } {
  const bits = blocks.flatMap(({ P, x }, l) =>
    P.flatMap((p, k) => (p === 0n ? [] : [bl(p) + 31 + x - index.e[k]![l]!])),
  )
  if (bits.length === 0) return { S: index.codes.map(() => 0n), G: 0 }
  const G = 50 - Math.max(...bits)
  const S = index.e.map((own, k) => sum(blocks.map(({ P, x, M31 }, l) => rha(P[k]! * M31, -(x - own[l]! + G)))))
  return { S, G }
}

/** Scores of one finite query, given as f32 bit patterns. */
export function oracleScores(index: OracleIndex, words: readonly number[]): OracleScores {
  const query = splitWords(words, index.dims).map((own) => quantise(own)!)
  const blocks = query.map((block, l) => scoreBlock(index, l, block))
  return { query, ...assemble(index, blocks), x: blocks.map(({ x }) => x), H: blocks.map(({ H }) => H) }
}
