/** How much a token says (influence.md §7): a table fixed with the first corpus of a group, in bits. */
import type { Hasher } from '../../primitives/hashes.ts'
import { bitLength } from '../arithmetic.ts'
import { DOMAIN, hashTagged } from '../tree.ts'

/** info(u) = bl(N) − bl(count(u)), over the tokens of a text whose symbols are token + 1, and 0 after each row. */
export function tokenInfoOf(text: Uint32Array, vocabulary: number): Uint8Array {
  const counts = new Uint32Array(vocabulary + 1)
  for (let i = 0; i < text.length; i++) counts[text[i]!]!++
  const all = bitLength(text.length - counts[0]!)
  return Uint8Array.from({ length: vocabulary }, (_, token) => all - bitLength(counts[token + 1]!))
}

export const infoHashOf = (table: Uint8Array, hash: Hasher): Uint8Array => hashTagged(DOMAIN.tokenInfo, hash, table)
