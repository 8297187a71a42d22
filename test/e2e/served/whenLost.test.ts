/**
 * A job while influence workers die, the validator's own and a second attester's: attested in time, with equal bytes. And a
 * node that is ended and started again. Named to run after the other files, which count what the node did.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesToHex, parseEventLogs, stringToHex } from 'viem'
import { type Attestation, createAttester } from '../../../node/attester/attester.ts'
import { PARAMS_ADDRESS } from '../../../precompiles/addresses.ts'
import { attributionAbi } from '../../../precompiles/generated/attribution.ts'
import { paramsAbi } from '../../../precompiles/generated/params.ts'
import { JOB_STATE } from '../../../precompiles/inference/contract.ts'
import { ask, type ChainClient, write } from '../../../studio/chain/client.ts'
import { jobOf, sendRequest, waitSettled } from '../../../studio/chain/job.ts'
import { readParameters } from '../../../studio/chain/parameters.ts'
import { runProvider } from '../../../studio/chain/provider.ts'
import { ATTRIBUTION, readJob } from '../../../studio/chain/version.ts'
import type { StudioWorker } from '../../../studio/surface.ts'
import { withWatchedWorker } from '../../influence/faults/watchedWorker.ts'
import { WAIT_MS } from '../servedModel.ts'
import { ADMIN, ASKER, joinServedDevnet, PROVIDER, type ServedDevnet, TASKS } from './servedDevnet.ts'

const membership = joinServedDevnet()
const stop = new AbortController()
let served: ServedDevnet
let client: ChainClient
let studio: StudioWorker
let serving: Promise<void>

test.before(async () => {
  served = await membership.open()
  studio = served.studio
  client = served.devnet().client
  // Two attestations, one with a restart, on a machine that may be busy.
  const window = [[stringToHex('attestationWindowS', { size: 32 })], [60n]] as const
  const params = { address: bytesToHex(PARAMS_ADDRESS), abi: paramsAbi } as const
  await write(client, ADMIN, { ...params, functionName: 'setMany', args: window })
  const [bondWei] = await readParameters(client, ['providerBondWei'])
  const options = { versionIds: [served.versionId], endpoint: '', bondWei, signal: stop.signal }
  serving = runProvider(client, PROVIDER, studio, options)
  serving.catch(() => {})
})

test.after(async () => {
  stop.abort()
  await serving.catch(() => {})
  await membership.leave()
})

async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + WAIT_MS
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    assert.ok(performance.now() < endMs, `${what}: not after ${WAIT_MS / 1000} s`)
    await sleep(50)
  }
}

/** The influence worker that a child of this process has started; not this process's own. */
function workerOfDevnet(): number | undefined {
  const parentOf = (pid: string) => Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('influence/worker/worker')) continue
      const parent = parentOf(pid)
      if (parent !== process.pid && parentOf(`${parent}`) === process.pid) return Number(pid)
    } catch {
      // It ended while it was looked at.
    }
  }
  return undefined
}

async function askJob(): Promise<bigint> {
  const { input } = TASKS.questions[0]![0]!
  const bounds = { maxInputTokens: 32, maxOutputTokens: 8, answerWithinS: 60 }
  return jobOf(client, await sendRequest(client, ASKER, { versionId: served.versionId, input, ...bounds }))
}

/** What a second attester would sign, with a worker that is killed in the middle of the score. */
async function attestWithLoss(jobId: bigint): Promise<Extract<Attestation, { kind: 'job' }>> {
  const attested: Attestation[] = []
  await withWatchedWorker({ backend: 'js' }, async ({ worker, once, kill }) => {
    once('step 3', kill)
    const attester = createAttester({
      client,
      studio,
      openers: worker,
      onAttested: (attestation) => attested.push(attestation),
      log: () => {},
    })
    await attester.idle()
    await attester.close()
    assert.is(worker.status().crashes, 1)
  })
  const own = attested.find((attestation) => attestation.kind === 'job' && attestation.jobId === jobId)
  assert.ok(own, 'the job was attested')
  return own as Extract<Attestation, { kind: 'job' }>
}

test('lost worker: a validator whose influence worker is killed with a job before it settles the job in time', async () => {
  if (!existsSync('/proc/self/stat')) return console.error('\nNOT RUN: a killed worker of a node: no /proc here\n')
  const pid = await eventually('the influence worker of the devnet', workerOfDevnet)
  // Stopped first, so that the job is certainly in its hands when it dies.
  process.kill(pid, 'SIGSTOP')
  const jobId = await askJob()
  await eventually('the answer', async () =>
    BigInt((await readJob(client, jobId)).state) === JOB_STATE.answered ? true : undefined,
  )
  const attested = await attestWithLoss(jobId)
  assert.is(BigInt((await readJob(client, jobId)).state), JOB_STATE.answered)
  process.kill(pid, 'SIGKILL')
  await waitSettled(client, jobId, WAIT_MS)
  const logs = await client.getLogs({ address: [ATTRIBUTION], fromBlock: 0n })
  const settled = parseEventLogs({ abi: attributionAbi, eventName: 'Settled', logs })
  assert.is(settled.find(({ args }) => args.jobId === jobId)?.args.result, bytesToHex(attested.result))
  assert.is.not(await eventually('another worker', workerOfDevnet), pid)
})

test('lost node: started again, it proves rows of old jobs, by executing them again', async () => {
  const jobId = await askJob()
  await waitSettled(client, jobId, WAIT_MS)
  const rowProof = () => ask<object>(served.devnet().client, 'openledger_getRowProof', [`${jobId}`, 7])
  const before = await rowProof()
  stop.abort()
  await serving.catch(() => {})
  await served.restart()
  assert.equal(await rowProof(), before)
})

test.run()
