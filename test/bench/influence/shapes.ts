/** What the influence benchmark measures: shapes, and the figures of one back end or peer on one shape. */

/** Blocks of every index: the matrices of a two-layer model with adapters on query and value. */
export const BLOCKS = 8

export interface Shape {
  readonly rows: number
  readonly dim: number
}

/** What a child prints as its last line, in JSON. */
export interface Figures {
  readonly name: string
  /** Opening with full verification; absent for peers. */
  readonly openMs?: number
  /** An engine's whole answers, commitments and all; a peer makes scores alone. */
  readonly oneMs: number
  readonly batchMs: number
  /** The same without the stage `commitments`: the work that a peer does. Absent for peers. */
  readonly oneScoresMs?: number
  readonly batchScoresMs?: number
  readonly batch: number
  /** Of the process, when one batch is done. */
  readonly peakBytes: number
  /** Of them, the index: its file, or a peer's rows. */
  readonly heldBytes: number
  /** Of all scores of the batch; equal on every back end. Rounds that differ stand with spaces between. */
  readonly digest?: string
  /** Pearson correlation of the peer's scores with ours, first query. */
  readonly correlation?: number
  /** Bytes a second of a copy on the device, read and written. */
  readonly copyBytesPerSecond?: number
}

/** Multiply–adds of one query: steps 3, 6 and 8 each go once over the codes. */
export const macsOf = ({ rows, dim }: Shape): number => 3 * rows * dim

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

const TIMES = ['openMs', 'oneMs', 'batchMs', 'oneScoresMs', 'batchScoresMs'] as const

/** Of each time the median, or the least; of memory the most. */
export function joinRounds(rounds: readonly Figures[], isLeast: boolean): Figures {
  const joined = { ...rounds[0]!, peakBytes: Math.max(...rounds.map(({ peakBytes }) => peakBytes)) }
  for (const name of TIMES) {
    const values = rounds.flatMap((figures) => figures[name] ?? [])
    if (values.length > 0) Object.assign(joined, { [name]: isLeast ? Math.min(...values) : median(values) })
  }
  const digests = new Set(rounds.flatMap(({ digest }) => digest ?? []))
  return digests.size === 0 ? joined : { ...joined, digest: [...digests].join(' ') }
}
