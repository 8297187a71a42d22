/** Flags of all rows (influence.md §3.5) on the lanes: blocks of rows against the rows accepted before them, then among themselves. */
import { type Flags, flagRows, isEmptyRow } from '../gradients/guard.ts'
import type { FlagSource } from '../gradients/verifyIndex.ts'
import { ACCEPTED, DUPLICATE, EMPTY, GUARD_BYTES, NO_DUPLICATE } from '../indexFile.ts'
import { LaneMemory } from './lanes/laneMemory.ts'
import type { Lanes } from './lanes/lanes.ts'
import { OPERAND_ROW_BYTES } from './passes.ts'

/** Rows of a task: their widened vectors stay in a core's first cache. */
const TASK_ROWS = 32
/** Tasks of a block, for each lane: they differ in length, since the block's own rows form a triangle. */
const TASKS_PER_LANE = 4
/** Sums, sixteen rows spread, the task's rows widened (kernels/guardRows.as). */
const LANE_BYTES = 256 + 64 * (GUARD_BYTES / 2) + TASK_ROWS * OPERAND_ROW_BYTES
/** Rows are taken sixteen at a time: what is read behind the last counts for nothing. */
const GROUP_ROWS = 16
/** Products of two guard vectors for which a thread is worth its waking. */
const SHARED_ROWS_MIN = 200

export function flagRowsOn(lanes: Lanes): FlagSource {
  return (guards, norms, blockCount, tau) => {
    if (tau === 0) return flagRows(guards, norms, blockCount, tau)
    return lanes.alone(async () => {
      const memory = new LaneMemory(lanes)
      try {
        return await flagInMemory({ lanes, memory, guards, norms, blockCount, tau })
      } finally {
        memory.close()
      }
    })
  }
}

interface FlagInput {
  readonly lanes: Lanes
  readonly memory: LaneMemory
  readonly guards: Int8Array
  readonly norms: Uint32Array
  readonly blockCount: number
  readonly tau: number
}

async function flagInMemory({ lanes, memory, guards, norms, blockCount, tau }: FlagInput): Promise<Flags> {
  const rowCount = guards.length / GUARD_BYTES
  const blockRows = Math.min(TASK_ROWS * TASKS_PER_LANE * lanes.count, Math.ceil(rowCount / TASK_ROWS) * TASK_ROWS)
  const addresses = {
    codes: memory.allocate(guards.length + GROUP_ROWS * GUARD_BYTES),
    norms: memory.allocate(4 * (rowCount + GROUP_ROWS)),
    out: memory.allocate(4 * blockRows + 32),
    bits: memory.allocate((blockRows * blockRows) / 4),
    lanes: memory.allocate(lanes.count * LANE_BYTES),
  }
  const own = memory.int8(addresses.codes, guards.length)
  own.set(guards)
  const ownNorms = memory.uint32(addresses.norms, rowCount)
  const fields = { ...addresses, laneBytes: LANE_BYTES, rowsPerTask: TASK_ROWS, tau }
  const lanesMax = rowCount < SHARED_ROWS_MIN ? 1 : lanes.count
  memory.setJob({ ...fields, rowCount })
  await lanes.run(memory.id, 'guardNorms', Math.ceil(rowCount / TASK_ROWS), { lanesMax })
  const flags: Flags = {
    status: new Uint8Array(rowCount),
    duplicateOf: new Uint32Array(rowCount).fill(NO_DUPLICATE),
  }
  const accepted: number[] = []
  for (let first = 0; first < rowCount; first += blockRows) {
    const end = Math.min(rowCount, first + blockRows)
    memory.setJob({ ...fields, rowCount: end, firstRow: first, acceptedCount: accepted.length })
    await lanes.run(memory.id, 'guardRows', Math.ceil((end - first) / TASK_ROWS), { lanesMax })
    // A large index takes a while: let the process hear what else there is.
    await new Promise((resolve) => setImmediate(resolve))
    const found = {
      first,
      end,
      matches: memory.uint32(addresses.out, end - first),
      bits: memory.uint8(addresses.bits, (end - first) * Math.ceil((end - first) / 4)),
    }
    const isEmpty = (row: number) => isEmptyRow(norms, blockCount, row)
    for (const row of decideBlock(found, accepted, flags, isEmpty)) {
      // Accepted rows move to the front: what is overwritten was decided before.
      own.copyWithin(GUARD_BYTES * accepted.length, GUARD_BYTES * row, GUARD_BYTES * (row + 1))
      ownNorms[accepted.length] = ownNorms[row]!
      accepted.push(row)
    }
  }
  return flags
}

/** What the kernel found for rows first … end − 1. */
interface BlockMatches {
  readonly first: number
  readonly end: number
  /** Place among the accepted rows before the block, or NO_DUPLICATE. */
  readonly matches: Uint32Array
  /** For each row ⌈rows/4⌉ bytes: bit k of byte b is row 4·b + k of the block; good for rows before it. */
  readonly bits: Uint8Array
}

/** Decides the rows of a block in order; returns those that are accepted. */
function decideBlock(
  { first, end, matches, bits }: BlockMatches,
  accepted: readonly number[],
  { status, duplicateOf }: Flags,
  isEmpty: (row: number) => boolean,
): number[] {
  const width = Math.ceil((end - first) / 4)
  const own: number[] = []
  for (let row = first; row < end; row++) {
    const j = row - first
    if (isEmpty(row)) {
      status[row] = EMPTY
      continue
    }
    const before = matches[j]!
    const isLike = (i: number) => ((bits[j * width + ((i - first) >> 2)]! >> ((i - first) & 3)) & 1) === 1
    const original = before === NO_DUPLICATE ? own.find(isLike) : accepted[before]!
    if (original === undefined) {
      status[row] = ACCEPTED
      own.push(row)
    } else {
      status[row] = DUPLICATE
      duplicateOf[row] = original
    }
  }
  return own
}
