/** `verifyRow` (influence.md §5, §11): one row's score, from its opened leaf and the attested context of the query. */
import { concat, equal } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'
import { bitLengthBig, rhaBig } from './arithmetic.ts'
import { type BlockLayout, createBlockLayout } from './blockLayout.ts'
import { isLiveExponent, scaleOf } from './gradients/layers.ts'
import {
  ACCEPTED,
  decodeExponents,
  decodeIndexHeader,
  decodeLayerTable,
  type IndexHeader,
  indexRootOf,
  type Layer,
  layersHashOf,
  ROW_ENTRY_BYTES,
} from './indexFile.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import { decodeResult } from './result.ts'
import { decodeRowProof, encodeRowProof, SCORE_LEAF_ROWS } from './rowProof.ts'
import { contextRootOf } from './scoring/context.ts'
import type { Attribution, RowProof } from './surface.ts'
import { byteTreeRoot, CODE_CHUNK_BYTES, DOMAIN, rootFromProof, u32 } from './tree.ts'

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
  const opened = checkIndexSide(shaped, header, indexRoot, hash)
  if (isRefused(opened)) return opened
  const bad = checkResultSide(shaped, opened.row, header, result, hash)
  if (bad) return bad
  return compareScore(shaped, opened)
}

interface OpenedRow {
  readonly row: number
  readonly isAccepted: boolean
  readonly exponents: Int16Array
  readonly layout: BlockLayout
  readonly layers: readonly Layer[]
  readonly header: IndexHeader
}

function checkIndexSide(
  proof: RowProof,
  header: IndexHeader,
  indexRoot: Uint8Array,
  hash: Hasher,
): OpenedRow | Refused {
  const root = indexRootOf(proof.header, hash)
  if (!equal(root, indexRoot)) return refuse('RootMismatch', indexRoot, root)
  if (!equal(layersHashOf(proof.layerTable, hash), header.layersHash)) {
    return refuse('LayerMismatch', header.layersHash, layersHashOf(proof.layerTable, hash))
  }
  const layers = decodeLayerTable(proof.layerTable)
  if (isRefused(layers)) return layers
  const layout = createBlockLayout(layers.map(({ d }) => d))
  if (isRefused(layout)) return layout
  if (layout.rowBytes !== header.rowBytes) return refuse('LayerMismatch', layout.rowBytes, header.rowBytes)
  const { rowLeaf } = proof
  if (rowLeaf[0] !== DOMAIN.rowLeaf) return refuse('ProofMismatch', DOMAIN.rowLeaf, rowLeaf[0])
  const row = new DataView(rowLeaf.buffer, rowLeaf.byteOffset).getUint32(1, true)
  const codeRoot = byteTreeRoot(DOMAIN.codeChunk, proof.codes, CODE_CHUNK_BYTES, hash)
  if (!equal(rowLeaf.subarray(rowLeaf.length - 32), codeRoot)) {
    return refuse('ProofMismatch', rowLeaf.slice(rowLeaf.length - 32), codeRoot)
  }
  const rowsRoot = rootFromProof(hash(rowLeaf), row, proof.rowSiblings, header.rowCount, hash)
  if (!equal(rowsRoot, header.rowsRoot)) return refuse('ProofMismatch', header.rowsRoot, rowsRoot)
  const exponentsAt = 5 + ROW_ENTRY_BYTES
  const exponents = decodeExponents(rowLeaf.subarray(exponentsAt, exponentsAt + 2 * header.blockCount))
  return { row, isAccepted: rowLeaf[5 + 36] === ACCEPTED, exponents, layout, layers, header }
}

function checkResultSide(
  proof: RowProof,
  row: number,
  header: IndexHeader,
  result: Attribution,
  hash: Hasher,
): Refused | undefined {
  const indexRoot = indexRootOf(proof.header, hash)
  if (!equal(result.sourceRoot, indexRoot)) return refuse('RootMismatch', result.sourceRoot, indexRoot)
  const contextRoot = contextRootOf(result.queryHash, proof.exponentG, proof.x, proof.h, hash)
  if (!equal(contextRoot, result.contextRoot)) return refuse('ProofMismatch', result.contextRoot, contextRoot)
  const first = row - (row % SCORE_LEAF_ROWS)
  const prefix = concat(Uint8Array.of(DOMAIN.scoreLeaf), u32(first))
  if (!equal(proof.scoreLeaf.subarray(0, 5), prefix))
    return refuse('ProofMismatch', prefix, proof.scoreLeaf.slice(0, 5))
  const leafCount = Math.ceil(header.rowCount / SCORE_LEAF_ROWS)
  const leaf = hash(proof.scoreLeaf)
  const scoresRoot = rootFromProof(leaf, first / SCORE_LEAF_ROWS, proof.scoreSiblings, leafCount, hash)
  return equal(scoresRoot, result.scoresRoot) ? undefined : refuse('ProofMismatch', result.scoresRoot, scoresRoot)
}

function compareScore(proof: RowProof, opened: OpenedRow): VerifiedRow | Refused {
  const { scoreLeaf } = proof
  const view = new DataView(scoreLeaf.buffer, scoreLeaf.byteOffset)
  const claimed = view.getBigInt64(5 + 8 * (opened.row % SCORE_LEAF_ROWS), true)
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
