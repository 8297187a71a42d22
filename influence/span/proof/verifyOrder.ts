/**
 * `verifyOrder` (influence.md §7): that the suffix array under a corpus root is not sorted. Neighbours a, b are in the
 * wrong order when a begins with the larger symbol; or both begin with the same one, and the suffix after a's does not
 * stand before the suffix after b's. In a sorted array neither happens, so one opening of at most four entries is enough,
 * however long the prefix is that the two suffixes share.
 */
import { type Hasher, keccak256 } from '../../../primitives/hashes.ts'
import { isRefused, type Refused, refuse } from '../../refusal.ts'
import type { OrderProof } from '../../surface.ts'
import { decodeCorpusHeader } from '../corpusHeader.ts'
import { type ShownCorpus, showCorpus } from './corpusOpening.ts'
import { decodeOrderProof, encodeOrderProof, orderPlan } from './orderProof.ts'

export interface VerifiedDisorder {
  readonly kind: 'valid'
  /** Entries place and place + 1 of the suffix array are in the wrong order. */
  readonly place: number
}

/** `valid` means: whoever committed to this corpus root committed to a wrong corpus. */
export function verifyOrder(
  proof: OrderProof,
  corpusRoot: Uint8Array,
  hash: Hasher = keccak256,
): VerifiedDisorder | Refused {
  const shaped = decodeOrderProof(encodeOrderProof(proof))
  if (isRefused(shaped)) return shaped
  const header = decodeCorpusHeader(shaped.header)
  if (isRefused(header)) return header
  const shown = showCorpus(shaped.header, header, orderPlan(shaped), shaped.opening, corpusRoot, hash)
  if (isRefused(shown)) return shown
  return checkDisorder(shaped, shown, header.textLength) ?? { kind: 'valid', place: shaped.place }
}

function checkDisorder({ place, followers }: OrderProof, shown: ShownCorpus, textLength: number): Refused | undefined {
  const a = shown.positionAt(place)
  const b = shown.positionAt(place + 1)
  const [first, second] = [shown.symbolAt(a)!, shown.symbolAt(b)!]
  if (followers === undefined)
    return first > second ? undefined : refuse('ProofMismatch', 'a larger symbol before a smaller one', [first, second])
  if (first !== second) return refuse('ProofMismatch', 'equal first symbols', [first, second])
  for (const [i, position] of [a + 1, b + 1].entries()) {
    const follower = followers[i]
    const own = follower === undefined ? textLength : shown.positionAt(follower)
    if (own !== position) return refuse('ProofMismatch', `the place of the suffix at ${position}`, own)
  }
  // The empty suffix comes before all.
  const [afterA = -1, afterB = -1] = followers
  return afterA >= afterB ? undefined : refuse('ProofMismatch', 'followers in the wrong order', [afterA, afterB])
}
