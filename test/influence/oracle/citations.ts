/** Method `rag` by the book: influence.md §8 in BigInt, over the guard and flags of `gradientIndex.ts`. */
import { type OracleEntry, oraclePay } from './attribution.ts'
import { type Commitments, le, listed } from './commitments.ts'
import { isLike, type OracleBlock, type OracleIndex } from './gradientIndex.ts'
import { ascending, dot } from './integers.ts'

export interface OracleCitationOptions {
  readonly kr: number
  readonly k: number
  readonly tau: number
}

export interface OracleCitations {
  /** cos² in 2^−30, of all rows. */
  readonly S: readonly bigint[]
  readonly retrieved: readonly number[]
}

export function oracleRetrieval(index: OracleIndex, { codes: b }: OracleBlock, kr: number): OracleCitations {
  const S = index.codes.map(([a], row) => {
    const Q = dot(a!, b)
    return index.status[row] === 0 && Q > 0n ? (2n ** 30n * Q * Q) / (index.N[row]![0]! * dot(b, b)) : 0n
  })
  const positive = [...S.keys()].filter((row) => S[row]! > 0n)
  return { S, retrieved: positive.sort((i, j) => ascending(S[j]!, S[i]!) || i - j).slice(0, kr) }
}

/** The effective list; `undefined` for one that breaks the rules. */
export function oracleCited(retrieved: readonly number[], cited: readonly number[]): number[] | undefined {
  if (cited.length === 0) return [...retrieved].sort(ascending)
  const isValid = cited.every((row, i) => retrieved.includes(row) && (i === 0 || row > cited[i - 1]!))
  return isValid ? [...cited] : undefined
}

export function oracleCitationEntries(
  index: OracleIndex,
  S: readonly bigint[],
  cited: readonly number[],
  { k, tau }: OracleCitationOptions,
): OracleEntry[] {
  const B = S.map((score, row) => (cited.includes(row) ? score : 0n))
  return oraclePay(B, S, k, (i, j) => isLike(index.guards[i]!, index.guards[j]!, tau))
}

export const oracleCitationsRoot = (
  queryHash: Uint8Array,
  kr: number,
  cited: readonly number[],
  commit: Commitments,
): Uint8Array => commit.hashOf(0x40, queryHash, le(kr, 2), le(cited.length, 2), listed(cited, 4))
