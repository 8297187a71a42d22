/** What each kind of file gives to `inspect`. */
import type { BackendChoice } from '../../../influence/backends/backendChoice.ts'
import type { Refused } from '../../../influence/refusal.ts'
import type { Hasher } from '../../../primitives/hashes.ts'

/** A decoded file. */
export interface Inspected {
  readonly kind: 'inspected'
  readonly text: string
  readonly plain: object
  /** What `verify` recomputes, in words. */
  readonly verified: string
  verify(backend: BackendChoice, isSoftwareAdapterAllowed: boolean): Promise<'valid' | Refused>
  close(): Promise<void>
}

export type Inspect = (file: string, fileBytes: number, isAll: boolean, hash: Hasher) => Promise<Inspected | Refused>
