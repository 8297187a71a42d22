/** admin_ methods: this node's peers. They exist where RPC listens on loopback only: they show addresses, and make it dial. */
import { quantity } from '../format/quantity.ts'
import { param } from '../params/param.ts'
import { text } from '../params/shapes.ts'
import { REFUSED, RpcError } from '../rpcError.ts'
import { type MethodTable, method } from './method.ts'

const ADDRESS_CHARS_MAX = 128

export const adminMethods: MethodTable = {
  admin_peers: method([], ({ backend }) =>
    backend.peers!.infos().map((peer) => ({
      id: peer.peer,
      name: peer.client,
      network: { remoteAddress: peer.address, inbound: peer.isInbound },
      isValidator: peer.isValidator,
      connectedS: Math.floor(peer.connectedMs / 1000),
      queuedFrames: peer.queuedFrames,
      points: Math.round(peer.points),
    })),
  ),
  admin_bans: method([], ({ backend }) =>
    backend
      .peers!.status()
      .bans.map(({ peer, reason, leftMs }) => ({ id: peer, reason, leftS: Math.ceil(leftMs / 1000) })),
  ),
  admin_nodeInfo: method([], ({ backend }) => ({
    id: backend.peers!.self,
    name: backend.clientVersion,
    addresses: [...backend.peers!.addresses()],
    chainId: quantity(backend.chainId),
  })),
  /** Dialled from now on until it answers. */
  admin_addPeer: method([param('address', text(ADDRESS_CHARS_MAX))], ({ backend }, address) => {
    if (!backend.peers!.addPeer(address))
      throw new RpcError(REFUSED, `expected an address /ip4/…/tcp/…/p2p/12D3KooW…, got ${JSON.stringify(address)}`)
    return true
  }),
}
