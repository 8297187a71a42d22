/** Scripted Byzantine leaders, one run a seed (testing.md §3). */
import { runScripted } from '../twins/scriptedRun.ts'
import { type CampaignOptions, createProgress, createTally, sayOffence, type Tally } from './campaign.ts'

export function scriptedCampaign(from: number, count: number, options: CampaignOptions): Tally {
  const tally = createTally('scripted leaders')
  const progress = createProgress(options, tally, count)
  for (let seed = from; seed < from + count; seed++) {
    const outcome = runScripted(seed, options.isTraced ? options.say : undefined)
    tally.runs += 1
    tally.views += outcome.views
    tally.blocks += outcome.blocks
    if (outcome.offence !== undefined) {
      tally.violations += 1
      sayOffence(options, `scripted seed ${seed}`, outcome.offence, `--scripted 1 --from ${seed}`)
    }
    progress()
  }
  return tally
}
