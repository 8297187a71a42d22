/** R6 Skip: only in the current view, and only if finalize was not cast there (consensus.md §5). */
import { type Core, leaderOf, mayCast, type View, viewOf } from '../state.ts'
import { isLeaderInactive } from './advance.ts'
import { cast } from './cast.ts'

export function skip(core: Core): void {
  const state = viewOf(core, core.current)
  if (!mayCast(core, state.view) || state.hasSkipped || state.finalized !== null) return
  if (isLate(core, state) || (core.expired.has('early') && isHopeless(core, state)))
    cast(core, { kind: 'skip', view: state.view })
}

function isLate({ expired }: Core, { proposed }: View): boolean {
  return expired.has('skip') || (expired.has('leader') && proposed.length === 0)
}

/** Waiting is for nothing. It still waits for the early delay: without it a fault in every build spins views at network speed. */
function isHopeless(core: Core, state: View): boolean {
  const leader = leaderOf(core, state.view)
  if (state.votes.skip.has(leader) || state.proposed.length > 1 || state.build === 'failed') return true
  if (state.proposed.some((id) => core.candidates.get(id)?.verdict === 'invalid')) return true
  return isLeaderInactive(core, state.view)
}
