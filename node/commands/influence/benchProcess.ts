/** The child of `openledger influence bench`: one back end in a process of its own, so that its peak memory is its own. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { BackendChoice } from '../../../influence/backends/backendChoice.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { createStageClock, type StageTimes } from '../../../influence/backends/stageClock.ts'
import { createBlockLayout } from '../../../influence/blockLayout.ts'
import { InfluenceEngine } from '../../../influence/engine.ts'
import { decodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'

export interface BenchTask {
  readonly backend: BackendChoice
  readonly isSoftwareAdapterAllowed: boolean
  readonly indexPath: string
  readonly queriesPath: string
  readonly repeats: number
}

export interface BenchFigures {
  readonly description: string
  /** Device, compilation and self-test. */
  readonly startMs: number
  /** Reading and full verification of the index. */
  readonly openMs: number
  readonly openStagesMs: StageTimes
  /** Median of one query, and of all as one batch. */
  readonly oneMs: number
  readonly batchMs: number
  readonly oneStagesMs: StageTimes
  /** Of the process when one batch is done, and of that before the index was opened. */
  readonly peakBytes: number
  readonly restBytes: number
  /** SHA-256 of all scores. */
  readonly digest: string
}

export type BenchMessage =
  | { readonly kind: 'stage'; readonly text: string }
  | { readonly kind: 'done'; readonly figures: BenchFigures }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

function tell(message: BenchMessage): Promise<void> {
  return new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()))
}

function orThrow<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(`${value.code}: expected ${value.expected}, got ${value.got}`)
  return value
}

/** A node runs for days: what its first calls spend on compiling is not measured. */
const WARM_MS = 300

async function warmUp(run: () => Promise<unknown>): Promise<void> {
  for (const untilMs = performance.now() + WARM_MS; performance.now() < untilMs; ) await run()
}

async function medianMs(repeats: number, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < repeats; i++) {
    const startMs = performance.now()
    await run()
    times.push(performance.now() - startMs)
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!
}

async function measure(task: BenchTask): Promise<BenchFigures> {
  const clock = createStageClock()
  const say = (text: string) => void tell({ kind: 'stage', text })
  say('self-test')
  const backend = await openBackend(task.backend, task.isSoftwareAdapterAllowed)
  const startMs = performance.now()
  const restBytes = process.memoryUsage().rss
  const onStage = (stage: Parameters<typeof clock.begin>[0]) => {
    clock.begin(stage)
    say(stage)
  }
  const engine = orThrow(await InfluenceEngine.open({ path: task.indexPath }, { backend, onStage }))
  const openMs = performance.now() - startMs
  const openStagesMs = clock.end()
  const layout = orThrow(createBlockLayout(engine.info.blockDims))
  const queries = orThrow(decodeQueryFile(await readFile(task.queriesPath), layout))
  const scores = (await engine.scoreBatch(queries)).map(orThrow)
  // Before the runs below: what they drop stays until it is collected.
  const peakBytes = process.resourceUsage().maxRSS * 1024
  await warmUp(() => engine.score(queries[0]!))
  clock.end()
  const oneMs = await medianMs(task.repeats, () => engine.score(queries[0]!))
  const summed = Object.entries(clock.end())
  await warmUp(() => engine.scoreBatch(queries))
  const batchMs = await medianMs(Math.ceil(task.repeats / 4), () => engine.scoreBatch(queries))
  const digest = createHash('sha256')
  for (const { scores: own } of scores) digest.update(new Uint8Array(own.buffer))
  const figures: BenchFigures = {
    description: backend.description,
    startMs: startMs - beganMs,
    openMs,
    openStagesMs,
    oneMs,
    batchMs,
    oneStagesMs: Object.fromEntries(summed.map(([stage, ms]) => [stage, ms / task.repeats])),
    peakBytes,
    restBytes,
    digest: digest.digest('hex'),
  }
  await engine.close()
  backend.close()
  return figures
}

const beganMs = performance.now()
process.once('message', (task: BenchTask) => {
  measure(task)
    .then((figures) => tell({ kind: 'done', figures }))
    .catch((error: Error & { code?: string }) =>
      tell({ kind: 'failed', code: error.code ?? error.name, message: error.message }),
    )
    .finally(() => process.exit(0))
})
process.once('disconnect', () => process.exit(0))
