/** The influence worker killed with SIGKILL in the middle of every stage: the same bits arrive, in time. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EngineStage } from '../../../influence/backends/stage.ts'
import { encodeRowProof } from '../../../influence/rowProof.ts'
import { inFolder } from '../../node/inFolder.ts'
import { noiseCase } from '../noise.ts'
import { engineOf, orThrow } from '../properties/engines.ts'
import { type WatchedWorker, withWatchedWorker } from './watchedWorker.ts'

/** Large enough that every stage takes milliseconds: a signal needs one. */
const { built, queries } = noiseCase({ rowCount: 1200, dims: [96, 40, 120], queryCount: 8 })
const engine = await engineOf(built)
const expected = await engine.scoreBatch(queries)
const attribution = orThrow(await engine.attribute(queries[0]!))
const proof = encodeRowProof(orThrow(await engine.proveRow(queries[1]!, 1199)))

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
      assert.equal(encodeRowProof(orThrow(await index.proveRow(queries[1]!, 1199))), proof)
    })
  }))

test('fault: killed once in every step of one call, the answer is the same', () =>
  withWatchedWorker({ backend: 'js' }, async (watched) => {
    const index = orThrow(await watched.worker.openIndex(built.bytes))
    for (const stage of ['step 3', 'step 6', 'step 8'] as const) watched.once(stage, watched.kill)
    const own = orThrow(await index.attribute(queries[0]!))
    assert.equal(own.root, attribution.root)
    assert.is(watched.worker.status().crashes, 3)
  }))

test.run()
