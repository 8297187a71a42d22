/** Execution in its own thread (execution.ts), for the main thread, which holds pool, agreement and the store's content. */
import assert from 'node:assert/strict'
import { setImmediate as turnLoop } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { decodeCandidate, decodeCertificate } from '../../../primitives/certificate.ts'
import type { KnownTransactions } from '../../../runtime/block/block.ts'
import { createChainRules } from '../../../runtime/chainRules.ts'
import { systemClock } from '../../agreement/clock.ts'
import type { FinalizedCandidate } from '../../agreement/ports.ts'
import { probeCrypto } from '../../crypto.ts'
import { openChainWriter } from '../../storage/chainStore.ts'
import { createExecution, type ExecutionHere } from '../execution.ts'
import type { ParentAsk } from '../executor.ts'
import type { BlockContents, BuildTurn } from '../turns.ts'
import { createMirror } from './poolMirror.ts'
import { createPortCalls, joinItems, splitItems } from './portCalls.ts'
import {
  HASH_BYTES,
  joinMined,
  type MainAnswers,
  type ThreadAnswers,
  type ThreadChain,
  type ThreadFinal,
  type ThreadRequest,
} from './protocol.ts'

interface Opened {
  readonly execution: ExecutionHere
  readonly epochBlocks: number
  close(): Promise<void>
}

assert(parentPort !== null, 'executionServer.ts runs as a worker thread')
const port = parentPort
const mirror = createMirror()
const opening = Promise.withResolvers<Opened>()
/** By which the main thread knows a build. */
const builds = new WeakMap<object, number>()

const main = createPortCalls<MainAnswers, ThreadAnswers>(port, {
  // What fails there ends the thread, and the node with it.
  open: (chain) => void open(chain).then(opening.resolve),
  pool: mirror.change,
  async build({ isEmpty, ...request }) {
    const opened = await opening.promise
    const asked = { ...askOf(opened, request), isEmpty }
    builds.set(asked, request.request)
    return opened.execution.build(asked)
  },
  async check({ bytes, ...request }) {
    const opened = await opening.promise
    return opened.execution.check({ ...askOf(opened, request), bytes })
  },
  commit: async (block) => (await opening.promise).execution.commit(finalizedOf(block)),
  replay: async () => (await opening.promise).execution.replay(),
  async close() {
    await (await opening.promise).close()
    port.close()
  },
})

async function open({ folder, params, genesisHash }: ThreadChain): Promise<Opened> {
  const rules = createChainRules(params, { crypto: await probeCrypto() })
  const store = await openChainWriter(folder, (block) => main.call('write', block))
  const known = mirror.knownBy(rules)
  const execution = createExecution({
    rules,
    chain: { chainId: params.chainId, genesisHash },
    store,
    clock: systemClock,
    turnLoop,
    known,
    turn: (turn) => awaitTurn(known, turn),
    onBuilt: (report) => main.tell('built', report),
    onFinal: ({ height, mined, settled }) =>
      main.tell('final', { height, mined: joinMined(mined), settled: joinItems(settled, HASH_BYTES) }),
  })
  return { execution, epochBlocks: params.epochBlocks, close: () => store.close() }
}

function askOf({ execution, epochBlocks }: Opened, asked: ThreadRequest): ParentAsk {
  const { request, epoch, view, parentHash, abandoned } = asked
  return {
    epoch: execution.ofBlock(epoch * epochBlocks + 1),
    view,
    parentHash,
    heldBlock: (hash) => main.call('heldBlock', { request, hash }),
    isAbandoned: () => Atomics.load(abandoned, 0) === 1,
  }
}

async function awaitTurn(known: KnownTransactions, { request, height, parentTimestampS, taken }: BuildTurn) {
  const build = builds.get(request)
  assert(build !== undefined, 'a build has come as a request')
  const contents = await main.call('turn', {
    request: build,
    height,
    parentTimestampS,
    taken: joinItems(taken, HASH_BYTES),
  })
  if (contents === null) return null
  // The pool may have forgotten some since.
  const transactions = splitItems(contents.order, HASH_BYTES).flatMap((hash) => known(hash) ?? [])
  return { transactions, settlements: contents.settlements } satisfies BlockContents
}

function finalizedOf({ candidate, finalization, bytes }: ThreadFinal): FinalizedCandidate {
  const decoded = { candidate: decodeCandidate(candidate), finalization: decodeCertificate(finalization) }
  assert(!('code' in decoded.candidate) && !('code' in decoded.finalization), 'the main thread encodes what it sends')
  return { candidate: decoded.candidate, finalization: decoded.finalization, bytes }
}
