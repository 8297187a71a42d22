/** `node test/soak/crash.ts [--runs 50] [--seed N]`: kills a committing process again and again, checking its store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { crashOnce, describePlan, drawPlans, readBlockLine } from '../node/crashRun.ts'
import { GENESIS } from '../node/storageWorld.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '50' }, seed: { type: 'string' } } })
const runs = Number(values.runs)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed) || seed < 0)
  throw new RangeError('expected --runs of at least 1 and --seed of at least 0')

const childFile = fileURLToPath(new URL('../node/crashChild.ts', import.meta.url))
const subject = { genesisHash: GENESIS.hash, argsFor: (folder: string) => [childFile, folder], readLine: readBlockLine }
const folder = await mkdtemp(path.join(tmpdir(), 'openledger-soak-'))
console.log(`seed ${seed}, ${runs} runs`)
let announced = 0
for (const [index, plan] of drawPlans(seed, runs).entries()) {
  const run = await crashOnce(subject, path.join(folder, 'store'), plan)
  announced += run.announced
  console.log(`${index + 1}/${runs}  ${describePlan(plan)}: ${run.announced} announced, head ${run.height}, whole`)
}
await rm(folder, { recursive: true, force: true })
console.log(`${runs} kills, ${announced} announced blocks, none lost`)
