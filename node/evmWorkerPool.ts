/**
 * Worker threads for a stranger's code: eth_call, eth_estimateGas, eth_createAccessList. A JavaScript EVM cannot be
 * interrupted, so a thread that runs past the deadline is terminated and another takes its place (architecture.md).
 */
import { Worker } from 'node:worker_threads'
import type { ChainParams } from '../primitives/chainParams.ts'
import type { AccessListOutcome, CallOutcome, EstimateOutcome, EvmRequest, EvmRuns } from '../rpc/backend.ts'

/** What a worker is started with; crosses a thread border. */
export interface EvmWorkerData {
  readonly folder: string
  readonly params: ChainParams
  readonly genesisHash: Uint8Array
  /** Gas of a call that names none, and the most that one may name. */
  readonly callGas: bigint
}

export type EvmJobKind = 'call' | 'estimateGas' | 'accessList'
/** To a worker. */
export type EvmJob = { readonly kind: EvmJobKind; readonly request: EvmRequest } | { readonly kind: 'close' }
/** From a worker: once it is ready, then once for each job. */
export type EvmReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly outcome: CallOutcome | EstimateOutcome | AccessListOutcome }
  /** A bug: the worker ends after it. */
  | { readonly kind: 'fault'; readonly message: string }

export interface EvmWorkerPoolOptions extends EvmWorkerData {
  /** Threads at most; each holds about 100 MB. The first starts at once, another when a run waits and none is free. */
  readonly workers: number
  /** Of one run, from its start in the thread. */
  readonly deadlineMs: number
}

/** Runs that wait for a thread: at 5 s each on two threads the last would wait far beyond its request's deadline. */
const WAITING_MAX = 2_000
/** As `--rpc.evmtimeout` of geth; and the most gas that any transaction may have (EIP-7825). */
export const EVM_DEADLINE_MS = 5_000
export const CALL_GAS_MAX = 1n << 24n

/** A worker died of a bug; the request that it ran has no answer. */
export class EvmWorkerError extends Error {
  readonly code = 'EvmWorkerCrashed'
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'EvmWorkerError'
  }
}

export interface EvmWorkerPool extends EvmRuns {
  /** Resolves once one thread is ready; a call before waits for it. */
  ready(): Promise<void>
  close(): Promise<void>
}

interface Waiting {
  readonly job: EvmJob & { readonly kind: EvmJobKind }
  resolve(outcome: unknown): void
  reject(error: Error): void
}

/** One place in the pool: a thread, its job, its clock. */
interface Slot {
  worker: Worker
  isReady: boolean
  running: Waiting | undefined
  timer: NodeJS.Timeout | undefined
}

export function createEvmWorkerPool(options: EvmWorkerPoolOptions): EvmWorkerPool {
  const { folder, params, genesisHash, callGas, deadlineMs } = options
  const workerData: EvmWorkerData = { folder, params, genesisHash, callGas }
  const waiting: Waiting[] = []
  const firstReady = Promise.withResolvers<void>()
  // Nobody may be waiting for it when the pool closes early.
  firstReady.promise.catch(() => {})
  let isClosed = false

  const end = (slot: Slot): Waiting | undefined => {
    clearTimeout(slot.timer)
    const { running } = slot
    slot.running = undefined
    return running
  }
  const replace = (slot: Slot) => {
    void slot.worker.terminate()
    slot.isReady = false
    if (!isClosed) slot.worker = start(slot)
  }
  const expire = (slot: Slot) => {
    end(slot)?.resolve({ kind: 'timeout', deadlineMs })
    replace(slot)
  }
  const crash = (slot: Slot, error: EvmWorkerError) => {
    end(slot)?.reject(error)
    if (slot.isReady) return replace(slot)
    // It cannot even start: starting it again and again would not help.
    slots.delete(slot)
    if (slots.size > 0) return
    firstReady.reject(error)
    for (const left of waiting.splice(0)) left.reject(error)
  }
  const feed = (slot: Slot) => {
    if (!slot.isReady || slot.running !== undefined) return
    const next = waiting.shift()
    if (next === undefined) return
    slot.running = next
    slot.timer = setTimeout(() => expire(slot), deadlineMs)
    slot.worker.postMessage(next.job)
  }
  const hear = (slot: Slot, reply: EvmReply) => {
    switch (reply.kind) {
      case 'ready':
        slot.isReady = true
        firstReady.resolve()
        break
      case 'done':
        end(slot)?.resolve(reply.outcome)
        break
      case 'fault':
        crash(slot, new EvmWorkerError(reply.message))
        return
    }
    feed(slot)
  }
  const start = (slot: Slot): Worker => {
    const worker = new Worker(new URL('./evmThread.ts', import.meta.url), { workerData })
    // A thread that was replaced may still have a message on its way.
    const ifCurrent = (act: () => void) => slot.worker === worker && act()
    worker.on('message', (reply: EvmReply) => ifCurrent(() => hear(slot, reply)))
    worker.on('error', (cause) => ifCurrent(() => crash(slot, new EvmWorkerError('an EVM worker failed', cause))))
    worker.unref()
    return worker
  }
  const slots = new Set<Slot>()
  const add = () => {
    const slot = { isReady: false, running: undefined, timer: undefined } as unknown as Slot
    slot.worker = start(slot)
    slots.add(slot)
  }
  add()

  const run = <Outcome>(kind: EvmJobKind, request: EvmRequest): Promise<Outcome> => {
    if (waiting.length >= WAITING_MAX)
      return Promise.resolve({ kind: 'refused', message: 'too many calls are waiting' } as Outcome)
    if (slots.size === 0) return Promise.reject(new EvmWorkerError('no EVM worker could start'))
    return new Promise<Outcome>((resolve, reject) => {
      waiting.push({ job: { kind, request }, resolve: resolve as (outcome: unknown) => void, reject })
      for (const slot of slots) feed(slot)
      const isOneStarting = [...slots].some(({ isReady }) => !isReady)
      if (waiting.length > 0 && slots.size < options.workers && !isOneStarting) add()
    })
  }

  return {
    ready: () => firstReady.promise,
    call: (request) => run('call', request),
    estimateGas: (request) => run('estimateGas', request),
    accessList: (request) => run('accessList', request),
    async close() {
      isClosed = true
      const closed = new EvmWorkerError('the node is closing')
      for (const left of waiting.splice(0)) left.reject(closed)
      for (const slot of slots) end(slot)?.reject(closed)
      await Promise.all([...slots].map(({ worker }) => endWorker(worker)))
    },
  }
}

/** How long a worker may take to close its database before it is terminated. */
const CLOSE_GRACE_MS = 500

function endWorker(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => void worker.terminate(), CLOSE_GRACE_MS)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    worker.postMessage({ kind: 'close' } satisfies EvmJob)
  })
}
