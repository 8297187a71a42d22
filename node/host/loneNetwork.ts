/** The network of a validator who is all of it: nobody to hear, nobody to tell. */
import type { Network } from '../../p2p/surface.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { TransactionPeers } from './transactions/transactionGossip.ts'

export const loneNetwork: Network & TransactionPeers = {
  self: '',
  listen() {},
  peers: () => [],
  peerIdOf: toHex,
  send() {},
  publish() {},
  ask: () => Promise.reject(new Error('there are no peers')),
  askTransactions: () => Promise.reject(new Error('there are no peers')),
  charge() {},
  ban() {},
}
