/** One pass over the codes of an index (influence.md §4.1): checks them and gathers what the tables rest on. */
import type { Hasher } from '../../primitives/hashes.ts'
import { checkCodes } from '../blockLayout.ts'
import { type CodeSource, type CodeTile, codeTiles } from '../codeSource.ts'
import { GUARD_BYTES, type IndexTables, rowLeafPreimage } from '../indexFile.ts'
import { type Refused, refuseAt } from '../refusal.ts'
import { createSketcher } from './guard.ts'
import { squaredNorms } from './layers.ts'

/** Of a file that is read by ranges: two tiles are in memory, and reads of this size reach a disk's full speed. */
const TILE_BYTES_MAX = 2 ** 23
const HASH_BYTES = 32

export interface Survey {
  /** N of every row and block, n × L. */
  readonly norms: Uint32Array
  /** The leaf of every row, n × 32 bytes. */
  readonly leaves: Uint8Array
}

/** Refuses the first code that the quantiser could not have written and the first guard vector that is not the codes'. */
export async function surveyCodes(tables: IndexTables, codes: CodeSource, hash: Hasher): Promise<Survey | Refused> {
  const { header, layout, exponents } = tables
  const { rowCount, blockCount } = header
  const sketch = createSketcher(layout, header.guardSeed)
  const survey: Survey = {
    norms: new Uint32Array(rowCount * blockCount),
    leaves: new Uint8Array(rowCount * HASH_BYTES),
  }
  for await (const tile of codeTiles(codes, TILE_BYTES_MAX)) {
    const { first, count } = tile
    const own = exponents.subarray(first * blockCount, (first + count) * blockCount)
    const bad = checkCodes(layout, count, tile.codes, own, first) ?? checkGuards(tables, tile, sketch)
    if (bad) return bad
    survey.norms.set(squaredNorms(layout, count, tile.codes), first * blockCount)
    hashLeaves(tables, tile, survey.leaves, hash)
  }
  return survey
}

function checkGuards(
  { guards }: IndexTables,
  { first, count, codes }: CodeTile,
  sketch: ReturnType<typeof createSketcher>,
): Refused | undefined {
  const expected = new Int8Array(count * GUARD_BYTES)
  sketch(codes, count, expected)
  for (let i = 0; i < expected.length; i++) {
    const got = guards[first * GUARD_BYTES + i]
    if (expected[i] === got) continue
    const place = `bucket ${i % GUARD_BYTES} of the guard vector of row ${first + Math.floor(i / GUARD_BYTES)}`
    return refuseAt(place, 'GuardMismatch', expected[i], got)
  }
  return undefined
}

/** Leaves alone, for proofs from a file that was opened by its header. */
export async function leavesOfRows(tables: IndexTables, codes: CodeSource, hash: Hasher): Promise<Uint8Array> {
  const leaves = new Uint8Array(tables.header.rowCount * HASH_BYTES)
  for await (const tile of codeTiles(codes, TILE_BYTES_MAX)) hashLeaves(tables, tile, leaves, hash)
  return leaves
}

function hashLeaves(tables: IndexTables, { first, count, codes }: CodeTile, leaves: Uint8Array, hash: Hasher): void {
  const { rowBytes } = tables.header
  for (let i = 0; i < count; i++) {
    const rowCodes = codes.subarray(i * rowBytes, (i + 1) * rowBytes)
    leaves.set(hash(rowLeafPreimage(tables, first + i, rowCodes, hash)), (first + i) * HASH_BYTES)
  }
}

/** N of every row and block, n × L, from codes that are not checked. */
export async function normsOfRows({ header, layout }: IndexTables, codes: CodeSource): Promise<Uint32Array> {
  const norms = new Uint32Array(header.rowCount * header.blockCount)
  for await (const { first, count, codes: own } of codeTiles(codes, TILE_BYTES_MAX)) {
    norms.set(squaredNorms(layout, count, own), first * header.blockCount)
  }
  return norms
}

/** The leaves one by one, as trees take them. */
export const splitLeaves = (leaves: Uint8Array): Uint8Array[] =>
  Array.from({ length: leaves.length / HASH_BYTES }, (_, row) =>
    leaves.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES),
  )
