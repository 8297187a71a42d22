/** R1 Advance: only certificates move a node, never clocks (consensus.md §5). */
import { type Core, emit, leaderOf, stop } from '../state.ts'
import type { Timer } from '../step.ts'
import { stretch } from '../timers.ts'

/** Moves to the lowest view that is not cleared: by its notarization, its skip certificate, or a finalization above. */
export function advance(core: Core): void {
  const before = core.current
  core.current = Math.max(before, core.lastFinal.view + 1)
  while (isCleared(core, core.current)) core.current += 1
  if (core.current === before) return
  if (core.current - core.lastFinal.view > core.options.bounds.viewsUnfinalized)
    return stop(core, `nothing is final since view ${core.lastFinal.view}`)
  enter(core)
}

function isCleared(core: Core, view: number): boolean {
  const state = core.views.get(view)
  return state !== undefined && (state.notarization !== null || state.skipCertificate !== null)
}

/** Timers of the view left are stale by their view: nothing stops them here. */
export function enter(core: Core): void {
  core.entered += 1
  core.expired.clear()
  core.changed.add(core.current)
  if (core.options.self === null) return
  startTimer(core, 'early')
  // Where our own power is a quorum and we lead, nobody else could be waited for: an idle devnet must not pile up views.
  if (core.isAlone && leaderOf(core, core.current) === core.options.self) return
  startTimer(core, 'leader')
  startTimer(core, 'skip')
}

function startTimer(core: Core, timer: Exclude<Timer, 'standstill'>): void {
  const { skipMs, leaderMs, earlyMs, capMs } = core.options.timing
  const afterMs = { skip: skipMs, leader: leaderMs, early: earlyMs }[timer]
  const view = core.current
  emit(core, { kind: 'startTimer', timer, view, afterMs: stretch(afterMs, view, core.lastFinal.view, capMs) })
}

/** Views without a word from a leader after which it counts as inactive (R6). */
const INACTIVE_VIEWS = 32

/** Nothing came from the leader in the last 32 views entered, while a quorum's power was heard: so it is not we who are cut off. */
export function isLeaderInactive(core: Core, view: number): boolean {
  const leader = leaderOf(core, view)
  const isActive = (signer: number) => core.entered - core.heard[signer]! < INACTIVE_VIEWS
  if (leader === core.options.self || isActive(leader)) return false
  const activePower = core.options.powers.reduce((sum, power, signer) => (isActive(signer) ? sum + power : sum), 0n)
  return activePower >= core.quorum
}
