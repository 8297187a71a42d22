/** The thread of evmWorkerPool.ts: opens the chain store for reading and answers one run at a time, each on one snapshot. */
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import type { EvmRequest } from '../rpc/backend.ts'
import type { Header } from '../runtime/block/header.ts'
import { mixHashOf, nextBaseFee } from '../runtime/block/headerRules.ts'
import { createChainRules } from '../runtime/chainRules.ts'
import type { BlockFacts } from '../runtime/evm/chainEvm.ts'
import { createNativeContracts } from '../runtime/evm/nativeContracts.ts'
import { createKeyHasher, createStateRoot } from '../runtime/state/stateRoot.ts'
import { decodeStoredHeader } from './backend/decodeStored.ts'
import { answerAccessList, answerCall, answerEstimate, type EvmWorld } from './backend/evmAnswers.ts'
import { probeCrypto } from './crypto.ts'
import type { EvmJob, EvmJobKind, EvmReply, EvmWorkerData } from './evmWorkerPool.ts'
import { type ChainSnapshot, openChainReader } from './storage/chainStore.ts'

assert(parentPort !== null, 'evmWorker.ts runs as a worker thread')
const port = parentPort
const { folder, params, genesisHash, callGas } = workerData as EvmWorkerData
const rules = createChainRules(params, { natives: createNativeContracts(), crypto: await probeCrypto() })
const hasher = createKeyHasher(rules.keccak)
const reader = await openChainReader(folder)

/**
 * The block after the head, as far as it is known: gas is estimated for it, since natives store heights and times. A
 * second later than the head at least: writing what is there already would look too cheap.
 */
function blockAfter(hash: Uint8Array, header: Header): BlockFacts {
  return {
    ...header,
    parentHash: hash,
    number: header.number + 1,
    timestamp: Math.max(header.timestamp + 1, Math.floor(Date.now() / 1000)),
    mixHash: mixHashOf(rules.keccak, hash),
    baseFeeWei: nextBaseFee(params, header),
  }
}

function worldAt(snapshot: ChainSnapshot, kind: EvmJobKind, { height }: EvmRequest): EvmWorld {
  const head = snapshot.head()
  const bytes = snapshot.header(height)
  assert(head !== undefined && bytes !== undefined, `block ${height} is not held`)
  const header = decodeStoredHeader(bytes)
  const store = height === head.height ? snapshot.state : snapshot.stateAfter(height)?.state
  assert(store !== undefined, `the state after block ${height} is not held`)
  const isNext = kind !== 'call' && height === head.height
  const block = isNext ? blockAfter(head.hash, header) : header
  return { rules, genesisHash, block, state: createStateRoot(header.stateRoot, store, hasher) }
}

const ANSWERS = { call: answerCall, estimateGas: answerEstimate, accessList: answerAccessList } as const

async function answer(kind: EvmJobKind, request: EvmRequest) {
  const snapshot = reader.snapshot()
  try {
    return await ANSWERS[kind](worldAt(snapshot, kind, request), request, callGas)
  } finally {
    await snapshot.close()
  }
}

const reply = (message: EvmReply) => port.postMessage(message)

port.on('message', async (job: EvmJob) => {
  if (job.kind === 'close') {
    await reader.close()
    return port.close()
  }
  try {
    reply({ kind: 'done', outcome: await answer(job.kind, job.request) })
  } catch (error) {
    reply({ kind: 'fault', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
reply({ kind: 'ready' })
