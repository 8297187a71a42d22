/** Runs one Byzantine script against honest bare cores, on a network that loses and cuts at random, then healed. */
import { createRandom } from '../../fuzz/random.ts'
import { type BareOutcome, runBare } from '../bare/bareRun.ts'
import { createScriptedLeader } from '../bare/scriptedLeader.ts'
import { drawPowers, isBelowThird, validatorOf } from '../standIns/validatorPool.ts'
import { chance } from '../world/randomness.ts'

const KEYS_MAX = 7
const VIEWS = 24
/** Three stretched views at the timers' cap, or many that go well. */
const HEAL_MS = 120_000

/** Powers, and who is scripted: at least one key, together below a third. */
function drawKeys(seed: number): { powers: bigint[]; isScripted: boolean[] } {
  const random = createRandom(seed, 1)
  const keys = random.pick([4, 4, 5, KEYS_MAX])
  const shape = random.pick(['equal', 'random', 'oneJustBelowThird'] as const)
  while (true) {
    const powers = drawPowers(random, shape, keys)
    const set = powers.map((power, key) => validatorOf(key, power))
    const isScripted = powers.map(() => random.oneIn(3))
    if (isScripted.includes(true) && isBelowThird(set, (key) => isScripted[key]!)) return { powers, isScripted }
  }
}

export function runScripted(seed: number, print?: (line: string) => void): BareOutcome {
  const { powers, isScripted } = drawKeys(seed)
  const random = createRandom(seed, 0)
  const keys = powers.length
  const lossShare = random.oneIn(2) ? 0 : random.int(0, 30) / 100
  const sides = Array.from({ length: VIEWS }, () => Array.from({ length: keys }, () => random.oneIn(6)))
  return runBare({
    keys,
    keyOfNode: powers.map((_, key) => key),
    powers,
    isByzantine: (key) => isScripted[key]!,
    // The script leads more often than its power gives it.
    leaderOfView: (view) => {
      const drawn = createRandom(seed, view + 2)
      const leaders = powers.flatMap((_, key) => (isScripted[key] || drawn.oneIn(2) ? [key] : []))
      return drawn.pick(leaders)
    },
    random,
    passes(from, to, view) {
      if (chance(random, lossShare)) return false
      const side = sides[view]
      return side === undefined || side[from] === side[to]
    },
    healView: VIEWS,
    healMs: HEAL_MS,
    delayMsMax: random.pick([5, 50, 300]),
    createActor: (node, hands) => (isScripted[node] ? createScriptedLeader(hands) : undefined),
    ...(print === undefined ? {} : { print }),
  })
}
