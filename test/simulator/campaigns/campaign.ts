/** What every campaign counts and how it says so. */
import type { Offence } from '../invariants/offence.ts'

export interface Tally {
  readonly name: string
  runs: number
  views: number
  blocks: number
  violations: number
  /** Runs with the EVM and BLS12-381. */
  real: number
  /** In their blocks. */
  transactions: number
  /** Faults injected, by kind. */
  readonly faults: Record<string, number>
}

export function createTally(name: string): Tally {
  return { name, runs: 0, views: 0, blocks: 0, violations: 0, real: 0, transactions: 0, faults: {} }
}

export interface CampaignOptions {
  readonly say: (line: string) => void
  /** Milliseconds of real time, for the speed in the progress lines. */
  readonly nowMs: () => number
  /** Print every event of a run. */
  readonly isTraced: boolean
}

/** A failure in three lines: what broke, where, and the command that shows it. */
export function sayOffence({ say }: CampaignOptions, where: string, offence: Offence, replay: string): void {
  say(`VIOLATION of ${offence.invariant} in ${where}: ${offence.says}`)
  say(`  replay: npm run sim -- ${replay} --trace`)
}

/** A line every so often: a long campaign must be seen to move. */
export function createProgress({ say, nowMs }: CampaignOptions, tally: Tally, count: number): () => void {
  const startMs = nowMs()
  let lastMs = startMs
  return () => {
    if (nowMs() - lastMs < 10_000) return
    lastMs = nowMs()
    const perSecond = tally.runs / ((lastMs - startMs) / 1_000)
    say(`${tally.name}: ${tally.runs} of ${count}, ${tally.views} views, ${perSecond.toFixed(1)}/s, ${describe(tally)}`)
  }
}

export function describe({ violations, real, transactions, faults }: Tally): string {
  const kinds = Object.entries(faults).filter(([, count]) => count > 0)
  const list = kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')
  return `${real > 0 ? `${real} on the EVM with ${transactions} transactions; ` : ''}${list === '' ? '' : `faults: ${list}; `}${violations} violations`
}
