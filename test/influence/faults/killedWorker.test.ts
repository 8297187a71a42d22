/** The influence worker killed with SIGKILL in the middle of every stage: the same bits arrive, in time. */
import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EngineStage } from '../../../influence/backends/stage.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { encodeRowProof } from '../../../influence/rowProof.ts'
import { InfluenceWorkerError } from '../../../influence/worker/openInfluenceWorker.ts'
import { inFolder } from '../../node/inFolder.ts'
import { noiseCase } from '../noise.ts'
import { engineOf, orThrow } from '../properties/engines.ts'
import { type WatchedWorker, withWatchedWorker } from './watchedWorker.ts'

/** Large enough that every stage takes milliseconds: a signal needs one. Duplicates are looked for in pairs of rows. */
const { built, queries } = noiseCase({ rowCount: 600, dims: [96, 40, 120], queryCount: 16 })
const small = noiseCase({ rowCount: 3, dims: [96, 40, 120], queryCount: 1 })
const engine = await engineOf(built)
const expected = await engine.scoreBatch(queries)
const attribution = orThrow(await engine.attribute(queries[0]!))
const proof = encodeRowProof(orThrow(await engine.proveRow(queries[1]!, 599)))

/** A stage may be over before the signal arrives; then the bits were checked all the same, and it is tried again. */
const ATTEMPTS_MAX = 20
/** A job waits minutes for its attestation (`attestationWindowS`). */
const IN_TIME_MS = 60_000

/** Makes the call and kills the worker as the stage begins, until it died in that stage. */
async function dieDuring(watched: WatchedWorker, stage: EngineStage, call: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    assert.ok(attempt <= ATTEMPTS_MAX, `never died during ${stage}`)
    const { crashes: before } = await watched.until(({ state }) => state === 'ready')
    watched.once(stage, watched.kill)
    const startMs = performance.now()
    await call()
    assert.ok(performance.now() - startMs < IN_TIME_MS)
    const { crashes, lastCrash } = await watched.until((status) => status.crashes > before)
    assert.is(crashes, before + 1)
    if (lastCrash === `SIGKILL during ${stage}`) return
  }
}

test('fault: killed in any stage of opening an index, the worker starts again and the index opens', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'index')
    await writeFile(path, built.bytes)
    await withWatchedWorker({ backend: 'js' }, async (watched) => {
      for (const stage of ['checking codes', 'flagging duplicates', 'checking levels and roots'] as const) {
        await dieDuring(watched, stage, async () => {
          const index = orThrow(await watched.worker.openIndex({ path }))
          assert.equal(index.info, engine.info)
          await index.close()
        })
      }
    })
  }))

test('fault: killed in any step of a score, before the attribution or in a proof, the same bits arrive in time', () =>
  withWatchedWorker({ backend: 'js' }, async (watched) => {
    const index = orThrow(await watched.worker.openIndex(built.bytes))
    const score = async () => assert.equal(await index.scoreBatch(queries), expected)
    for (const stage of ['step 3', 'step 6', 'step 8'] as const) await dieDuring(watched, stage, score)
    await dieDuring(watched, 'attribution', async () => {
      const own = orThrow(await index.attribute(queries[0]!))
      assert.equal([own.root, own.bytes], [attribution.root, attribution.bytes])
    })
    await dieDuring(watched, 'row proof', async () => {
      assert.equal(encodeRowProof(orThrow(await index.proveRow(queries[1]!, 599))), proof)
    })
  }))

test('fault: killed in its self-test, the worker tests itself again and the same bits arrive', async () => {
  let isHit = false
  for (let attempt = 1; !isHit; attempt++) {
    assert.ok(attempt <= ATTEMPTS_MAX, 'never died during the self-test')
    await withWatchedWorker({ backend: 'wasm' }, async ({ worker, once, kill }) => {
      once('self-test', kill)
      const index = orThrow(await worker.openIndex(built.bytes, { verify: 'header' }))
      assert.equal(orThrow(await index.attribute(queries[0]!)).root, attribution.root)
      const { backend, crashes, lastCrash } = worker.status()
      assert.equal([backend, crashes], ['wasm', 1])
      isHit = lastCrash === 'SIGKILL during self-test'
    })
  }
})

test('fault: killed once in every step of one call, the answer is the same', () =>
  withWatchedWorker({ backend: 'js' }, async (watched) => {
    const index = orThrow(await watched.worker.openIndex(built.bytes))
    for (const stage of ['step 3', 'step 6', 'step 8'] as const) watched.once(stage, watched.kill)
    const own = orThrow(await index.attribute(queries[0]!))
    assert.equal(own.root, attribution.root)
    assert.is(watched.worker.status().crashes, 3)
  }))

test('fault: a file that was exchanged, cut or removed before the restart answers nothing, and the error says why', () =>
  inFolder(async (folder) => {
    const other = noiseCase({ rowCount: 3, dims: [96, 40, 120], queryCount: 1, seed: 2 }).built.bytes
    const damages: readonly (readonly [string, (path: string) => Promise<void>])[] = [
      ['exchanged', (path) => writeFile(path, other)],
      ['cut', (path) => truncate(path, other.length - 1)],
      ['removed', (path) => rm(path)],
    ]
    for (const [name, damage] of damages) {
      const path = join(folder, name)
      await writeFile(path, small.built.bytes)
      await withWatchedWorker({ backend: 'js' }, async ({ worker, kill, until }) => {
        const index = orThrow(await worker.openIndex({ path }))
        await damage(path)
        kill()
        await until(({ crashes }) => crashes === 1)
        const error = await index.attribute(small.queries[0]!).catch((reason: Error & { code?: string }) => reason)
        assert.instance(error, InfluenceWorkerError, name)
        assert.is((error as InfluenceWorkerError).code, 'IndexRead', name)
        assert.match((error as Error).message, /cannot read the index file .*before the restart/)
        // The worker lives: other indexes are served.
        assert.not.ok(isRefused(await worker.openIndex(small.built.bytes)))
      })
    }
  }))

test.run()
