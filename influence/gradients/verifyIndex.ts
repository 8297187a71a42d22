/** Full verification of an index file (influence.md §4.1): everything recomputed from codes and exponents alone. */
import { equal } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import type { OnStage } from '../backends/stage.ts'
import type { CodeSource } from '../codeSource.ts'
import type { IndexTables, RowTable } from '../indexFile.ts'
import { isRefused, type Refused, refuseAt } from '../refusal.ts'
import { packedTreeRoot } from '../tree.ts'
import { type Flags, flagRows } from './guard.ts'
import { clipFloors, countAccepted, type LayerInput, levelRows, sumLayers } from './layers.ts'
import { type Survey, surveyCodes } from './surveyCodes.ts'

/** How the flags are computed; a device may do it. */
export type FlagSource = (
  guards: Int8Array,
  norms: Uint32Array,
  blockCount: number,
  tau: number,
) => Flags | Promise<Flags>

/**
 * The survey of an index that is exactly what a builder would have written, or the reason why this one is not. The codes
 * are read once, in tiles.
 */
export async function verifyIndex(
  tables: IndexTables,
  codes: CodeSource,
  hash: Hasher = keccak256,
  flagSource: FlagSource = flagRows,
  onStage?: OnStage,
): Promise<Survey | Refused> {
  const { header, layout, rows, exponents } = tables
  onStage?.('checking codes')
  const survey = checkOrder(tables) ?? (await surveyCodes(tables, codes, hash))
  if (isRefused(survey)) return survey
  const { norms } = survey
  onStage?.('flagging duplicates')
  const flags = await flagSource(tables.guards, norms, header.blockCount, header.tau)
  onStage?.('checking levels and roots')
  const sums = { layout, rowCount: header.rowCount, status: rows.status, exponents, norms }
  const bad =
    checkFlags(tables, flags) ??
    checkLayers(tables, sums) ??
    checkLevels(tables, sums) ??
    checkRows(tables, survey, hash)
  return bad ?? survey
}

function checkOrder({ header, rows }: IndexTables): Refused | undefined {
  for (let row = 1; row < header.rowCount; row++) {
    const isRising = rows.orderKeys[row]! > rows.orderKeys[row - 1]!
    // Chunks of one contribution share a key in a retrieval index.
    if (isRising || (header.kind === 'retrieval' && isSameContribution(rows, row))) continue
    return refuseAt(`row ${row}`, 'BadOrder', `an order key above ${rows.orderKeys[row - 1]}`, rows.orderKeys[row])
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

function checkFlags({ header, rows }: IndexTables, flags: Flags): Refused | undefined {
  const row = firstDifference(flags.status, rows.status) ?? firstDifference(flags.duplicateOf, rows.duplicateOf)
  if (row !== undefined) {
    const expected = { status: flags.status[row], duplicateOf: flags.duplicateOf[row] }
    const got = { status: rows.status[row], duplicateOf: rows.duplicateOf[row] }
    return refuseAt(`row ${row}`, 'FlagMismatch', expected, got)
  }
  const acceptedCount = countAccepted(flags.status)
  return acceptedCount === header.acceptedCount
    ? undefined
    : refuseAt('header, nA', 'FlagMismatch', acceptedCount, header.acceptedCount)
}

/** Clipping keeps the lower median, so the floors follow from the stored exponents. */
function checkLayers({ header, layers, exponents }: IndexTables, sums: LayerInput): Refused | undefined {
  const floors = clipFloors(sums, header.clip)
  for (const [i, exponent] of exponents.entries()) {
    const l = i % floors.length
    if (sums.norms[i] === 0 || exponent >= floors[l]!) continue
    const place = `row ${Math.floor(i / floors.length)}, block ${l}`
    return refuseAt(place, 'LayerMismatch', `an exponent of at least ${floors[l]}`, exponent)
  }
  for (const [l, layer] of sumLayers(sums, floors).entries()) {
    const own = layers[l]!
    const isEqual = layer.e0 === own.e0 && layer.eMin === own.eMin && layer.floor === own.floor && layer.sum === own.sum
    if (!isEqual) return refuseAt(`block ${l}`, 'LayerMismatch', layer, own)
  }
  return undefined
}

function checkLevels({ header, layers, rows }: IndexTables, sums: LayerInput): Refused | undefined {
  const { rho, rhoRef } = levelRows(sums, layers, header.acceptedCount)
  const row = firstDifference(rho, rows.rho)
  if (row !== undefined) return refuseAt(`rho of row ${row}`, 'LevelMismatch', rho[row], rows.rho[row])
  return rhoRef === header.rhoRef ? undefined : refuseAt('header, rhoRef', 'LevelMismatch', rhoRef, header.rhoRef)
}

function checkRows({ header }: IndexTables, { leaves }: Survey, hash: Hasher): Refused | undefined {
  const root = packedTreeRoot(leaves, hash)
  return equal(root, header.rowsRoot) ? undefined : refuseAt('header, rowsRoot', 'RootMismatch', root, header.rowsRoot)
}
