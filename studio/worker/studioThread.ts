/** The studio's thread: loads the base it was given, then serves one call after another. */
import { strict as assert } from 'node:assert'
import { parentPort, workerData } from 'node:worker_threads'
import { createEngine, type Engine, loadBase } from '../engine/engine.ts'
import type { RunControl } from '../engine/loadedBase.ts'
import { studioHashes } from '../hashes.ts'
import { isRefused } from '../refusal.ts'
import type { Call, Close, Opened, Reply, Request, Result, ThreadData } from './protocol.ts'

const port = parentPort
assert(port, 'studioThread runs as a worker thread')
const post = (message: Reply | Opened): void => port.postMessage(message)

const { base } = workerData as ThreadData
const loaded = loadBase(base)
if (isRefused(loaded)) {
  post(loaded)
  port.close()
} else {
  const engine = createEngine(loaded)
  port.on('message', (message: Call | Close) => {
    if (message.kind === 'close') port.close()
    else serve(engine, message).then(post, (cause) => post(crashed(cause)))
  })
  post({ kind: 'opened', hashes: studioHashes(base), contextTokens: loaded.model.contextTokens })
}

async function serve(engine: Engine, { request, abortFlag }: Call): Promise<Reply> {
  const control: RunControl = {
    clock: () => performance.now(),
    isAborted: () => Atomics.load(abortFlag, 0) !== 0,
    report: (progress) => post({ kind: 'progress', progress }),
  }
  return { kind: 'result', result: await run(engine, request, control) }
}

function run(engine: Engine, request: Request, control: RunControl): Promise<Result> {
  switch (request.kind) {
    case 'train':
      return engine.train(request.rows, request.options, control)
    case 'rowGradients':
      return engine.rowGradients(request.adapter, request.rows, control)
    case 'answer':
      return engine.answer(request.adapter, request.inputs, request.bounds, control)
    case 'queryGradient':
      return engine.queryGradient(request.adapter, request.input, request.answer, control)
    case 'embed':
      return engine.embed(request.adapter, request.texts, control)
    case 'evaluate':
      return engine.evaluate(request.adapter, request.rows, control)
    default:
      return request satisfies never
  }
}

function crashed(cause: unknown): Reply {
  return { kind: 'crashed', message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
}
