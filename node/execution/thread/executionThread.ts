/**
 * Execution in a thread of its own (runtime.md §5), as the main thread sees it: votes, timers and RPC never wait for a
 * block, however hostile. Here stay the pool, the pace of building and the reads of what is committed.
 */
import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'
import { toHex } from '../../../primitives/bytes.ts'
import { encodeCandidate, encodeCertificate } from '../../../primitives/certificate.ts'
import type { ChainContext } from '../../../primitives/statements.ts'
import { TRANSACTIONS_MAX } from '../../../runtime/block/block.ts'
import type { ChainRules } from '../../../runtime/chainRules.ts'
import type { PoolMirror } from '../../../runtime/pool/pool.ts'
import type { BuildRequest, ParentRequest } from '../../agreement/ports.ts'
import type { ChainStore } from '../../storage/chainStore.ts'
import { createEpochs } from '../epochs.ts'
import { type BlockExecution, committedHead, type FinalBlock, hashOf } from '../execution.ts'
import { readFinalized } from '../storedBlock.ts'
import type { AwaitTurn, BlockContents, BuildReport } from '../turns.ts'
import { createMirrorSender } from './poolMirror.ts'
import { createPortCalls, joinItems, ownBytes, type PortCalls, splitItems } from './portCalls.ts'
import {
  HASH_BYTES,
  type MainAnswers,
  splitMined,
  type ThreadAnswers,
  type ThreadContents,
  type ThreadRequest,
} from './protocol.ts'

/** How often those who wait for the thread are asked whether they still do. */
const ABANDON_LOOK_MS = 20
/** How long the thread may take to end what it is at and to close its database before it is terminated. */
const CLOSE_GRACE_MS = 500

export interface ThreadedOptions {
  readonly rules: ChainRules
  readonly chain: ChainContext
  /** Holds block 0. */
  readonly store: ChainStore
  readonly turn: AwaitTurn
  readonly onBuilt: (report: BuildReport) => void
  readonly onFinal: (final: FinalBlock) => void
}

export interface ThreadedExecution extends BlockExecution {
  /** For the pool, which it must follow from the start. */
  readonly mirror: PoolMirror
}

export interface ExecutionThread {
  /** Once. */
  execution(options: ThreadedOptions): ThreadedExecution
  /** Requests that wait end with an error. */
  close(): Promise<void>
}

/** The thread died: nothing can be executed any more. */
export class ExecutionThreadError extends Error {
  readonly code = 'ExecutionThreadCrashed'
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ExecutionThreadError'
  }
}

/** Starts to load the thread's code, which takes a while: the earlier the better. */
export function startExecutionThread(): ExecutionThread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url))
  const exited = new Promise<number>((resolve) => worker.once('exit', resolve))
  let calls: PortCalls<ThreadAnswers> | undefined
  let crash: ExecutionThreadError | undefined
  const fail = (message: string, cause?: unknown) => {
    crash ??= new ExecutionThreadError(message, cause)
    calls?.fail(crash)
  }
  worker.on('error', (cause) => fail(`the execution thread failed: ${wordsOf(cause)}`, cause))
  void exited.then((status) => fail(`the execution thread ended with status ${status}`))
  return {
    execution(options) {
      const threaded = createThreaded(worker, options, (error) => {
        fail(`what the execution thread told could not be taken: ${wordsOf(error)}`, error)
      })
      calls = threaded.calls
      if (crash !== undefined) calls.fail(crash)
      return threaded.execution
    },
    async close() {
      const timer = setTimeout(() => void worker.terminate(), CLOSE_GRACE_MS)
      if (calls === undefined) void worker.terminate()
      else calls.tell('close', null)
      await exited
      clearTimeout(timer)
    },
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

interface Entry {
  readonly request: ParentRequest
  readonly abandoned: Int32Array
}

function createThreaded(worker: Worker, options: ThreadedOptions, onFault: (error: unknown) => void) {
  const { rules, chain, store } = options
  const requests = createRequests()
  const calls = createPortCalls<ThreadAnswers, MainAnswers>(worker, {
    async turn({ request, height, parentTimestampS, taken }) {
      const build = requests.leave(request) as BuildRequest
      const contents = await options.turn({
        request: build,
        height,
        parentTimestampS,
        taken: splitItems(taken, HASH_BYTES),
      })
      const packed = contents && packContents(contents)
      mirror.flush()
      requests.enter(request)
      return packed
    },
    heldBlock({ request, hash }) {
      const held = requests.get(request).heldBlock(hash)
      return held && { view: held.view, bytes: ownBytes(held.bytes) }
    },
    write: (block) => store.commitBlock(block),
    built: guarded(onFault, options.onBuilt),
    final: guarded(onFault, ({ height, mined, settled }) =>
      options.onFinal({ height, mined: splitMined(mined), settled: splitItems(settled, HASH_BYTES) }),
    ),
  })
  const mirror = createMirrorSender((changes) => calls.tell('pool', changes))
  const ask = async <T>(request: ParentRequest, run: (sent: ThreadRequest) => Promise<T>): Promise<T> => {
    const { epoch, view, parentHash } = request
    const { id, abandoned } = requests.add(request)
    try {
      return await run({ request: id, epoch: epoch.number, view, parentHash, abandoned })
    } finally {
      requests.remove(id)
    }
  }
  const head = () => store.head()!
  const execution: ThreadedExecution = {
    ...createEpochs({ rules, chain, store }),
    mirror,
    hashOf: (bytes) => hashOf(rules, bytes),
    head: () => ({ height: head().height, hash: toHex(head().hash) }),
    tip: () => committedHead(rules, store),
    build: (request) => ask(request, (sent) => calls.call('build', { ...sent, isEmpty: request.isEmpty })),
    check: (request) => ask(request, (sent) => calls.call('check', { ...sent, bytes: ownBytes(request.bytes) })),
    commit: ({ candidate, finalization, bytes }) =>
      calls.call('commit', {
        candidate: encodeCandidate(candidate),
        finalization: encodeCertificate(finalization),
        bytes: ownBytes(bytes),
      }),
    stored: (height) => (height > head().height ? undefined : readFinalized(store, height)),
    replay: () => calls.call('replay', null),
  }
  calls.tell('open', { folder: store.folder, params: rules.params, genesisHash: chain.genesisHash })
  return { calls, execution }
}

/** A block holds no more than that. */
function packContents({ transactions, settlements }: BlockContents): ThreadContents {
  const hashes: Uint8Array[] = []
  for (const { hash } of transactions) if (hashes.push(hash) >= TRANSACTIONS_MAX) break
  return { order: joinItems(hashes, HASH_BYTES), settlements: [...settlements] }
}

/** Nobody is there to catch what they throw. */
function guarded<A>(onFault: (error: unknown) => void, tell: (argument: A) => void): (argument: A) => void {
  return (argument) => {
    try {
      tell(argument)
    } catch (error) {
      onFault(error)
    }
  }
}

/** Requests in the thread; each shares a word with it, which is set once nobody needs the outcome. */
function createRequests() {
  const entries = new Map<number, Entry>()
  /** Those that the thread works for: a build that waits for its turn costs nothing. */
  const atWork = new Set<number>()
  let count = 0
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    for (const id of atWork) {
      const { request, abandoned } = entries.get(id)!
      if (request.isAbandoned()) Atomics.store(abandoned, 0, 1)
    }
  }
  const get = (id: number): ParentRequest => {
    const entry = entries.get(id)
    assert(entry !== undefined, 'the thread asks for a request that is over')
    return entry.request
  }
  const leave = (id: number): ParentRequest => {
    atWork.delete(id)
    if (atWork.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    return get(id)
  }
  const enter = (id: number) => {
    if (!entries.has(id)) return
    atWork.add(id)
    timer ??= setInterval(look, ABANDON_LOOK_MS)
  }
  return {
    get,
    leave,
    enter,
    add(request: ParentRequest) {
      const abandoned = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      const id = count++
      entries.set(id, { request, abandoned })
      enter(id)
      return { id, abandoned }
    },
    remove(id: number) {
      leave(id)
      entries.delete(id)
    },
  }
}
