/** Seeds of the full simulator, one run each (testing.md §2). */
import type { FaultSet } from '../run/faultPlan.ts'
import { runSeed, type SeedRunOptions } from '../run/seedRun.ts'
import { describeBytes } from '../run/traceText.ts'
import { createRandomness } from '../world/randomness.ts'
import { type CampaignOptions, createProgress, createTally, sayOffence, type Tally } from './campaign.ts'

/** What seeds run on: stand-ins for BLS and execution, the real ones, or the real ones for one seed of twenty. */
export const EXECUTIONS = ['hash', 'real', 'mixed'] as const
export type ExecutionKind = (typeof EXECUTIONS)[number]
/** testing.md §2. */
const REAL_ONE_IN = 20

function isReal(kind: ExecutionKind, seed: number): boolean {
  return kind === 'mixed' ? createRandomness(seed).of('execution kind').oneIn(REAL_ONE_IN) : kind === 'real'
}

export interface SeedCampaign {
  readonly n: number
  readonly from: number
  readonly count: number
  readonly faults: FaultSet
  readonly views: number
  readonly execution: ExecutionKind
}

export async function seedCampaign(campaign: SeedCampaign, options: CampaignOptions): Promise<Tally> {
  const { n, from, count, faults, views, execution } = campaign
  const tally = createTally(`seeds n = ${n}`)
  const progress = createProgress(options, tally, count)
  for (let seed = from; seed < from + count; seed++) {
    const isOnEvm = isReal(execution, seed)
    const outcome = await runSeed({ seed, n, faults, views, isReal: isOnEvm, ...printOf(options) })
    tally.runs += 1
    tally.transactions += outcome.transactions
    tally.real += isOnEvm ? 1 : 0
    tally.views += outcome.views
    tally.blocks += outcome.blocks
    for (const [kind, times] of Object.entries(outcome.faults)) tally.faults[kind] = (tally.faults[kind] ?? 0) + times
    if (outcome.offence !== undefined) {
      tally.violations += 1
      const replay = `--seeds 1 --from ${seed} --n ${n} --faults ${faults} --views ${views} --execution ${execution}`
      sayOffence(options, `seed ${seed}, n = ${n}`, outcome.offence, replay)
    }
    progress()
  }
  return tally
}

export function printOf({ isTraced, say }: CampaignOptions): Pick<SeedRunOptions, 'print'> {
  if (!isTraced) return {}
  return {
    print(atMs, who, what, bytes) {
      const node = who < 0 ? 'world' : `node ${who}`
      say(
        `${atMs.toFixed(1).padStart(10)} ${node}: ${what}${bytes === undefined ? '' : ` ${describeBytes(what, bytes)}`}`,
      )
    },
  }
}
