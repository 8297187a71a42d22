/** net_ methods. */
import { quantity } from '../format/quantity.ts'
import { type MethodTable, method } from './method.ts'

export const netMethods: MethodTable = {
  net_version: method([], ({ backend }) => backend.chainId.toString()),
  net_listening: method([], () => true),
  net_peerCount: method([], ({ backend }) => quantity(backend.status().peers)),
}
