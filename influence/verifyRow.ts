/** `verifyRow` (influence.md §5, §11): one row's score, from its opened leaf and the attested context of the query. */
import { equal } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'
import { bitLengthBig, rhaBig } from './arithmetic.ts'
import type { BlockLayout } from './blockLayout.ts'
import { isLiveExponent, scaleOf } from './gradients/layers.ts'
import { type OpenedRow, openRow, openScore } from './gradients/openedRow.ts'
import { decodeIndexHeader } from './indexFile.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import { decodeResult } from './result.ts'
import { decodeRowProof, encodeRowProof } from './rowProof.ts'
import { contextRootOf } from './scoring/context.ts'
import type { Attribution, RowProof } from './surface.ts'

/** |term| ≤ 2^50 by the choice of G; a context that breaks it is no context. */
const TERM_BITS_MAX = 50

export interface VerifiedRow {
  readonly kind: 'valid'
  readonly row: number
  readonly score: bigint
}

/**
 * Checks a proof against an index root and a result, and recomputes the score S of its row (0 for a row that is not
 * accepted). The caller answers for both roots: `indexRoot` comes from the chain, and `resultBytes` must hash to the
 * job's attributionRoot.
 */
export function verifyRow(
  proof: RowProof,
  indexRoot: Uint8Array,
  resultBytes: Uint8Array,
  hash: Hasher = keccak256,
): VerifiedRow | Refused {
  const shaped = decodeRowProof(encodeRowProof(proof))
  if (isRefused(shaped)) return shaped
  const header = decodeIndexHeader(shaped.header)
  if (isRefused(header)) return header
  const result = decodeResult(resultBytes, hash)
  if (isRefused(result)) return result
  if (result.method !== 'datainf') return refuse('WrongKind', 'datainf', result.method)
  const opened = openRow(shaped, header, indexRoot, hash)
  if (isRefused(opened)) return opened
  const bad = checkResultSide(shaped, result, indexRoot, hash)
  if (bad) return bad
  const claimed = openScore(shaped, opened.row, header, result.scoresRoot, hash)
  return isRefused(claimed) ? claimed : compareScore(shaped, opened, claimed.score)
}

function checkResultSide(
  proof: RowProof,
  result: Attribution,
  indexRoot: Uint8Array,
  hash: Hasher,
): Refused | undefined {
  if (!equal(result.sourceRoot, indexRoot)) return refuse('RootMismatch', result.sourceRoot, indexRoot)
  const contextRoot = contextRootOf(result.queryHash, proof.exponentG, proof.x, proof.h, hash)
  return equal(contextRoot, result.contextRoot) ? undefined : refuse('ProofMismatch', result.contextRoot, contextRoot)
}

function compareScore(proof: RowProof, opened: OpenedRow, claimed: bigint): VerifiedRow | Refused {
  const score = opened.isAccepted ? recompute(proof, opened) : 0n
  if (score === undefined) return refuse('ScoreMismatch', `terms of at most ${TERM_BITS_MAX} bits`, 'a larger one')
  if (score !== claimed) return refuse('ScoreMismatch', score, claimed)
  return { kind: 'valid', row: opened.row, score }
}

/** S = Σ_l rha(P·M31, −(x − e + G)), §5 step 9; `undefined` when a term breaks the bound that G guarantees. */
function recompute(proof: RowProof, { exponents, layout, layers }: OpenedRow): bigint | undefined {
  let score = 0n
  for (const [l, layer] of layers.entries()) {
    const product = dotBlock(proof, layout, l)
    if (product === undefined || layer.sum === 0n || !isLiveExponent(exponents[l]!, layer)) continue
    const { m31 } = scaleOf(layer)
    const value = product * BigInt(m31)
    const shift = -(proof.x[l]! - exponents[l]! + proof.exponentG)
    if (value !== 0n && bitLengthBig(value) - shift > TERM_BITS_MAX + 1) return undefined
    score += value === 0n ? 0n : rhaBig(value, shift)
  }
  return score
}

/** P of one block; `undefined` when the row has no code there (N = 0). */
function dotBlock(proof: RowProof, layout: BlockLayout, l: number): bigint | undefined {
  const codes = new Int8Array(proof.codes.buffer, proof.codes.byteOffset, proof.codes.length)
  const h = new DataView(proof.h.buffer, proof.h.byteOffset)
  const start = layout.offsets[l]!
  let sum = 0
  let isZero = true
  for (let j = start; j < start + layout.dims[l]!; j++) {
    if (codes[j] !== 0) isZero = false
    // Below 131,072 · 2^7 · 2^15 = 2^39: exact in a double.
    sum += codes[j]! * h.getInt16(2 * j, true)
  }
  return isZero ? undefined : BigInt(sum)
}
