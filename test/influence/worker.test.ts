/** The influence worker: the engine's calls through a child process that may die at any moment. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsBackend } from '../../influence/backends/jsBackend.ts'
import { isRefused } from '../../influence/refusal.ts'
import type { OpenedIndex } from '../../influence/surface.ts'
import { type InfluenceWorker, openInfluenceWorker } from '../../influence/worker/openInfluenceWorker.ts'
import type { InfluenceWorkerOptions } from '../../influence/worker/workerOptions.ts'
import type { WorkerStatus } from '../../influence/worker/workerStatus.ts'
import { openEngine } from './conformance/caseChecks.ts'
import { openCase, type VectorCase } from './conformance/vectorCases.ts'
import { reportNoAdapter, softwareAdapterEnv } from './softwareAdapter.ts'

const FOLDER = new URL('../vectors/influence/small', import.meta.url).pathname
const cases = (JSON.parse(readFileSync(`${FOLDER}/pipeline.json`, 'utf8')) as { cases: VectorCase[] }).cases
const { built, queries } = openCase(cases.find(({ name }) => name === 'wide')!, FOLDER)
const query = queries[0]!
const engine = await openEngine(built.bytes, createJsBackend())

/** A worker that is closed at the end, and a way to wait for a status. */
async function withWorker(
  options: InfluenceWorkerOptions,
  body: (
    worker: InfluenceWorker,
    until: (holds: (status: WorkerStatus) => boolean) => Promise<WorkerStatus>,
  ) => Promise<void>,
): Promise<void> {
  const waiting = new Set<(status: WorkerStatus) => void>()
  const onStatus = (status: WorkerStatus) => {
    options.onStatus?.(status)
    for (const tell of waiting) tell(status)
  }
  const worker = openInfluenceWorker({ restartDelayMs: 1, ...options, onStatus })
  const until = (holds: (status: WorkerStatus) => boolean) =>
    new Promise<WorkerStatus>((resolve) => {
      const tell = (status: WorkerStatus) => {
        if (!holds(status)) return
        waiting.delete(tell)
        resolve(status)
      }
      waiting.add(tell)
      tell(worker.status())
    })
  try {
    await body(worker, until)
  } finally {
    await worker.close()
  }
}

async function openIndex(worker: InfluenceWorker): Promise<OpenedIndex> {
  const index = await worker.openIndex(built.bytes)
  if (isRefused(index)) throw new Error(index.code)
  return index
}

/** Everything that the engine gives here must come through the worker as well; only the backend's name may differ. */
async function compareWithEngine(index: OpenedIndex): Promise<void> {
  const ownBackend = <T extends object>(score: T) => ({ ...score, backend: 'js' })
  assert.equal(index.info, engine.info)
  assert.equal(ownBackend(await index.score(query)), await engine.score(query))
  assert.equal((await index.scoreBatch(queries)).map(ownBackend), await engine.scoreBatch(queries))
  assert.equal(await index.attribute(query, { k: 2 }), await engine.attribute(query, { k: 2 }))
  assert.equal(await index.proveRow(query, 1), await engine.proveRow(query, 1))
}

test('worker: gives what the engine gives, and says why it runs on the CPU', async () => {
  await withWorker({ backend: 'js' }, async (worker, until) => {
    await compareWithEngine(await openIndex(worker))
    const status = await until(({ state }) => state === 'ready')
    assert.is(status.backend, 'js')
    assert.is(status.reason, 'plain JavaScript')
  })
})

test('worker: without a GPU driver it falls back to the WebAssembly twin and names the reason', async () => {
  const env = { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' }
  await withWorker({ env }, async (worker, until) => {
    const { backend, reason } = await until(({ state }) => state === 'ready')
    assert.is(backend, 'wasm')
    assert.match(reason, /^WebAssembly SIMD of \d+ bits, .*, since GpuUnavailable: /)
    assert.equal((await (await openIndex(worker)).attribute(query)) as object, await engine.attribute(query))
  })
})

test('worker: refusals are values and the world is an error, from inside the child as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'influence-'))
  try {
    await withWorker({ backend: 'js' }, async (worker) => {
      const cut = await worker.openIndex(built.bytes.slice(0, -1))
      assert.is(isRefused(cut) && cut.code, 'BadLength')
      const index = await openIndex(worker)
      const refused = await index.score({ ...query, modelVersion: new Uint8Array(32) })
      assert.is(isRefused(refused) && refused.code, 'ModelMismatch')
      const path = join(folder, 'index')
      await worker.openIndex({ path }).then(
        () => assert.unreachable(),
        (error) => assert.is(error.code, 'IndexRead'),
      )
      await writeFile(path, built.bytes)
      const fromFile = await worker.openIndex({ path })
      assert.ok(!isRefused(fromFile))
      await compareWithEngine(fromFile)
      await index.close()
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('worker: killed in the middle of its work it starts again and gives the same bits', async () => {
  await withWorker({ backend: 'wasm' }, async (worker) => {
    const index = await openIndex(worker)
    const many = Array.from({ length: 200 }, () => query)
    const running = index.scoreBatch(many)
    const second = index.attribute(query)
    process.kill(worker.status().pid!, 'SIGKILL')
    const expected = await engine.score(query)
    for (const score of await running) assert.equal(score, { ...expected, backend: 'wasm' })
    assert.equal(await second, await engine.attribute(query))
    assert.is(worker.status().crashes, 1)
    assert.match(worker.status().lastCrash ?? '', /^SIGKILL/)
    await compareWithEngine(index)
  })
})

test('worker: after three crashes of the WebAssembly twin plain JavaScript is started', async () => {
  await withWorker(
    { env: { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' } },
    async (worker, until) => {
      for (let crash = 1; crash <= 3; crash++) {
        const { pid } = await until(({ state, crashes }) => state === 'ready' && crashes === crash - 1)
        process.kill(pid!, 'SIGKILL')
      }
      const { reason } = await until(({ state, crashes }) => state === 'ready' && crashes === 3)
      assert.is(reason, 'plain JavaScript; after SIGKILL')
      await compareWithEngine(await openIndex(worker))
    },
  )
})

test('worker: a request that outlives five crashes is given up', async () => {
  const killAtOnce = ({ pid, state }: WorkerStatus) => {
    if (pid !== undefined && state !== 'closed') process.kill(pid, 'SIGKILL')
  }
  await withWorker({ backend: 'js', onStatus: killAtOnce }, async (worker) => {
    await worker.openIndex(built.bytes).then(
      () => assert.unreachable(),
      (error) => assert.is(error.code, 'WorkerCrashed'),
    )
  })
})

test('worker: when half of the time is gone without an answer the WebAssembly twin takes over', async () => {
  await withWorker({ answerWithinMs: 200 }, async (worker) => {
    process.kill(worker.status().pid!, 'SIGSTOP')
    const index = await openIndex(worker)
    assert.equal(await index.attribute(query), await engine.attribute(query))
    assert.match(worker.status().reason, /^WebAssembly SIMD of \d+ bits, .*; after no answer within 100 ms/)
  })
})

test('worker: closing rejects what is unfinished, and what comes later', async () => {
  const worker = openInfluenceWorker({ backend: 'js' })
  const waiting = worker.openIndex(built.bytes).then(
    () => 'opened',
    (error) => error.code,
  )
  await worker.close()
  assert.is(await waiting, 'WorkerCrashed')
  assert.is(worker.status().state, 'closed')
  assert.is(await worker.openIndex(built.bytes).catch((error) => error.code), 'WorkerCrashed')
})

test('worker: on a GPU, killed in the middle, the same bits as the twin', async () => {
  const env = softwareAdapterEnv()
  if (env === undefined) return reportNoAdapter('the influence worker on the GPU')
  await withWorker({ backend: 'auto', isSoftwareAdapterAllowed: true, env }, async (worker) => {
    const index = await openIndex(worker)
    assert.is(worker.status().backend, 'gpu', worker.status().reason)
    await compareWithEngine(index)
    const running = index.scoreBatch(Array.from({ length: 50 }, () => query))
    process.kill(worker.status().pid!, 'SIGKILL')
    const expected = await engine.score(query)
    for (const score of await running) assert.equal(score, { ...expected, backend: 'gpu' })
    assert.is(worker.status().backend, 'gpu')
  })
})

test('worker: after three crashes on a GPU the WebAssembly twin is started', async () => {
  const env = softwareAdapterEnv()
  if (env === undefined) return reportNoAdapter('the influence worker that leaves the GPU')
  await withWorker({ backend: 'gpu', isSoftwareAdapterAllowed: true, env }, async (worker, until) => {
    for (let crash = 1; crash <= 3; crash++) {
      const { pid } = await until(
        ({ state, backend, crashes }) => state === 'ready' && backend === 'gpu' && crashes === crash - 1,
      )
      process.kill(pid!, 'SIGKILL')
    }
    const { backend, reason } = await until(({ state, crashes }) => state === 'ready' && crashes === 3)
    assert.is(backend, 'wasm')
    assert.match(reason, /^WebAssembly SIMD of \d+ bits, .*; after SIGKILL/)
    await compareWithEngine(await openIndex(worker))
  })
})

test.run()
