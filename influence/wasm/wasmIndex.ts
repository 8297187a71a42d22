/** What a job over one opened index needs. */
import type { HeldCodes } from './heldCodes.ts'
import type { LaneMemory } from './lanes/laneMemory.ts'
import type { Lanes } from './lanes/lanes.ts'

export interface WasmIndex {
  readonly lanes: Lanes
  readonly memory: LaneMemory
  readonly codes: HeldCodes
  readonly rowCount: number
  readonly rowBytes: number
  readonly offsets: readonly number[]
  readonly paddedDims: readonly number[]
}
