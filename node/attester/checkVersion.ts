/** A validator's check of a registered model version: the index verifies in full, and its rows re-execute byte for byte. */
import type { IndexFile } from '../../influence/indexFile.ts'
import { EMPTY, NO_FLOOR } from '../../influence/indexFile.ts'
import { quantise, wordsOf } from '../../influence/quantise.ts'
import { isRefused } from '../../influence/refusal.ts'
import { bytesToUint, concat, equal, fromHex, uintToBytes } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import type { VersionRow } from '../../studio/chain/datanet.ts'
import { readParameters } from '../../studio/chain/parameters.ts'
import { readNamedRows } from '../../studio/chain/trainVersion.ts'
import type { VersionContent } from '../../studio/chain/version.ts'
import type { RowGradients, StudioWorker } from '../../studio/surface.ts'

/** Why this node does not attest. */
export interface Objection {
  readonly kind: 'objection'
  readonly reason: string
}
export const object = (reason: string): Objection => ({ kind: 'objection', reason })

/** `undefined`: this node may sign the version's index root. The caller has verified the index file itself. */
export async function checkVersion(
  client: ChainClient,
  studio: StudioWorker,
  version: VersionContent,
): Promise<Objection | undefined> {
  const { info, index } = version
  if (info.spec.engine !== 1) return object(`engine ${info.spec.engine} cannot be re-executed`)
  if (!equal(fromHex(info.spec.baseHash), studio.hashes.base))
    return object(`base model ${info.spec.baseHash} is not the one that this node holds`)
  const { rows } = await readNamedRows(client, info.spec.datanets)
  const mismatch = checkRowTable(index, rows)
  if (mismatch !== undefined) return mismatch
  const sample = await auditSample(client, version, rows.length)
  const sampled = sample.map((i) => rows[i]!.row)
  const gradients = await studio.rowGradients(version.adapter, sampled)
  if ('kind' in gradients)
    return object(`gradients: ${gradients.code}: expected ${gradients.expected}, got ${gradients.got}`)
  return checkCodes(index, rows, sample, gradients)
}

function checkRowTable(index: IndexFile, rows: readonly VersionRow[]): Objection | undefined {
  if (index.header.rowCount !== rows.length)
    return object(`the index has ${index.header.rowCount} rows, the Datanet versions ${rows.length}`)
  const i = rows.findIndex(
    (row, at) =>
      index.rows.datanetIds[at] !== row.datanetId ||
      index.rows.rowIds[at] !== row.rowId ||
      index.rows.orderKeys[at] !== row.orderKey,
  )
  return i < 0
    ? undefined
    : object(`row ${i} of the index is not row ${rows[i]!.rowId} of Datanet ${rows[i]!.datanetId}`)
}

/**
 * Rows to re-execute: all up to the parameter `auditRows`, else that many drawn without repetition from what the trainer
 * could not know when it committed to the index (influence.md §12).
 */
async function auditSample(client: ChainClient, version: VersionContent, rowCount: number): Promise<number[]> {
  const [auditRows] = await readParameters(client, ['auditRows'])
  if (BigInt(rowCount) <= auditRows) return Array.from({ length: rowCount }, (_, i) => i)
  const block = await client.getBlock({ blockNumber: version.info.registeredBlock })
  const seed = concat(fromHex(version.info.guardSeed), fromHex(version.info.indexRoot), fromHex(block.hash))
  const drawn = new Set<number>()
  for (let counter = 0; BigInt(drawn.size) < auditRows; counter++) {
    const word = bytesToUint(keccak256(concat(seed, uintToBytes(counter, 4))))
    drawn.add(Number(word % BigInt(rowCount)))
  }
  return [...drawn].sort((a, b) => a - b)
}

/** Codes must be equal, and exponents after the index's clipping; a withdrawn row may be empty. */
function checkCodes(
  index: IndexFile,
  rows: readonly VersionRow[],
  sample: readonly number[],
  gradients: RowGradients,
): Objection | undefined {
  const { layout, layers } = index
  if (gradients.blockDims.join() !== layout.dims.join())
    return object(`blocks of ${gradients.blockDims.join(', ')} coordinates, the index has ${layout.dims.join(', ')}`)
  const words = gradients.blocks.map((block) => wordsOf(block))
  for (const [s, i] of sample.entries()) {
    if (rows[i]!.isWithdrawn && index.rows.status[i] === EMPTY) continue
    const blocks = layout.dims.map((dim, l) => quantise(words[l]!.subarray(s * dim, (s + 1) * dim)))
    const isWhole = !blocks.some((block) => isRefused(block))
    for (const [l, block] of blocks.entries()) {
      const wanted = isWhole && !isRefused(block) ? block : { codes: new Int8Array(layout.dims[l]!), exponent: 0 }
      if (!isSameBlock(index, i, l, wanted, layers[l]!.floor))
        return object(`row ${i}, block ${l}: other gradient codes`)
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
