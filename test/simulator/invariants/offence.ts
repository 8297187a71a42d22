/** A broken invariant (testing.md §2), which ends its run. */

export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I12'
  | 'I14'
  | 'I15'
  | 'I16'
  /** No evidence convicts an honest key. */
  | 'evidence'
  /** No honest node stops. */
  | 'stop'
  /** No honest node bans another. */
  | 'ban'

export interface Offence {
  readonly invariant: Invariant
  readonly says: string
}

export type Report = (invariant: Invariant, says: string) => void
