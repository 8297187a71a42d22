/** The host's side of the influence worker: starts it, repeats unfinished work after a crash, falls back to the CPU. */
import { type ChildProcess, fork } from 'node:child_process'
import { statSync } from 'node:fs'
import { extname } from 'node:path'
import type { BackendChoice } from '../backends/backendChoice.ts'
import { isRefused, type Refused } from '../refusal.ts'
import type { Backend, IndexSource, OpenedCorpus, OpenedIndex, OpenedRetrieval } from '../surface.ts'
import { ENGINE_PROCESS_FLAGS } from './engineProcess.ts'
import {
  type CallName,
  type FromWorker,
  type Measured,
  type OpenedForm,
  type OpenedForms,
  type OpenMessage,
  type Request,
  rootOf,
  type ToWorker,
} from './messages.ts'
import type { InfluenceWorkerOptions, OpenCorpusOptions, OpenOptions } from './workerOptions.ts'
import type { RequestEvent, WorkerStatus } from './workerStatus.ts'

/** After this many crashes within the window the next simpler back end is started (influence.md §10.2). */
const CRASHES_MAX = 3
const CRASH_WINDOW_MS = 600_000
/** A request that outlived this many crashes is given up: it may be what crashes the worker. */
const CRASHES_PER_REQUEST_MAX = 5
const RESTART_DELAY_MAX_MS = 30_000
/** Of what a dying worker printed. */
const LAST_WORDS_CHARACTERS = 2000

export interface InfluenceWorker {
  /** Opens an index in the worker; refuses as `InfluenceEngine.open` does. */
  openIndex(source: IndexSource, options?: OpenOptions): Promise<OpenedIndex | Refused>
  /** Opens a text corpus; refuses as `SpanEngine.open` does. */
  openCorpus(source: IndexSource, options?: OpenCorpusOptions): Promise<OpenedCorpus | Refused>
  /** Opens a retrieval index; refuses as `RetrievalEngine.open` does. */
  openRetrieval(source: IndexSource, options?: OpenOptions): Promise<OpenedRetrieval | Refused>
  status(): WorkerStatus
  close(): Promise<void>
}

/** The world failed a request in the worker. */
export class InfluenceWorkerError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'InfluenceWorkerError'
    this.code = code
  }
}

interface Pending {
  readonly request: Request
  readonly askedMs: number
  crashes: number
  timer?: NodeJS.Timeout
  resolve(value: unknown): void
  reject(error: Error): void
}

interface OpenedHandle<Info> {
  readonly info: Info
  call(name: CallName, ...args: readonly unknown[]): Promise<never>
  close(): Promise<void>
}

/** Starts the worker at once; it is ready when its backend has passed the self-test. */
export function openInfluenceWorker(options: InfluenceWorkerOptions = {}): InfluenceWorker {
  return new WorkerHost(options)
}

class WorkerHost implements InfluenceWorker {
  readonly #options: InfluenceWorkerOptions
  readonly #opened = new Map<number, OpenMessage & { readonly bytes: number }>()
  readonly #pending = new Map<number, Pending>()
  readonly #crashTimesMs: number[] = []
  #child: ChildProcess | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #status: Omit<WorkerStatus, 'indexesOpen' | 'indexBytes' | 'queueLength'>
  /** What the next worker is asked for; never goes back to what has failed. */
  #choice: BackendChoice | 'cpu'
  /** What the last worker ran on, as far as it said. */
  #lastBackend: Backend | undefined
  /** The same, also after a step down. */
  #earlierBackend: Backend | undefined
  /** On the child's standard error since it was ready: a driver's noise too. */
  #lastWords = ''
  /** What the child itself says ended it. */
  #ownReason: string | undefined
  #nextId = 1

  constructor(options: InfluenceWorkerOptions) {
    this.#options = options
    this.#choice = options.backend ?? 'auto'
    this.#status = {
      state: 'starting',
      backend: undefined,
      reason: 'starting',
      crashes: 0,
      lastCrash: undefined,
      pid: undefined,
      stage: undefined,
      facts: [],
      selfTestFailures: 0,
      lastError: undefined,
      fallback: undefined,
    }
    this.#start()
  }

  status(): WorkerStatus {
    let indexBytes = 0
    for (const { bytes } of this.#opened.values()) indexBytes += bytes
    return { ...this.#status, indexesOpen: this.#opened.size, indexBytes, queueLength: this.#pending.size }
  }

  async openIndex(source: IndexSource, options: OpenOptions = {}): Promise<OpenedIndex | Refused> {
    const opened = await this.#open('index', source, options)
    if (isRefused(opened)) return opened
    const { info, call, close } = opened
    return {
      info,
      score: (query) => call('score', query),
      scoreBatch: (queries) => call('scoreBatch', queries),
      attribute: (query, own) => call('attribute', query, own),
      proveRow: (query, row) => call('proveRow', query, row),
      close,
    }
  }

  async openCorpus(source: IndexSource, options: OpenCorpusOptions = {}): Promise<OpenedCorpus | Refused> {
    const opened = await this.#open('corpus', source, options)
    if (isRefused(opened)) return opened
    const { info, call, close } = opened
    return {
      info,
      attribute: (output, own) => call('attribute', output, own),
      proveSpan: (output, place, own) => call('proveSpan', output, place, own),
      close,
    }
  }

  async openRetrieval(source: IndexSource, options: OpenOptions = {}): Promise<OpenedRetrieval | Refused> {
    const opened = await this.#open('retrieval', source, options)
    if (isRefused(opened)) return opened
    const { info, call, close } = opened
    return {
      info,
      retrieve: (query, kr) => call('retrieve', query, kr),
      attribute: (query, cited, own) => call('attribute', query, cited, own),
      proveCitation: (query, row, cited, own) => call('proveCitation', query, row, cited, own),
      close,
    }
  }

  async #open<Form extends OpenedForm>(
    form: Form,
    source: IndexSource,
    { verify = 'full', infoTable }: OpenCorpusOptions,
  ): Promise<OpenedHandle<OpenedForms[Form]['info']> | Refused> {
    const handle = this.#nextId++
    const carried = infoTable === undefined ? {} : { infoTable }
    const request: OpenMessage = { kind: 'open', id: handle, handle, form, source, verify, ...carried }
    const info = (await this.#ask(request)) as OpenedForms[Form]['info'] | Refused
    if (isRefused(info)) return info
    // Bytes that passed once need no second full verification.
    const again = source instanceof Uint8Array ? 'header' : verify
    this.#opened.set(handle, { ...request, id: 0, verify: again, root: rootOf(info), bytes: fileBytes(source) })
    return {
      info,
      call: (name, ...args) => this.#ask({ kind: 'call', id: this.#nextId++, handle, name, args }) as Promise<never>,
      close: async () => {
        this.#opened.delete(handle)
        await this.#ask({ kind: 'close', id: this.#nextId++, handle })
      },
    }
  }

  async close(): Promise<void> {
    if (this.#status.state === 'closed') return
    clearTimeout(this.#restartTimer)
    this.#report({ state: 'closed', pid: undefined })
    this.#rejectAll(new InfluenceWorkerError('WorkerCrashed', 'the influence worker was closed'))
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  #ask(request: Request): Promise<unknown> {
    if (this.#status.state === 'closed') {
      return Promise.reject(new InfluenceWorkerError('WorkerCrashed', 'the influence worker is closed'))
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = { request, askedMs: performance.now(), crashes: 0, resolve, reject }
      this.#watch(pending)
      this.#pending.set(request.id, pending)
      if (this.#status.state === 'ready') this.#post(request)
    })
  }

  /** A vote must not wait for a GPU that hangs: when half of the time is gone, the twin starts (§10.2 no. 2). */
  #watch(pending: Pending): void {
    const { answerWithinMs } = this.#options
    if (answerWithinMs === undefined || !this.#mayUseGpu()) return
    pending.timer = setTimeout(() => this.#replaceByCpu(answerWithinMs / 2), answerWithinMs / 2)
  }

  /** An error here is the channel's: the child's exit, which follows, deals with it. */
  #post(message: ToWorker): void {
    this.#child?.send(message, () => {})
  }

  #start(): void {
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
    const child = fork(file, {
      serialization: 'advanced',
      execArgv: [...ENGINE_PROCESS_FLAGS],
      env: { ...process.env, ...this.#options.env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#lastWords = ''
    this.#ownReason = undefined
    child.stderr!.on('data', (text) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-LAST_WORDS_CHARACTERS)
    })
    child.on('message', (message: FromWorker) => {
      if (child === this.#child) this.#receive(message)
    })
    child.on('error', (error) => this.#crashed(child, error.message))
    child.once('exit', (code, signal) => this.#crashed(child, signal ?? `exit code ${code}`))
    this.#report({ pid: child.pid })
    const { isSoftwareAdapterAllowed = false } = this.#options
    this.#post({ kind: 'start', choice: this.#choice, isSoftwareAdapterAllowed })
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#lastWords = ''
        this.#noteFailures(message.passedOver)
        this.#resume(message)
        break
      case 'broken':
        this.#ownReason = `${message.code}: ${message.message}`
        this.#noteFailures([message])
        break
      case 'stage':
        this.#status = { ...this.#status, stage: message.stage }
        this.#options.onStage?.(message.stage)
        break
      case 'done':
        this.#tell(message.id, isRefused(message.value) ? 'refused' : 'done', message.measured)
        this.#settle(message.id, (pending) => pending.resolve(message.value))
        break
      case 'failed': {
        const error = new InfluenceWorkerError(message.code, message.message)
        this.#tell(message.id, 'failed', message.measured)
        this.#report({ lastError: `${message.code}: ${message.message}` })
        this.#settle(message.id, (pending) => pending.reject(error))
        break
      }
    }
  }

  /** A device that computed a wrong bit is counted apart: it is broken, not absent. */
  #noteFailures(failed: readonly { readonly code: string; readonly message: string }[]): void {
    const wrong = failed.filter(({ code }) => code === 'GpuSelfTest' || code === 'WasmSelfTest')
    const last = wrong.at(-1)
    if (last === undefined) return
    const lastError = `${last.code}: ${last.message}`
    this.#report({ selfTestFailures: this.#status.selfTestFailures + wrong.length, lastError })
  }

  #tell(id: number, outcome: RequestEvent['outcome'], measured: Measured): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    const { request, askedMs } = pending
    const name = request.kind === 'call' ? request.name : request.kind
    const waitMs = Math.max(0, performance.now() - askedMs - measured.workMs)
    this.#options.onRequest?.({ name, outcome, queries: queriesIn(request), waitMs, ...measured })
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    clearTimeout(pending.timer)
    this.#pending.delete(id)
    this.#status = { ...this.#status, stage: undefined }
    how(pending)
  }

  /** A fresh worker knows nothing: what was open first, then the unfinished work in its order. */
  #resume({ backend, description, facts }: Extract<FromWorker, { kind: 'ready' }>): void {
    this.#lastBackend = backend
    const from = this.#earlierBackend
    const fallback = from === undefined || from === backend ? this.#status.fallback : { from, to: backend }
    this.#earlierBackend = backend
    const isAsAsked = this.#choice === (this.#options.backend ?? 'auto')
    const because = isAsAsked || this.#status.lastCrash === undefined ? '' : `; after ${this.#status.lastCrash}`
    this.#report({ state: 'ready', backend, stage: undefined, reason: `${description}${because}`, facts, fallback })
    for (const message of this.#opened.values()) this.#post(message)
    for (const { request } of this.#pending.values()) this.#post(request)
  }

  #crashed(child: ChildProcess, how: string): void {
    if (child !== this.#child) return
    this.#child = undefined
    const nowMs = performance.now()
    this.#crashTimesMs.push(nowMs)
    const recent = this.#crashTimesMs.filter((timeMs) => nowMs - timeMs <= CRASH_WINDOW_MS).length
    if (recent >= CRASHES_MAX && this.#choice !== 'js') this.#stepDown()
    const why = this.#ownReason ?? oneLine(this.#lastWords)
    const lastCrash = `${how}${this.#during()}${why === '' ? '' : `: ${why}`}`
    this.#report({
      state: 'restarting',
      pid: undefined,
      stage: undefined,
      backend: undefined,
      crashes: this.#status.crashes + 1,
      lastCrash,
      lastError: lastCrash,
    })
    for (const pending of [...this.#pending.values()]) {
      if (++pending.crashes < CRASHES_PER_REQUEST_MAX) continue
      const error = new InfluenceWorkerError('WorkerCrashed', `given up after ${pending.crashes} crashes: ${lastCrash}`)
      this.#settle(pending.request.id, () => pending.reject(error))
    }
    const delayMs = Math.min((this.#options.restartDelayMs ?? 200) * 2 ** (recent - 1), RESTART_DELAY_MAX_MS)
    this.#restartTimer = setTimeout(() => this.#start(), delayMs)
  }

  #mayUseGpu(): boolean {
    return this.#choice === 'auto' || this.#choice === 'gpu'
  }

  /** From the GPU to the WebAssembly twin, from that to plain JavaScript; each has its own crashes. */
  #stepDown(): void {
    const wasGpu = this.#mayUseGpu() && this.#lastBackend !== 'wasm'
    this.#choice = wasGpu ? 'cpu' : 'js'
    this.#lastBackend = undefined
    this.#crashTimesMs.length = 0
  }

  #replaceByCpu(waitedMs: number): void {
    // A twin that is slow is not helped by another one.
    const { backend } = this.#status
    if (!this.#mayUseGpu() || backend === 'wasm' || backend === 'js') return
    this.#choice = 'cpu'
    const child = this.#child
    this.#child = undefined
    child?.kill('SIGKILL')
    clearTimeout(this.#restartTimer)
    const lastCrash = `no answer within ${waitedMs} ms${this.#during()}`
    this.#report({
      state: 'restarting',
      pid: undefined,
      stage: undefined,
      backend: undefined,
      lastCrash,
      lastError: lastCrash,
    })
    this.#start()
  }

  /** Where it was when it was lost. */
  #during(): string {
    return this.#status.stage === undefined ? '' : ` during ${this.#status.stage}`
  }

  #rejectAll(error: Error): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer)
      pending.reject(error)
    }
    this.#pending.clear()
  }

  #report(change: Partial<WorkerStatus>): void {
    this.#status = { ...this.#status, ...change }
    this.#options.onStatus?.(this.status())
  }
}

/** For logs, and for a label of the metrics. */
const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, '; ')

/** What a call is about to score. */
function queriesIn(request: Request): number {
  if (request.kind !== 'call') return 0
  return request.name === 'scoreBatch' ? (request.args[0] as readonly unknown[]).length : 1
}

const fileBytes = (source: IndexSource): number =>
  source instanceof Uint8Array ? source.length : (statSync(source.path, { throwIfNoEntry: false })?.size ?? 0)
