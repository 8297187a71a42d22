/**
 * `npm run soak:network -- [--scenario kills] [--minutes 10] [--validators 4] [--seed N]`: real node processes on loopback
 * under load, and what is done to them:
 * - `kills`: one is killed with −9 or paused every few seconds; after each, it must catch up;
 * - `epochs`: a fifth validator joins and one of the four leaves, at sealing blocks;
 * - `liar`: one validator equivocates, attests what is not so and sends garbage, and is slashed for it;
 * - `partition`: two of four stand still, so nothing may become final, until they go on;
 * - `netns`: the kills in a network namespace whose line delays and loses packets, where the machine permits one.
 */
import { parseArgs } from 'node:util'
import { createRandomness } from '../../simulator/world/randomness.ts'
import { runEpochs } from './epochs.ts'
import { runKills } from './kills.ts'
import { runLiar } from './liar.ts'
import { runNetns } from './netns.ts'
import { runPartition } from './partition.ts'
import type { Scenario } from './scenario.ts'

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  kills: runKills,
  epochs: runEpochs,
  liar: runLiar,
  partition: runPartition,
  netns: runNetns,
}

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'kills' },
    minutes: { type: 'string', default: '10' },
    validators: { type: 'string', default: '4' },
    seed: { type: 'string' },
    'per-second': { type: 'string', default: '20' },
  },
})
const run = SCENARIOS[values.scenario]
if (run === undefined)
  throw new RangeError(`--scenario: expected ${Object.keys(SCENARIOS).join(', ')}, got ${values.scenario}`)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
const stream = createRandomness(seed).of('soak')
console.log(`scenario ${values.scenario}, seed ${seed}`)
await run({
  minutes: Number(values.minutes),
  validators: Number(values.validators),
  perSecond: Number(values['per-second']),
  random: () => stream.u32() / 2 ** 32,
})
console.log(`scenario ${values.scenario}: all held`)
