/** Cuts rows into tasks: small work stays on the host's lane, large work goes to all lanes in pieces of equal size. */
import type { KernelName } from './laneControl.ts'
import { alignTo, type JobFields, type LaneMemory } from './laneMemory.ts'
import type { Lanes } from './lanes.ts'

/** Products below which a job ends before a sleeping thread would have come to it. */
const SHARED_MACS_MIN = 3e6
/** Of one task: long beside the taking of it, short beside the wait for the last one. */
const TASK_MACS_MIN = 5e5
const TASK_MACS_MAX = 1.6e7
const TASKS_PER_LANE = 8
/** Tasks begin at multiples of this, so that no two lanes write the same group of rows. */
const GROUP_ROWS = 8

/** Lanes that work of so many products is worth. */
export const lanesFor = (lanes: Lanes, macs: number): number => (macs < SHARED_MACS_MIN ? 1 : lanes.count)

export interface RowJob {
  readonly kernel: KernelName
  readonly rowCount: number
  readonly macsPerRow: number
  readonly lanesMax: number
  readonly rowsPerTaskMax?: number
  readonly fields: JobFields
}

export async function shareRows(lanes: Lanes, memory: LaneMemory, job: RowJob): Promise<void> {
  const { rowCount, macsPerRow, lanesMax, rowsPerTaskMax = Infinity } = job
  const macs = (rowCount * macsPerRow) / (TASKS_PER_LANE * lanesMax)
  const wanted = Math.max(TASK_MACS_MIN, Math.min(TASK_MACS_MAX, macs)) / macsPerRow
  const rowsPerTask = Math.min(alignTo(Math.ceil(wanted), GROUP_ROWS), rowsPerTaskMax)
  memory.setJob({ ...job.fields, rowsPerTask, rowCount })
  await lanes.run(memory.id, job.kernel, Math.ceil(rowCount / rowsPerTask), lanesMax)
}
