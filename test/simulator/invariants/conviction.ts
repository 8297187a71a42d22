/** Whom a conflict convicts (consensus.md §5). */
import type { Conflict } from '../../../consensus/step.ts'

/** Indexes of the set: the signer of two statements, or whoever is in both bitmaps. */
export function convictedBy(conflict: Conflict, count: number): number[] {
  if (conflict.kind !== 'certificates') return [conflict.signer]
  const { first, second } = conflict
  const isNamed = (signers: Uint8Array, index: number) => (((signers[index >> 3] ?? 0) >> (index & 7)) & 1) === 1
  return Array.from({ length: count }, (_, index) => index).filter(
    (index) => isNamed(first.signers, index) && isNamed(second.signers, index),
  )
}
