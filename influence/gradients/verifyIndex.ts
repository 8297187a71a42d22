/** Full verification of an index file (influence.md §4.1): everything recomputed from codes and exponents alone. */
import { equal } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import { checkCodes } from '../blockLayout.ts'
import { type IndexFile, type RowTable, rowLeafPreimage } from '../indexFile.ts'
import { type Refused, refuse } from '../refusal.ts'
import { treeRoot } from '../tree.ts'
import { type Flags, flagRows, guardVectors } from './guard.ts'
import { clipFloors, countAccepted, type LayerInput, levelRows, squaredNorms, sumLayers } from './layers.ts'

/** How the flags are computed; a device may do it. */
export type FlagSource = (
  guards: Int8Array,
  norms: Uint32Array,
  blockCount: number,
  tau: number,
) => Flags | Promise<Flags>

/** The reason why this file is not what a builder would have written, or `undefined`. */
export async function verifyIndex(
  file: IndexFile,
  hash: Hasher = keccak256,
  flagSource: FlagSource = flagRows,
): Promise<Refused | undefined> {
  const { header, layout, rows, exponents, codes } = file
  const bad = checkOrder(file) ?? checkCodes(layout, header.rowCount, codes, exponents)
  if (bad) return bad
  const norms = squaredNorms(layout, header.rowCount, codes)
  const guards = guardVectors(layout, header.rowCount, codes, header.guardSeed)
  const guardAt = firstDifference(guards, file.guards)
  if (guardAt !== undefined)
    return refuse('GuardMismatch', `the guard vector of row ${guardAt >> 8}`, file.guards[guardAt])
  const flags = await flagSource(guards, norms, header.blockCount, header.tau)
  const badFlags = checkFlags(file, flags)
  if (badFlags) return badFlags
  const sums = { layout, rowCount: header.rowCount, status: rows.status, exponents, norms }
  return checkLayers(file, sums) ?? checkLevels(file, sums) ?? checkRowsRoot(file, hash)
}

function checkOrder({ header, rows }: IndexFile): Refused | undefined {
  for (let row = 1; row < header.rowCount; row++) {
    const isRising = rows.orderKeys[row]! > rows.orderKeys[row - 1]!
    // Chunks of one contribution share a key in a retrieval index.
    if (isRising || (header.kind === 'retrieval' && isSameContribution(rows, row))) continue
    return refuse('BadOrder', `an order key above ${rows.orderKeys[row - 1]} at row ${row}`, rows.orderKeys[row])
  }
  return undefined
}

function isSameContribution(rows: RowTable, row: number): boolean {
  const columns = [rows.orderKeys, rows.datanetIds, rows.rowIds]
  return columns.every((column) => column[row] === column[row - 1])
}

function firstDifference(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number | undefined {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i
  return undefined
}

function checkFlags({ header, rows }: IndexFile, flags: Flags): Refused | undefined {
  const row = firstDifference(flags.status, rows.status) ?? firstDifference(flags.duplicateOf, rows.duplicateOf)
  if (row !== undefined) {
    const expected = { row, status: flags.status[row], duplicateOf: flags.duplicateOf[row] }
    return refuse('FlagMismatch', expected, { row, status: rows.status[row], duplicateOf: rows.duplicateOf[row] })
  }
  const acceptedCount = countAccepted(flags.status)
  return acceptedCount === header.acceptedCount
    ? undefined
    : refuse('FlagMismatch', acceptedCount, header.acceptedCount)
}

/** Clipping keeps the lower median, so the floors follow from the stored exponents. */
function checkLayers({ header, layers, exponents }: IndexFile, sums: LayerInput): Refused | undefined {
  const floors = clipFloors(sums, header.clip)
  for (const [i, exponent] of exponents.entries()) {
    const floor = floors[i % floors.length]!
    if (sums.norms[i] !== 0 && exponent < floor)
      return refuse('LayerMismatch', `exponents of at least ${floor}`, exponent)
  }
  for (const [l, layer] of sumLayers(sums, floors).entries()) {
    const own = layers[l]!
    const isEqual = layer.e0 === own.e0 && layer.eMin === own.eMin && layer.floor === own.floor && layer.sum === own.sum
    if (!isEqual) return refuse('LayerMismatch', layer, own)
  }
  return undefined
}

function checkLevels({ header, layers, rows }: IndexFile, sums: LayerInput): Refused | undefined {
  const { rho, rhoRef } = levelRows(sums, layers, header.acceptedCount)
  const row = firstDifference(rho, rows.rho)
  if (row !== undefined) return refuse('LevelMismatch', rho[row], rows.rho[row])
  return rhoRef === header.rhoRef ? undefined : refuse('LevelMismatch', rhoRef, header.rhoRef)
}

function checkRowsRoot(file: IndexFile, hash: Hasher): Refused | undefined {
  const leaves = Array.from({ length: file.header.rowCount }, (_, row) => hash(rowLeafPreimage(file, row, hash)))
  const root = treeRoot(leaves, hash)
  return equal(root, file.header.rowsRoot) ? undefined : refuse('RootMismatch', root, file.header.rowsRoot)
}
