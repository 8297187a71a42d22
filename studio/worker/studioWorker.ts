/** `openStudioWorker`: engine 1 in a thread of its own, so that training never blocks the caller's event loop. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { isRefused } from '../refusal.ts'
import type { Answer, BaseFiles, CallOptions, StudioRefused, StudioWorker } from '../surface.ts'
import type { Call, Close, Opened, Reply, Request, Result, ThreadData } from './protocol.ts'

export type StudioErrorCode = 'ThreadCrashed' | 'ThreadClosed'

/** The thread failed; a refusal of the caller's input is a value instead. */
export class StudioError extends Error {
  override readonly name = 'StudioError'
  readonly code: StudioErrorCode

  constructor(code: StudioErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** The thread's file has this file's extension: `.ts` from the sources, `.js` from a build. */
const THREAD = new URL(`./studioThread${extname(import.meta.url)}`, import.meta.url)

/** Starts a thread over `base`; refuses files that are not a base of engine 1. The caller closes it. */
export async function openStudioWorker(base: BaseFiles): Promise<StudioWorker | StudioRefused> {
  const data: ThreadData = { base }
  const line = threadLine(new Worker(THREAD, { workerData: data, name: 'studio' }))
  const opened = (await line.next()) as Opened
  if (isRefused(opened)) {
    await line.exited
    return opened
  }
  const call = <T>(request: Request, options: CallOptions = {}) =>
    line.run(request, options) as Promise<T | StudioRefused>
  return {
    hashes: opened.hashes,
    contextTokens: opened.contextTokens,
    train: (rows, options, how) => call({ kind: 'train', rows: [...rows], options }, how),
    rowGradients: (adapter, rows, how) => call({ kind: 'rowGradients', adapter, rows: [...rows] }, how),
    answer: async (adapter, input, bounds, how) => {
      const answers = await call<readonly Answer[]>({ kind: 'answer', adapter, inputs: [input], bounds }, how)
      return isRefused(answers) ? answers : answers[0]!
    },
    answerBatch: (adapter, inputs, bounds, how) => call({ kind: 'answer', adapter, inputs: [...inputs], bounds }, how),
    queryGradient: (adapter, input, answer, how) => call({ kind: 'queryGradient', adapter, input, answer }, how),
    embed: (adapter, texts, how) => call({ kind: 'embed', adapter, texts: [...texts] }, how),
    evaluate: (adapter, rows, how) => call({ kind: 'evaluate', adapter, rows: [...rows] }, how),
    close: () => line.close(),
  }
}

interface ThreadLine {
  /** The next message. */
  next(): Promise<unknown>
  /** Sends a request when all before it are answered. */
  run(request: Request, options: CallOptions): Promise<Result>
  /** Settles when the thread has ended. */
  readonly exited: Promise<void>
  close(): Promise<void>
}

function threadLine(worker: Worker): ThreadLine {
  let ended: StudioError | undefined
  let wait: { resolve: (message: unknown) => void; reject: (error: StudioError) => void } | undefined
  const end = (error: StudioError) => {
    ended ??= error
    wait?.reject(ended)
  }
  worker.on('message', (message) => wait?.resolve(message))
  worker.on('error', (cause) => end(new StudioError('ThreadCrashed', 'the studio thread failed', cause)))
  worker.on('exit', () => end(new StudioError('ThreadClosed', 'the studio thread is closed')))
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const abortFlag = new Int32Array(new SharedArrayBuffer(4))
  const next = () =>
    new Promise<unknown>((resolve, reject) => {
      if (ended) reject(ended)
      else wait = { resolve, reject }
    })
  let queue: Promise<unknown> = Promise.resolve()
  return {
    next,
    run: (request, options) => {
      const turn = queue.then(() => {
        Atomics.store(abortFlag, 0, ended ? 1 : 0)
        return converse(worker, next, { kind: 'call', request, abortFlag }, options)
      })
      queue = turn.catch(() => undefined)
      return turn
    },
    exited,
    // Not `terminate`: killed between two WebAssembly compilations, V8 aborts the whole process.
    close: () => {
      if (!ended) worker.postMessage({ kind: 'close' } satisfies Close)
      end(new StudioError('ThreadClosed', 'the studio thread is closed'))
      Atomics.store(abortFlag, 0, 1)
      return exited
    },
  }
}

/** One call: progress messages until the result. */
async function converse(
  worker: Worker,
  next: () => Promise<unknown>,
  call: Call,
  { signal, onProgress }: CallOptions,
): Promise<Result> {
  const abort = () => Atomics.store(call.abortFlag, 0, 1)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  try {
    let reply = next()
    worker.postMessage(call)
    for (;;) {
      const message = (await reply) as Reply
      if (message.kind === 'result') return message.result
      if (message.kind === 'crashed') throw new StudioError('ThreadCrashed', `a studio call failed: ${message.message}`)
      reply = next()
      onProgress?.(message.progress)
    }
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
