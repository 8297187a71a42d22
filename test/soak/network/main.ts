/** `npm run soak:network`: real node processes on loopback under load, and what is done to them. */
import { parseArgs } from 'node:util'
import { createRandomness } from '../../simulator/world/randomness.ts'
import { runEpochs } from './epochs.ts'
import { runFullDisk } from './fulldisk.ts'
import { runKills } from './kills.ts'
import { runLiar } from './liar/liar.ts'
import { runMemory } from './memory.ts'
import { runNetns } from './netns.ts'
import { runPartition } from './partition.ts'
import type { Scenario } from './scenario.ts'

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  kills: runKills,
  epochs: runEpochs,
  liar: runLiar,
  partition: runPartition,
  netns: runNetns,
  fulldisk: runFullDisk,
  memory: runMemory,
}

const USAGE = `usage: npm run soak:network -- [options]

--scenario NAME    what happens under load (default kills)
  kills              one node is killed with -9 or paused every few seconds; after each, it must catch up
  epochs             a fifth validator joins and one of the four leaves, at sealing blocks
  liar               one validator equivocates, leads with bad blocks, signs other roots of a real job and sends garbage: slashed
  partition          two of four stand still, so nothing may become final, until they go on
  netns              the kills over a line that delays and loses packets, where the machine permits one
  memory             blocks as fast as they become final: what a node holds after garbage collection does not grow
  fulldisk           the disk of one node fills up: it ends in words, and catches up once there is room
--minutes M        of kills and netns (default 10)
--validators N     (default 4)
--per-second N     transfers sent (default 20)
--blocks N         of memory (default 10,000)
--seed S           replays what was drawn`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    scenario: { type: 'string', default: 'kills' },
    minutes: { type: 'string', default: '10' },
    validators: { type: 'string', default: '4' },
    seed: { type: 'string' },
    'per-second': { type: 'string', default: '20' },
    blocks: { type: 'string', default: '10000' },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit()
}
const run = SCENARIOS[values.scenario]
if (run === undefined) refuse('scenario', Object.keys(SCENARIOS).join(', '))
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : numberOf('seed', 0)
const options = {
  minutes: numberOf('minutes', 0),
  validators: numberOf('validators', 1),
  perSecond: numberOf('per-second', 0),
  blocks: numberOf('blocks', 1),
}
const stream = createRandomness(seed).of('soak')
console.log(`scenario ${values.scenario}, seed ${seed}`)
await run({ ...options, random: () => stream.u32() / 2 ** 32 })
console.log(`scenario ${values.scenario}: all held`)

function numberOf(name: 'minutes' | 'validators' | 'seed' | 'per-second' | 'blocks', least: number): number {
  const number = Number(values[name])
  return number >= least ? number : refuse(name, `a number from ${least}`)
}

function refuse(name: keyof typeof values, expected: string): never {
  console.error(`--${name}: expected ${expected}, got ${values[name]}\n\n${USAGE}`)
  process.exit(1)
}
