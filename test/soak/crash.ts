/** `node test/soak/crash.ts [--runs 50] [--seed N]`: kills a committing process, then a whole node, again and again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkSaid, createNodeSubject } from '../e2e/nodeCrash.ts'
import { type CrashSubject, crashOnce, describePlan, drawPlans, readBlockLine } from '../node/crashRun.ts'
import { GENESIS } from '../node/storageWorld.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '50' }, seed: { type: 'string' } } })
const runs = Number(values.runs)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed) || seed < 0)
  throw new RangeError('expected --runs of at least 1 and --seed of at least 0')

const folder = await mkdtemp(path.join(tmpdir(), 'openledger-soak-'))
console.log(`seed ${seed}, ${runs} runs each`)

async function killAgainAndAgain(name: string, subject: CrashSubject): Promise<string> {
  const store = path.join(folder, name)
  let announced = 0
  for (const [index, plan] of drawPlans(seed, runs).entries()) {
    const run = await crashOnce(subject, store, plan)
    announced += run.announced
    const done = `${name} ${index + 1}/${runs}  ${describePlan(plan)}`
    console.log(`${done}: ${run.announced} announced, head ${run.height}, whole`)
  }
  console.log(`${name}: ${runs} kills, ${announced} announced blocks, none lost`)
  return store
}

const childFile = fileURLToPath(new URL('../node/crashChild.ts', import.meta.url))
await killAgainAndAgain('store', {
  genesisHash: GENESIS.hash,
  argsFor: (at: string) => [childFile, at],
  readLine: readBlockLine,
})
const { subject, said } = await createNodeSubject()
await checkSaid(await killAgainAndAgain('node', subject), said)
console.log(`node: ${said.mined.size} receipts and ${said.sent.size} accepted transactions, none lost`)
await rm(folder, { recursive: true, force: true })
