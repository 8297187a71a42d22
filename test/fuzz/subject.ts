/** What a fuzz subject is: cases drawn from random numbers, and a check that says what differs. */
import type { BackendChoice } from '../../influence/backends/backendChoice.ts'
import type { Random } from './random.ts'

export interface FuzzOptions {
  /** Back ends to compare; those that are not there are named in `notRun`. */
  readonly backends: readonly BackendChoice[]
  /** Software GPU adapters are refused unless asked for. */
  readonly isSoftwareAdapterAllowed: boolean
}

/** A case is plain JSON, so that a failing one can be written down and replayed. */
export interface OpenedSubject<Case = unknown> {
  /** What is compared, for the first line of a run. */
  readonly compares: readonly string[]
  /** What was asked for and is not there, with its reason. */
  readonly notRun: readonly string[]
  draw(random: Random): Case
  /** The first difference in words; `undefined` when all is as it must be. */
  check(drawn: Case): Promise<string | undefined>
  /** Smaller cases of the same kind, the smallest steps last. */
  shrink(drawn: Case): Iterable<Case>
  close(): void
}

export interface FuzzSubject<Case = unknown> {
  /** room/what */
  readonly name: string
  readonly says: string
  open(options: FuzzOptions): Promise<OpenedSubject<Case>>
}
