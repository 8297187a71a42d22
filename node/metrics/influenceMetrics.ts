/** The influence worker's counters: gathered from what host and worker measured, as Prometheus metrics and as a status. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { RequestEvent, WorkerStatus } from '../../influence/worker/workerStatus.ts'
import type { InfluenceStatus, StageTime } from '../../rpc/backend.ts'

/** From a score of a small index on a GPU to the verification of a large one on plain JavaScript. */
const BUCKETS_S = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]
/** Requests that score queries, for the time of one query. */
const SCORING = ['score', 'scoreBatch', 'attribute', 'proveRow']

export interface InfluenceMetrics {
  onStatus(status: WorkerStatus): void
  onRequest(event: RequestEvent): void
  status(): InfluenceStatus
}

interface Tally {
  count: number
  totalMs: number
  lastMs: number
}

export function createInfluenceMetrics(registry: Registry, now: () => WorkerStatus): InfluenceMetrics {
  const meters = createMeters(registry, now)
  const stages = new Map<string, Tally>()
  let scoredQueries = 0
  let last: WorkerStatus | undefined
  const note = (name: string, ms: number) => {
    const tally = stages.get(name) ?? { count: 0, totalMs: 0, lastMs: 0 }
    stages.set(name, { count: tally.count + 1, totalMs: tally.totalMs + ms, lastMs: ms })
  }
  return {
    onStatus(status) {
      countChange(meters, last, status)
      last = status
    },
    onRequest({ name, outcome, queries, waitMs, workMs, stagesMs }) {
      meters.requests.inc({ request: name, outcome })
      meters.wait.observe(waitMs / 1000)
      meters.work.observe({ request: name }, workMs / 1000)
      note(name, workMs)
      for (const [stage, ms] of Object.entries(stagesMs)) {
        meters.stage.observe({ stage }, ms / 1000)
        note(stage, ms)
      }
      if (outcome !== 'done' || !SCORING.includes(name) || queries === 0) return
      scoredQueries += queries
      meters.scored.inc(queries)
      for (let q = 0; q < queries; q++) meters.score.observe(workMs / queries / 1000)
    },
    status: () => describe(now(), scoredQueries, stages),
  }
}

function createMeters(registry: Registry, now: () => WorkerStatus) {
  const registers = [registry]
  const name = (rest: string) => `openledger_influence_${rest}`
  const gauge = (rest: string, help: string, read: () => number) =>
    new Gauge({
      name: name(rest),
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  const counter = <T extends string>(rest: string, help: string, labelNames: readonly T[] = []) =>
    new Counter({ name: name(rest), help, labelNames, registers })
  const histogram = <T extends string>(rest: string, help: string, labelNames: readonly T[] = []) =>
    new Histogram({ name: name(rest), help, labelNames, buckets: BUCKETS_S, registers })
  new Gauge({
    name: name('backend_info'),
    help: 'Where influence is computed now; the value is 1.',
    labelNames: ['backend', 'device'],
    registers,
    collect() {
      this.reset()
      const { backend, reason } = now()
      if (backend !== undefined) this.set({ backend, device: reason }, 1)
    },
  })
  gauge('ready', '1 while a worker takes work.', () => (now().state === 'ready' ? 1 : 0))
  gauge('indexes_open', 'Indexes open in the worker.', () => now().indexesOpen)
  gauge('index_bytes', 'Bytes of the open indexes.', () => now().indexBytes)
  gauge('queue_length', 'Requests that wait or are at work.', () => now().queueLength)
  return {
    starts: counter('worker_starts_total', 'Workers started, the first one too.'),
    crashes: counter('worker_crashes_total', 'Workers that ended by themselves.'),
    fallbacks: counter('fallbacks_total', 'Changes to another back end than the one before.', ['from', 'to']),
    selfTestFailures: counter('self_test_failures_total', 'Devices that computed a wrong bit in the self-test.'),
    requests: counter('requests_total', 'Requests by kind and outcome.', ['request', 'outcome']),
    scored: counter('queries_scored_total', 'Queries scored against an index.'),
    wait: histogram('wait_seconds', 'Time that a request waited before the worker began with it.'),
    work: histogram('request_seconds', 'Time that the worker took for a request.', ['request']),
    score: histogram('score_seconds', 'Time that the worker took for one query, result and roots included.'),
    stage: histogram('stage_seconds', 'Time in one stage of the back end within a request.', ['stage']),
  }
}

/** What a change of status says happened. */
function countChange(
  meters: ReturnType<typeof createMeters>,
  before: WorkerStatus | undefined,
  after: WorkerStatus,
): void {
  if (after.pid !== undefined && after.pid !== before?.pid) meters.starts.inc()
  meters.crashes.inc(after.crashes - (before?.crashes ?? 0))
  meters.selfTestFailures.inc(after.selfTestFailures - (before?.selfTestFailures ?? 0))
  if (after.fallback !== undefined && after.fallback !== before?.fallback) meters.fallbacks.inc(after.fallback)
}

function describe(status: WorkerStatus, scoredQueries: number, stages: ReadonlyMap<string, Tally>): InfluenceStatus {
  const { state, backend, reason, facts, crashes, selfTestFailures, lastError, indexesOpen, indexBytes, queueLength } =
    status
  const rounded = (ms: number) => Math.round(ms * 1000) / 1000
  const times = [...stages].map(([name, { count, totalMs, lastMs }]): [string, StageTime] => {
    return [name, { count, lastMs: rounded(lastMs), meanMs: rounded(totalMs / count) }]
  })
  return {
    state,
    backend: backend ?? null,
    device: reason,
    facts: Object.fromEntries(facts.map(({ name, value }) => [name, value])),
    crashes,
    selfTestFailures,
    lastError: lastError ?? null,
    indexesOpen,
    indexBytes,
    queueLength,
    scoredQueries,
    stages: Object.fromEntries(times),
  }
}
