/** Measures one back end on one index in a process of its own: `measureEngine.ts FOLDER BACKEND REPEATS hardware|software LANES`, LANES 0 for all. */
import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackendChoice } from '../../../influence/backends/backendChoice.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { createStageClock } from '../../../influence/backends/stageClock.ts'
import { createBlockLayout } from '../../../influence/blockLayout.ts'
import { InfluenceEngine } from '../../../influence/engine.ts'
import { decodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { copySpeed } from './copySpeed.ts'
import { type Figures, median } from './shapes.ts'

function orThrow<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(`${value.code}: expected ${value.expected}, got ${value.got}`)
  return value
}

/** A node runs for days: what its first calls spend on compiling is not measured. */
const WARM_MS = 300

/** One lane is measured by the processor's time, and by its best run: what else the machine does hardly matters then. */
const processorMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** The time of a call, and what is left of it without the stage that commits to the scores. */
interface Times {
  readonly wholeMs: number
  readonly scoresMs: number
}

async function timed(repeats: number, run: () => Promise<unknown>): Promise<Times> {
  const whole: number[] = []
  const commitments: number[] = []
  for (const untilMs = nowMs() + WARM_MS; nowMs() < untilMs; ) await run()
  for (let i = 0; i < repeats; i++) {
    clock.end()
    const startMs = nowMs()
    await run()
    whole.push(nowMs() - startMs)
    commitments.push(clock.end().commitments ?? 0)
  }
  // Of each by itself: what V8's threads do in one stage of one run must not be taken off another.
  const one = (values: readonly number[]): number => (lanes === 1 ? Math.min(...values) : median(values))
  return { wholeMs: one(whole), scoresMs: one(whole) - one(commitments) }
}

const [folder, choice, repeatsText, software, lanesText] = process.argv.slice(2)
const repeats = Number(repeatsText)
const lanes = Number(lanesText)
const nowMs = lanes === 1 ? processorMs : () => performance.now()
const clock = createStageClock(nowMs)
const backend = await openBackend(choice as BackendChoice, software === 'software', lanes === 0 ? undefined : lanes)
const startMs = performance.now()
const engine = orThrow(await InfluenceEngine.open({ path: join(folder!, 'index') }, { backend, onStage: clock.begin }))
const openMs = performance.now() - startMs
const layout = orThrow(createBlockLayout(engine.info.blockDims))
const queries = orThrow(decodeQueryFile(await readFile(join(folder!, 'queries')), layout))
const scores = (await engine.scoreBatch(queries)).map(orThrow)
// Before the runs below: what they drop stays until it is collected.
const peakBytes = process.resourceUsage().maxRSS * 1024
const one = await timed(repeats, () => engine.score(queries[0]!))
const batched = await timed(Math.max(1, Math.ceil(repeats / 4)), () => engine.scoreBatch(queries))
const digest = createHash('sha256')
for (const { scores: own } of scores) digest.update(new Uint8Array(own.buffer))
await writeFile(join(folder!, 'scores'), Float64Array.from(scores[0]!.scores, Number))
const figures: Figures = {
  name: `${backend.backend}: ${backend.description}`,
  openMs,
  oneMs: one.wholeMs,
  oneScoresMs: one.scoresMs,
  batchMs: batched.wholeMs,
  batchScoresMs: batched.scoresMs,
  batch: queries.length,
  peakBytes,
  heldBytes: (await stat(join(folder!, 'index'))).size,
  digest: digest.digest('hex'),
}
await engine.close()
backend.close()
const copyBytesPerSecond = backend.backend === 'gpu' ? await copySpeed(software === 'software') : undefined
console.log(JSON.stringify({ ...figures, ...(copyBytesPerSecond === undefined ? {} : { copyBytesPerSecond }) }))
process.exit(0)
