/** Cuts work into tasks: small work stays on the host's lane, large work goes to all lanes in pieces of equal size. */
import type { KernelName } from './laneControl.ts'
import { alignTo, type JobFields, type LaneMemory } from './laneMemory.ts'
import type { Lanes } from './lanes.ts'

/** Products (or what takes as long) below which a job ends before another lane would have come to it. */
const SHARED_MACS_MIN = 1e6
/** Of one task: long beside the taking of it, short beside the wait for the last one. */
const TASK_MACS_MIN = 2.5e5
const TASK_MACS_MAX = 1.6e7
const TASKS_PER_LANE = 8
/** Tasks begin at multiples of this, so that no two lanes write the same group of rows. */
export const GROUP_ROWS = 8

export interface Job {
  readonly kernel: KernelName
  /** What each task goes on with, on the same rows: its values are still in the cache. */
  readonly next?: KernelName | undefined
  readonly rowCount: number
  readonly macsPerRow: number
  readonly fields: JobFields
}

const lanesFor = (lanes: Lanes, { rowCount, macsPerRow }: Job): number =>
  rowCount * macsPerRow < SHARED_MACS_MIN ? 1 : lanes.count

/** Tasks of several rows. */
export async function shareRows(
  lanes: Lanes,
  memory: LaneMemory,
  job: Job,
  { groupRows = GROUP_ROWS, rowsPerTaskMax = Number.POSITIVE_INFINITY } = {},
): Promise<void> {
  const { kernel, next, rowCount, macsPerRow, fields } = job
  const lanesMax = lanesFor(lanes, job)
  const macs = (rowCount * macsPerRow) / (TASKS_PER_LANE * lanesMax)
  const wanted = Math.max(TASK_MACS_MIN, Math.min(TASK_MACS_MAX, macs)) / macsPerRow
  const rowsPerTask = Math.min(alignTo(Math.ceil(wanted), groupRows), rowsPerTaskMax)
  memory.setJob(fields, { rowsPerTask, rowCount })
  await lanes.run(memory.id, kernel, Math.ceil(rowCount / rowsPerTask), { lanesMax, next })
}

/** One task for each of `rowCount` things that are no rows. */
export async function shareEach(lanes: Lanes, memory: LaneMemory, job: Job): Promise<void> {
  memory.setJob(job.fields)
  await lanes.run(memory.id, job.kernel, job.rowCount, { lanesMax: lanesFor(lanes, job), next: job.next })
}
