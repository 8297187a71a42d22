/** I14 for a core and its host: what they hold stays within the bounds that they were given (consensus.md §9). */
import type { Core } from '../../../consensus/state.ts'
import type { HostBounds, HostLoad } from '../../../node/agreement/bounds.ts'
import type { Report } from './offence.ts'

/** §9: two of the leader's and the certified one. */
const CANDIDATES_PER_VIEW = 3

/** For the host: the most that it ever held. */
export function checkHostBounds(
  { bounds, peaks }: Pick<HostLoad, 'bounds' | 'peaks'>,
  node: number,
  report: Report,
): void {
  for (const [what, peak] of Object.entries(peaks)) {
    const most = bounds[what as keyof HostBounds]
    if (peak > most) report('I14', `node ${node} held ${peak} of ${what}, at most ${most}`)
  }
}

/** Votes and proposals of views out of the window are dropped; certificates may be of any view. */
export function checkBounds(core: Core, node: number, report: Report): void {
  const { bounds, powers } = core.options
  const over = (what: string, got: number, most: number) => {
    if (got > most) report('I14', `node ${node} holds ${got} ${what}, at most ${most}`)
  }
  over('checks', core.checking.size, bounds.checks)
  over('fetches', core.fetching.size, bounds.fetches)
  over('views unfinalized', core.current - core.lastFinal.view, bounds.viewsUnfinalized + 1)
  const views = bounds.viewsAhead + bounds.viewsBehind + bounds.viewsUnfinalized
  over('views', core.views.size, views)
  over('candidates', core.candidates.size, CANDIDATES_PER_VIEW * views)
  const state = core.views.get(core.current)
  if (state === undefined) return
  over('proposals of a view', state.proposed.length, CANDIDATES_PER_VIEW - 1)
  for (const votes of Object.values(state.votes)) over('votes of a kind in a view', votes.size, powers.length)
}

/** Of one view far ahead: nothing may be kept there but certificates. */
export function checkWindow(core: Core, node: number, report: Report): void {
  for (const [view, { votes, proposed }] of core.views) {
    if (view <= core.current + core.options.bounds.viewsAhead) continue
    if (proposed.length > 0 || Object.values(votes).some(({ size }) => size > 0))
      report('I14', `node ${node} keeps votes of view ${view}, ${view - core.current} ahead`)
  }
}
