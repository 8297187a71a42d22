/** A device that computes wrong bits, hangs, or goes away under the influence worker: the same result, in time. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { WorkerStatus } from '../../../influence/worker/workerStatus.ts'
import { inFolder } from '../../node/inFolder.ts'
import { noiseCase } from '../noise.ts'
import { engineOf, orThrow } from '../properties/engines.ts'
import { reportNoAdapter, softwareAdapterEnv } from '../softwareAdapter.ts'
import { type WatchedWorker, withWatchedWorker } from './watchedWorker.ts'

const driver = softwareAdapterEnv()
const preload = new URL('./brokenDevice.ts', import.meta.url)
const { built, queries } = noiseCase({ rowCount: 40, dims: [48, 20], queryCount: 1 })
const expected = orThrow(await (await engineOf(built)).attribute(queries[0]!))

interface Broken extends WatchedWorker {
  breakNow(): Promise<void>
  mend(): Promise<void>
  /** Opens the index and compares the attribution; returns the milliseconds that the attribution took. */
  attest(): Promise<number>
}

/** A worker on the software GPU adapter with this fault, from the start or when the test says so. */
async function withBroken(
  fault: string,
  { isFromStart, answerWithinMs }: { isFromStart: boolean; answerWithinMs?: number },
  body: (broken: Broken) => Promise<void>,
): Promise<void> {
  if (driver === undefined) return reportNoAdapter(`a device that is broken: ${fault}`)
  await inFolder(async (folder) => {
    const file = join(folder, 'broken')
    const breakNow = () => writeFile(file, '')
    if (isFromStart) await breakNow()
    const env = {
      ...driver,
      BROKEN_DEVICE: fault,
      BROKEN_WHILE: file,
      NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${preload}`,
    }
    const within = answerWithinMs === undefined ? {} : { answerWithinMs }
    await withWatchedWorker({ backend: 'auto', isSoftwareAdapterAllowed: true, env, ...within }, async (watched) => {
      const opened = watched.until(({ state }) => state === 'ready').then(() => watched.worker.openIndex(built.bytes))
      const attest = async () => {
        const index = orThrow(await opened)
        const startMs = performance.now()
        const own = orThrow(await index.attribute(queries[0]!))
        assert.equal([own.root, own.bytes], [expected.root, expected.bytes])
        return performance.now() - startMs
      }
      await body({ ...watched, breakNow, mend: () => rm(file), attest })
    })
  })
}

const ready = (status: WorkerStatus): boolean => status.state === 'ready'

test('fault: a device with one wrong bit fails its self-test, the twin computes, and the reason is told', () =>
  withBroken('wrong bit', { isFromStart: true }, async ({ until, attest }) => {
    const { backend, reason, crashes } = await until(ready)
    assert.is.not(backend, 'gpu')
    assert.match(reason, /since GpuSelfTest: T1/)
    await attest()
    assert.is(crashes, 0)
  }))

test('fault: the reason for a crash is what the worker said, without what a driver printed beside it', async () => {
  const print = 'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(2, "noise"))'
  const noise = `data:text/javascript,${encodeURIComponent(print)}`
  const nowhere = { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' }
  await withWatchedWorker(
    { backend: 'gpu', env: { ...nowhere, NODE_OPTIONS: `--import ${noise}` } },
    async ({ until }) => {
      const { lastCrash } = await until((status) => status.lastCrash !== undefined)
      assert.match(lastCrash!, /^exit code 1 during self-test: GpuUnavailable: /)
      assert.not.match(lastCrash!, /noise/)
    },
  )
})

test('fault: a device that is lost in the middle of a score comes back; lost for good, the twin takes over', () =>
  withBroken('lost', { isFromStart: false }, async ({ worker, until, breakNow, mend, attest }) => {
    assert.is((await until(ready)).backend, 'gpu')
    await attest()
    await breakNow()
    const lost = until(({ state }) => state === 'restarting').then(mend)
    await attest()
    await lost
    const { backend, lastCrash, crashes } = worker.status()
    assert.equal([backend, crashes], ['gpu', 1])
    assert.match(lastCrash!, /^exit code 1 during step.*: GpuLost: /)
    await breakNow()
    await attest()
    assert.is.not(worker.status().backend, 'gpu')
    assert.match(worker.status().reason, /since GpuLost: /)
  }))

test('fault: a device that hangs is left when half of the time is gone', () =>
  withBroken('hanging', { isFromStart: false, answerWithinMs: 16_000 }, async ({ worker, until, breakNow, attest }) => {
    assert.is((await until(ready)).backend, 'gpu')
    await attest()
    await breakNow()
    const tookMs = await attest()
    assert.ok(tookMs >= 8_000 && tookMs < 16_000, `${tookMs} ms`)
    const { backend, lastCrash } = worker.status()
    assert.is.not(backend, 'gpu')
    assert.match(lastCrash!, /^no answer within 8000 ms during step/)
  }))

test.run()
