/** The influence worker: a child process that holds the GPU and the opened indexes, so that a driver crash ends only it. */

import { flushCompileCache } from 'node:module'
import { equal } from '../../primitives/bytes.ts'
import type { ComputeBackend } from '../backends/kernels.ts'
import { openBackend } from '../backends/openBackend.ts'
import type { EngineStage } from '../backends/stage.ts'
import { createStageClock } from '../backends/stageClock.ts'
import { InfluenceEngine } from '../engine.ts'
import { GpuError } from '../gpu/gpuDevice.ts'
import { IndexReadError } from '../indexSource.ts'
import { RetrievalEngine } from '../rag/retrievalEngine.ts'
import { isRefused, type Refused } from '../refusal.ts'
import { SpanEngine } from '../span/spanEngine.ts'
import { WasmError } from '../wasm/lanes/lanes.ts'
import {
  type CallName,
  type FromWorker,
  type Measured,
  type OpenedForm,
  type OpenedForms,
  type OpenMessage,
  type Request,
  rootOf,
  type StartMessage,
  type ToWorker,
} from './messages.ts'

const opened = new Map<number, Opened>()
let backend: ComputeBackend | undefined
/** Of the request at work. */
const clock = createStageClock()
/** Requests run one after another: they share one device and one processor. */
let queue: Promise<void> = Promise.resolve()

function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()))
}

/** Sent before the work that it names begins: the channel takes it at once. */
function tellStage(stage: EngineStage): void {
  clock.begin(stage)
  void send({ kind: 'stage', stage })
}

async function start({ choice, isSoftwareAdapterAllowed }: StartMessage): Promise<void> {
  tellStage('self-test')
  backend = await openBackend(choice, isSoftwareAdapterAllowed)
  const { description, facts = [], passedOver = [] } = backend
  await send({ kind: 'ready', backend: backend.backend, description, facts, passedOver })
  // It ends by being killed, when Node keeps nothing: each start would strip and compile these files anew.
  flushCompileCache()
}

async function answer(request: Request): Promise<void> {
  const startMs = performance.now()
  clock.end()
  const measure = (): Measured => ({ workMs: performance.now() - startMs, stagesMs: clock.end() })
  try {
    const value = await perform(request)
    await send({ kind: 'done', id: request.id, value, measured: measure() })
  } catch (error) {
    if (isBackendLost(error)) throw error
    const { code = 'WorkerCrashed', message } = error as Error & { code?: string }
    await send({ kind: 'failed', id: request.id, code, message, measured: measure() })
  }
}

/** Too little memory for one index says nothing about the next. */
const isBackendLost = (error: unknown): boolean =>
  error instanceof GpuError || (error instanceof WasmError && error.code !== 'OutOfMemory')

type Opened = OpenedForms[OpenedForm]

/** How each form is opened. */
const OPENERS: Readonly<Record<OpenedForm, (message: OpenMessage) => Promise<Opened | Refused>>> = {
  index: ({ source, verify }) => InfluenceEngine.open(source, { backend: backend!, verify, onStage: tellStage }),
  corpus: ({ source, verify, infoTable }) =>
    SpanEngine.open(source, infoTable === undefined ? { verify } : { verify, infoTable }),
  retrieval: ({ source, verify }) => RetrievalEngine.open(source, { backend: backend!, verify }),
}

/** After a restart the same bytes must come back: `root` says which they were. */
async function open(message: OpenMessage): Promise<unknown> {
  const engine = await OPENERS[message.form](message)
  if (isRefused(engine)) return engine
  if (message.root !== undefined && !equal(message.root, rootOf(engine.info))) {
    await engine.close()
    return undefined
  }
  opened.set(message.handle, engine)
  return engine.info
}

async function perform(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'open':
      return open(request)
    case 'call': {
      const index = opened.get(request.handle)
      if (index === undefined) throw new IndexReadError('that was open before the restart', undefined)
      const calls = index as unknown as Record<CallName, (...args: readonly unknown[]) => Promise<unknown>>
      return calls[request.name](...request.args)
    }
    case 'close': {
      await opened.get(request.handle)?.close()
      opened.delete(request.handle)
      return undefined
    }
  }
}

async function breakDown(error: unknown): Promise<void> {
  const { code = 'WorkerCrashed', message } = error as Error & { code?: string }
  await send({ kind: 'broken', code, message })
  process.exit(1)
}

process.on('message', (message: ToWorker) => {
  queue = queue.then(() => (message.kind === 'start' ? start(message) : answer(message))).catch(breakDown)
})
// Without its host the worker has nothing to do.
process.on('disconnect', () => process.exit(0))
// A terminal's Ctrl-C reaches all its processes: the host ends its worker when it has no more use for it.
process.on('SIGINT', () => {})
