/** Method `rag`, citations (influence.md §8 no. 3): which lists are valid, and what a result commits to. */
import { concat } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { type Refused, refuse } from '../refusal.ts'
import { DOMAIN, hashTagged, u32 } from '../tree.ts'

/** The list that counts, ascending: the provider's, or all retrieved rows where it is empty. */
export function effectiveCitations(
  retrieved: readonly number[],
  cited: readonly number[],
): readonly number[] | Refused {
  if (cited.length === 0) return [...retrieved].sort((a, b) => a - b)
  const known = new Set(retrieved)
  for (const [place, row] of cited.entries()) {
    if (!known.has(row)) return refuse('BadCitation', 'retrieved rows', row)
    if (place > 0 && row <= cited[place - 1]!)
      return refuse('BadCitation', `a row above ${cited[place - 1]}, ascending and distinct`, row)
  }
  return [...cited]
}

/** contextRoot of a result: hash(40 ‖ queryHash ‖ u16 kr ‖ u16 count ‖ u32 cited rows …), of the effective list. */
export function citationsRootOf(queryHash: Uint8Array, kr: number, cited: readonly number[], hash: Hasher): Uint8Array {
  const head = new Uint8Array(4)
  const view = new DataView(head.buffer)
  view.setUint16(0, kr, true)
  view.setUint16(2, cited.length, true)
  return hashTagged(DOMAIN.citations, hash, queryHash, head, concat(...cited.map(u32)))
}
