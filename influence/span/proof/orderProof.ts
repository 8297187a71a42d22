/** The proof that a committed suffix array is not sorted (influence.md §7), and its strict byte codec. */

import { createByteReader } from '../../../primitives/byteReader.ts'
import { concat } from '../../../primitives/bytes.ts'
import { isRefused, type Refused, refuse, refuseShort } from '../../refusal.ts'
import type { OrderProof } from '../../surface.ts'
import { CORPUS_HEADER_BYTES, decodeCorpusHeader } from '../corpusHeader.ts'
import { encodeWords } from '../outputHash.ts'
import { encodeOpening, type OpeningPlan, readOpening } from './corpusOpening.ts'

/** In the bytes: there is no such entry. */
const NONE = 0xffffffff

/** The two neighbours with their first symbols, and the places of the suffixes that follow these. */
export function orderPlan({ place, followers }: Pick<OrderProof, 'place' | 'followers'>): OpeningPlan {
  return {
    entries: [
      { place, symbols: 1 },
      { place: place + 1, symbols: 1 },
      ...(followers ?? []).flatMap((follower) => (follower === undefined ? [] : [{ place: follower, symbols: 1 }])),
    ],
  }
}

/** header ‖ u32 place ‖ u32 1 with two u32 followers, or 0 ‖ the opening. */
export function encodeOrderProof({ header, place, followers, opening }: OrderProof): Uint8Array {
  const after = followers === undefined ? [0] : [1, ...followers.map((follower) => follower ?? NONE)]
  return concat(header, encodeWords([place, ...after]), encodeOpening(opening))
}

export function decodeOrderProof(bytes: Uint8Array): OrderProof | Refused {
  const reader = createByteReader(bytes)
  const headerBytes = reader.take(CORPUS_HEADER_BYTES)
  if (headerBytes === undefined) return refuseShort(reader)
  const header = decodeCorpusHeader(headerBytes)
  if (isRefused(header)) return header
  const place = reader.takeU32()
  const hasFollowers = reader.takeU32()
  if (place === undefined || hasFollowers === undefined) return refuseShort(reader)
  if (place + 1 >= header.textLength) return refuse('BadLimit', `a place below ${header.textLength - 1}`, place)
  if (hasFollowers > 1) return refuse('BadPadding', '0 or 1', hasFollowers)
  const followers: (number | undefined)[] = []
  for (let i = 0; i < 2 * hasFollowers; i++) {
    const follower = reader.takeU32()
    if (follower === undefined) return refuseShort(reader)
    if (follower !== NONE && follower >= header.textLength)
      return refuse('BadLimit', `a place below ${header.textLength}`, follower)
    followers.push(follower === NONE ? undefined : follower)
  }
  const after = hasFollowers === 0 ? undefined : ([followers[0], followers[1]] as const)
  const opening = readOpening(reader, header, orderPlan({ place, followers: after }))
  if (isRefused(opening)) return opening
  if (reader.left() !== 0) return refuse('BadLength', bytes.length - reader.left(), bytes.length)
  return { header: headerBytes, place, followers: after, opening }
}
