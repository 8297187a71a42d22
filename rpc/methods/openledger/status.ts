/** openledger_status and openledger_transactionStatus: how the node is, and why a transaction is not mined. */
import type { Backend, PoolPlace } from '../../backend.ts'
import { hex, quantity } from '../../format/quantity.ts'
import type { Json } from '../../json.ts'
import { plainFields } from '../../ledger/plainJson.ts'
import { param } from '../../params/param.ts'
import { hash } from '../../params/shapes.ts'
import { type MethodTable, method } from '../method.ts'

function describe(place: PoolPlace): Json {
  switch (place.kind) {
    case 'pending':
      return {
        status: 'pending',
        position: place.position,
        of: place.of,
        explanation: `waits for a block, ${place.position} of ${place.of} by price`,
      }
    case 'waiting':
      return {
        status: 'waiting',
        baseFeeWei: place.baseFeeWei.toString(),
        maxFeeWei: place.maxFeeWei.toString(),
        blocking: hex(place.blocking),
        explanation: `waits for a lower base fee: it is ${place.baseFeeWei} wei, and ${hex(place.blocking)} pays at most ${place.maxFeeWei}`,
      }
    case 'queued':
      return {
        status: 'queued',
        nonce: quantity(place.nonce),
        nextNonce: quantity(place.nextNonce),
        explanation: `its nonce is ${place.nonce}, and the transaction with nonce ${place.nextNonce} has not arrived`,
      }
    case 'replaced':
      return { status: 'replaced', by: hex(place.by), explanation: 'another transaction of the same nonce pays more' }
    case 'dropped':
      return { status: 'dropped', reason: place.reason, explanation: `dropped: ${place.reason}` }
  }
}

async function transactionStatus(backend: Backend, wanted: Uint8Array): Promise<Json> {
  const mined = await backend.chain.placeOf(wanted)
  if (mined !== undefined) {
    const receipts = await backend.chain.receipts(mined.height)
    const isSuccess = receipts?.[mined.index]?.isSuccess ?? false
    return {
      status: 'mined',
      blockNumber: quantity(mined.height),
      transactionIndex: quantity(mined.index),
      isSuccess,
      explanation: `in block ${mined.height}, ${isSuccess ? 'succeeded' : 'failed'}`,
    }
  }
  const place = backend.pool.whereIs(wanted)
  if (place !== undefined) return describe(place)
  return { status: 'unknown', explanation: 'this node has not seen it, or dropped it long ago' }
}

export const statusMethods: MethodTable = {
  openledger_status: method([], ({ backend }) => {
    const head = backend.chain.head()
    const { influence, ...status } = backend.status()
    return {
      ...status,
      influence: plainFields(influence),
      chainId: quantity(backend.chainId),
      clientVersion: backend.clientVersion,
      genesisHash: hex(backend.genesisHash),
      head: { number: quantity(head.number), hash: hex(head.hash), timestamp: quantity(head.timestampS) },
    }
  }),
  openledger_transactionStatus: method([param('hash', hash)], ({ backend }, wanted) =>
    transactionStatus(backend, wanted),
  ),
}
