/** Makes the proof that a corpus's suffix array is not sorted (influence.md §7). */
import assert from 'node:assert'
import type { Hasher } from '../../../primitives/hashes.ts'
import { isRefused } from '../../refusal.ts'
import type { OrderProof } from '../../surface.ts'
import type { CorpusFile } from '../corpusFile.ts'
import { CORPUS_HEADER_BYTES, corpusRootOf } from '../corpusHeader.ts'
import type { CorpusTrees } from '../corpusTrees.ts'
import { suffixRanks } from '../suffixArray.ts'
import { openCorpusAt } from './corpusOpening.ts'
import { orderPlan } from './orderProof.ts'
import { verifyOrder } from './verifyOrder.ts'

/** Of a file whose roots are right: two neighbours in the wrong order, `place` being the first of them. */
export function proveDisorder(file: CorpusFile, trees: CorpusTrees, place: number, hash: Hasher): OrderProof {
  const { text, order, commitment } = file
  const a = order[place]!
  const b = order[place + 1]!
  const ranks = suffixRanks(order)
  const followers = text[a] === text[b] ? ([ranks[a + 1], ranks[b + 1]] as const) : undefined
  const opening = openCorpusAt({ file, trees }, orderPlan({ place, followers }))
  const proof = { header: commitment.slice(0, CORPUS_HEADER_BYTES), place, followers, opening }
  const verified = verifyOrder(proof, corpusRootOf(commitment, hash), hash)
  assert(!isRefused(verified), `a proof of our own is refused with ${isRefused(verified) && verified.code}`)
  return proof
}
