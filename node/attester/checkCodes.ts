/** A validator's check of an index's codes: a sample of its rows, re-executed, must quantise to the same bytes. */
import type { IndexFile } from '../../influence/indexFile.ts'
import { EMPTY, NO_FLOOR } from '../../influence/indexFile.ts'
import { quantise, wordsOf } from '../../influence/quantise.ts'
import { isRefused } from '../../influence/refusal.ts'
import { bytesToUint, concat, fromHex, uintToBytes } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { readParameters } from '../../studio/chain/parameters.ts'
import type { VersionInfo } from '../../studio/chain/version.ts'
import type { RowGradients } from '../../studio/surface.ts'
import { type Objection, object } from './objection.ts'

/**
 * Rows to re-execute: all up to the parameter `auditRows`, else that many drawn without repetition from what the trainer
 * could not know when it committed to the index (influence.md §12).
 */
export async function auditSample(client: ChainClient, info: VersionInfo, rowCount: number): Promise<number[]> {
  const [auditRows] = await readParameters(client, ['auditRows'])
  if (BigInt(rowCount) <= auditRows) return Array.from({ length: rowCount }, (_, i) => i)
  const block = await client.getBlock({ blockNumber: info.registeredBlock })
  const seed = concat(fromHex(info.guardSeed), fromHex(info.sourceRoot), fromHex(block.hash))
  const drawn = new Set<number>()
  for (let counter = 0; BigInt(drawn.size) < auditRows; counter++) {
    const word = bytesToUint(keccak256(concat(seed, uintToBytes(counter, 4))))
    drawn.add(Number(word % BigInt(rowCount)))
  }
  return [...drawn].sort((a, b) => a - b)
}

/** Vectors of the sampled rows as f32, block by block: gradients, or the one block of embeddings. */
export type SampledVectors = Pick<RowGradients, 'blockDims' | 'blocks'>

/** Codes must be equal, and exponents after the index's clipping; a withdrawn row may be empty. */
export function checkCodes(
  index: IndexFile,
  sample: readonly number[],
  vectors: SampledVectors,
  isWithdrawn: (row: number) => boolean,
): Objection | undefined {
  const { layout, layers } = index
  if (vectors.blockDims.join() !== layout.dims.join())
    return object(`blocks of ${vectors.blockDims.join(', ')} coordinates, the index has ${layout.dims.join(', ')}`)
  const words = vectors.blocks.map((block) => wordsOf(block))
  for (const [s, i] of sample.entries()) {
    if (isWithdrawn(i) && index.rows.status[i] === EMPTY) continue
    const blocks = layout.dims.map((dim, l) => quantise(words[l]!.subarray(s * dim, (s + 1) * dim)))
    const isWhole = !blocks.some((block) => isRefused(block))
    for (const [l, block] of blocks.entries()) {
      const wanted = isWhole && !isRefused(block) ? block : { codes: new Int8Array(layout.dims[l]!), exponent: 0 }
      if (!isSameBlock(index, i, l, wanted, layers[l]!.floor)) return object(`row ${i}, block ${l}: other codes`)
    }
  }
  return undefined
}

function isSameBlock(
  index: IndexFile,
  row: number,
  l: number,
  wanted: { readonly codes: Int8Array; readonly exponent: number },
  floor: number,
): boolean {
  const { layout } = index
  const start = row * layout.rowBytes + layout.offsets[l]!
  let isZero = true
  for (let j = 0; j < wanted.codes.length; j++) {
    if (index.codes[start + j] !== wanted.codes[j]) return false
    if (wanted.codes[j] !== 0) isZero = false
  }
  const exponent = isZero || floor === NO_FLOOR ? wanted.exponent : Math.max(wanted.exponent, floor)
  return index.exponents[row * layout.dims.length + l] === exponent
}
