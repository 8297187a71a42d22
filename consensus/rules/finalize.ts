/** R5 Finalize: in any view above lastFinal; finality needs no run of good leaders (consensus.md §5). */
import { type Core, mayCast, type View } from '../state.ts'
import { cast } from './cast.ts'

export function finalize(core: Core, state: View): void {
  const { view, notarization, notarized, hasSkipped, finalized } = state
  if (!mayCast(core, view) || hasSkipped || finalized !== null) return
  if (notarization === null || notarized !== notarization.id) return
  cast(core, { kind: 'finalize', view, id: notarized })
}
