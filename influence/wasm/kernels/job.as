/** What the running job is about: u32 fields that the host writes at a fixed place before it starts the lanes. */

/** Address of the fields; laneMemory.ts writes them in this order. */
const JOB: usize = 1024

// @ts-ignore: decorator
@inline
function field(place: usize): usize {
  return load<u32>(JOB + 4 * place)
}

// @ts-ignore: decorator
@inline
export function rowsPerTask(): usize { return field(0) }
// @ts-ignore: decorator
@inline
export function rowCount(): usize { return field(1) }
/** Address of row 0; what follows the last row up to a multiple of eight rows may be read, and counts for nothing. */
// @ts-ignore: decorator
@inline
export function codesAddress(): usize { return field(2) }
// @ts-ignore: decorator
@inline
export function rowBytes(): usize { return field(3) }
/** Segments of a row: u32 first column, columns, block, 0. No segment crosses a block. */
// @ts-ignore: decorator
@inline
export function segmentsAddress(): usize { return field(4) }
// @ts-ignore: decorator
@inline
export function segmentCount(): usize { return field(5) }
/** Vectors of all queries, i16 (`spreadVectors.as`). */
// @ts-ignore: decorator
@inline
export function operandAddress(): usize { return field(6) }
/** Queries: one, or a multiple of eight. */
// @ts-ignore: decorator
@inline
export function queryCount(): usize { return field(7) }
/** A value for each row, block and query, in this order: i32, or i64 where the job says so. */
// @ts-ignore: decorator
@inline
export function tableAddress(): usize { return field(8) }
// @ts-ignore: decorator
@inline
export function blockCount(): usize { return field(9) }
/** Working memory of lane 0; the next lane's follows. */
// @ts-ignore: decorator
@inline
export function laneAddress(lane: usize): usize { return field(10) + lane * field(11) }
// @ts-ignore: decorator
@inline
export function laneCount(): usize { return field(12) }
/** Columns that a mix is about. */
// @ts-ignore: decorator
@inline
export function firstColumn(): usize { return field(13) }
// @ts-ignore: decorator
@inline
export function columnCount(): usize { return field(14) }
/** Guard: packed accepted rows before this block, the block's rows, tau. */
// @ts-ignore: decorator
@inline
export function acceptedCount(): usize { return field(15) }
// @ts-ignore: decorator
@inline
export function firstRow(): usize { return field(16) }
// @ts-ignore: decorator
@inline
export function tau(): u32 { return <u32>field(17) }
/** N: of guard vectors, or u32 of rows and blocks. */
// @ts-ignore: decorator
@inline
export function normsAddress(): usize { return field(18) }
// @ts-ignore: decorator
@inline
export function bitsAddress(): usize { return field(19) }
// @ts-ignore: decorator
@inline
export function outAddress(): usize { return field(20) }
/** Eight bytes for each row and block (`scoring.as`). */
// @ts-ignore: decorator
@inline
export function ratiosAddress(): usize { return field(21) }
/** 64 bytes for each block (`scoring.as`). */
// @ts-ignore: decorator
@inline
export function layersAddress(): usize { return field(22) }
/** i32 for each block and query: t of step 5, x of step 8, or the shift of step 9. */
// @ts-ignore: decorator
@inline
export function shiftsAddress(): usize { return field(23) }
/** Are the table's values i64? */
// @ts-ignore: decorator
@inline
export function isWide(): bool { return field(24) != 0 }
/** Messages to hash (`keccak.as`). */
// @ts-ignore: decorator
@inline
export function messagesAddress(): usize { return field(25) }
/** What a lane keeps from task to task, behind its working memory. */
// @ts-ignore: decorator
@inline
export function wordsAddress(lane: usize): usize { return laneAddress(lane) + field(26) }
