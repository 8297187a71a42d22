/** Twins scenarios, listed and drawn, each run once (testing.md §3). */
import {
  FOUR_WITH_ONE,
  formatScenario,
  parseScenario,
  SEVEN_WITH_TWO,
  type TwinsShape,
  twinsScenarios,
} from '../twins/scenarios.ts'
import { runTwins } from '../twins/twinsRun.ts'
import { type CampaignOptions, createProgress, createTally, sayOffence, type Tally } from './campaign.ts'

export function shapeOf(keys: number): TwinsShape {
  return keys === 7 ? SEVEN_WITH_TWO : FOUR_WITH_ONE
}

export function twinsCampaign(keys: number, count: number, seed: number, options: CampaignOptions): Tally {
  const shape = shapeOf(keys)
  const tally = createTally(`twins n = ${keys}`)
  const progress = createProgress(options, tally, count)
  for (const scenario of twinsScenarios(shape, seed)) {
    if (tally.runs >= count) break
    const outcome = runTwins(shape, scenario)
    tally.runs += 1
    tally.views += outcome.views
    tally.blocks += outcome.blocks
    if (outcome.offence !== undefined) {
      tally.violations += 1
      const text = formatScenario(scenario)
      sayOffence(options, `twins scenario ${text}`, outcome.offence, `--scenario ${text} --n ${keys}`)
    }
    progress()
  }
  return tally
}

export function replayScenario(keys: number, text: string, options: CampaignOptions): Tally {
  const tally = createTally(`twins n = ${keys}`)
  const outcome = runTwins(shapeOf(keys), parseScenario(text), options.isTraced ? options.say : undefined)
  tally.runs += 1
  tally.views += outcome.views
  tally.blocks += outcome.blocks
  if (outcome.offence === undefined) return tally
  tally.violations += 1
  sayOffence(options, `twins scenario ${text}`, outcome.offence, `--scenario ${text} --n ${keys}`)
  return tally
}
