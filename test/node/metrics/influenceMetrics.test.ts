/** The influence worker's measurements: counted from real work, through crashes and restarts, as text and as a status. */
import { Registry } from 'prom-client'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isRefused } from '../../../influence/refusal.ts'
import { openInfluenceWorker } from '../../../influence/worker/openInfluenceWorker.ts'
import type { WorkerStatus } from '../../../influence/worker/workerStatus.ts'
import { createInfluenceMetrics } from '../../../node/metrics/influenceMetrics.ts'
import { createRegistry } from '../../../node/metrics/registry.ts'
import { indexOfCase } from '../influence/program.ts'

const { built, queries } = indexOfCase('pipeline', 'wide')
const [query] = queries

/** A worker on the plain twin with its metrics, closed at the end. */
async function measured(
  body: (world: {
    worker: ReturnType<typeof openInfluenceWorker>
    status: () => ReturnType<ReturnType<typeof createInfluenceMetrics>['status']>
    /** Value of a sample, labels as they are written. */
    sample: (name: string) => Promise<number | undefined>
    until: (holds: (status: WorkerStatus) => boolean) => Promise<void>
  }) => Promise<void>,
): Promise<void> {
  const registry = new Registry()
  const metrics = createInfluenceMetrics(registry, () => worker.status())
  const waiting = new Set<() => void>()
  const worker = openInfluenceWorker({
    backend: 'js',
    restartDelayMs: 1,
    onStatus(status) {
      metrics.onStatus(status)
      for (const look of waiting) look()
    },
    onRequest: metrics.onRequest,
  })
  const until = (holds: (status: WorkerStatus) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds(worker.status())) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  const sample = async (name: string) => {
    const line = (await registry.metrics()).split('\n').find((own) => own.startsWith(`openledger_influence_${name} `))
    return line === undefined ? undefined : Number(line.split(' ').at(-1))
  }
  try {
    await body({ worker, status: metrics.status, sample, until })
  } finally {
    await worker.close()
  }
}

test('influence metrics: requests, queries, stages and open indexes are counted from what was done', () =>
  measured(async ({ worker, status, sample }) => {
    assert.is(await sample('queue_length'), 0)
    const index = await worker.openIndex(built.bytes)
    if (isRefused(index)) throw new Error(index.code)
    await index.score(query!)
    await index.scoreBatch([query!, query!, query!])
    await index.attribute({ ...query!, modelVersion: new Uint8Array(32) })
    assert.is(await sample('requests_total{request="score",outcome="done"}'), 1)
    assert.is(await sample('requests_total{request="attribute",outcome="refused"}'), 1)
    assert.is(await sample('queries_scored_total'), 4)
    assert.is(await sample('score_seconds_count'), 4)
    assert.is(await sample('ready'), 1)
    assert.is(await sample('indexes_open'), 1)
    assert.is(await sample('index_bytes'), built.bytes.length)
    assert.is(await sample('worker_starts_total'), 1)
    assert.is(await sample('backend_info{backend="js",device="plain JavaScript"}'), 1)
    // One query and one batch of three pass each stage once.
    for (const stage of ['step 3', 'step 6', 'step 8'])
      assert.is(await sample(`stage_seconds_count{stage="${stage}"}`), 2, stage)
    assert.is(await sample('stage_seconds_count{stage="flagging duplicates"}'), 1)
    const { stages, scoredQueries, indexesOpen, lastError, backend, state } = status()
    assert.equal([scoredQueries, indexesOpen, lastError, backend, state], [4, 1, null, 'js', 'ready'])
    assert.is(stages['scoreBatch']!.count, 1)
    const parts = ['step 3', 'step 6', 'step 8'].map((name) => stages[name]!.lastMs)
    const batchMs = stages['scoreBatch']!.lastMs
    assert.ok(parts.every((ms) => ms > 0) && parts.reduce((sum, ms) => sum + ms) <= batchMs, `${parts} of ${batchMs}`)
    await index.close()
    assert.equal([await sample('indexes_open'), await sample('index_bytes')], [0, 0])
  }))

test('influence metrics: crashes, restarts and the last error are counted; unfinished work waits in the queue', () =>
  measured(async ({ worker, status, sample, until }) => {
    await until(({ state }) => state === 'ready')
    process.kill(worker.status().pid!, 'SIGKILL')
    await until(({ state }) => state === 'restarting')
    assert.is(await sample('ready'), 0)
    const opening = worker.openIndex(built.bytes)
    assert.is(status().queueLength, 1)
    await opening
    assert.equal([await sample('worker_crashes_total'), await sample('worker_starts_total')], [1, 2])
    const told = status()
    assert.equal([told.crashes, told.queueLength, told.state], [1, 0, 'ready'])
    assert.match(told.lastError!, /^SIGKILL/)
    await worker.openIndex({ path: '/nonexistent' }).catch(() => {})
    assert.is(await sample('requests_total{request="open",outcome="failed"}'), 1)
    assert.match(status().lastError!, /^IndexRead: cannot read the index file/)
  }))

test('registry: names the build, and every metric has help and a unit or a total in its name', async () => {
  const registry = createRegistry('9.9.9')
  createInfluenceMetrics(
    registry,
    () => ({ state: 'closed', indexesOpen: 0, indexBytes: 0, queueLength: 0 }) as WorkerStatus,
  )
  assert.match(await registry.metrics(), /openledger_build_info\{version="9\.9\.9",node="[^"]+",platform="[^"]+"\} 1/)
  const metrics = await registry.getMetricsAsJSON()
  const named = metrics.filter(({ name }) => name.startsWith('openledger_'))
  assert.ok(named.length > 12)
  assert.ok(metrics.some(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds'))
  assert.is(metrics.filter(({ name }) => !/^(openledger|process|nodejs)_/.test(name)).length, 0)
  for (const { name, help } of named) {
    assert.match(name, /^openledger_.*_(?:total|seconds|bytes|info|open|length|ready)$/)
    assert.ok(help.length > 10, name)
  }
})

test.run()
