/** What issue and design ask of agreement's speed, beside what was measured. */
import type { ModelFigures } from '../model/modelRun.ts'
import type { CertificateFigures } from './certificates.ts'
import type { ChainFigures } from './chainRun.ts'

/** On loopback at n = 4, beyond the interval. */
const BEYOND_INTERVAL_MS = 50
/** At n = 100. */
const CERTIFICATES_MS = 50

export interface Goal {
  readonly goal: string
  readonly mostMs: number
  readonly measuredMs: number
  /** Above 1: missed. */
  readonly ratio: number
}

export function goalsOf(
  chains: readonly ChainFigures[],
  sets: readonly CertificateFigures[],
  runs: readonly ModelFigures[],
): Goal[] {
  const goals: Omit<Goal, 'ratio'>[] = []
  for (const { n, intervalMs, blockMsP50 } of chains)
    if (n === 4 && intervalMs > 0 && blockMsP50 !== null)
      goals.push({
        goal: `n = 4, ${intervalMs} ms: between heads`,
        mostMs: intervalMs + BEYOND_INTERVAL_MS,
        measuredMs: blockMsP50,
      })
  for (const { n, makeMsPerView } of sets)
    if (n === 100)
      goals.push({ goal: 'n = 100: certificates of a view', mostMs: CERTIFICATES_MS, measuredMs: makeMsPerView })
  const cryptoMs = runs.filter(({ n }) => n === 100).map((run) => run.cryptoMs)
  if (cryptoMs.length > 0)
    goals.push({
      goal: 'n = 100, model: all cryptography of a view',
      mostMs: CERTIFICATES_MS,
      measuredMs: Math.max(...cryptoMs),
    })
  return goals.map((goal) => ({ ...goal, ratio: goal.measuredMs / goal.mostMs }))
}
