/** Runs one Twins scenario on bare cores: cut as it says, then healed (testing.md §3). */

import { createRandom } from '../../fuzz/random.ts'
import { type BareOutcome, runBare } from '../bare/bareRun.ts'
import { formatScenario, type Scenario, type TwinsShape } from './scenarios.ts'

/** Views of a scenario take a few timers each, the stretched ones included. */
const HEAL_MS = 120_000
const DELAY_MS_MAX = 20

export function runTwins(shape: TwinsShape, scenario: Scenario, print?: (line: string) => void): BareOutcome {
  const { keys, twins } = shape
  const keyOfNode = Array.from({ length: keys + twins }, (_, node) => node % keys)
  // Order of arrival follows from the scenario, so that the scenario alone replays.
  let seed = 0
  for (const char of formatScenario(scenario)) seed = Math.imul(seed ^ char.charCodeAt(0), 0x01000193)
  return runBare({
    keys,
    keyOfNode,
    powers: Array.from({ length: keys }, () => 1n),
    isByzantine: (key) => key < twins,
    leaderOfView: (view) => scenario[view - 1]?.leader ?? view % keys,
    random: createRandom(seed, 0),
    passes(from, to, view) {
      const parts = scenario[view - 1]?.parts
      return parts === undefined || parts[from] === parts[to]
    },
    healView: scenario.length,
    healMs: HEAL_MS,
    delayMsMax: DELAY_MS_MAX,
    ...(print === undefined ? {} : { print }),
  })
}
