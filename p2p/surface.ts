/** What other rooms see of the network: peers, direct frames, gossip and questions. Bytes stay opaque here. */

/** Text of a libp2p peer id, `12D3KooW…`. */
export type PeerId = string

/** What is asked of one peer, and answered by one: bytes are the messages of `primitives/wire`. */
export type Query = 'status' | 'candidate' | 'sealing' | 'blocks'
export type Topic = 'block' | 'transaction'

export interface NetworkEvents {
  /** The handshake found the same network. */
  connected(peer: PeerId): void
  disconnected(peer: PeerId): void
  /** One frame of the peer's direct stream: a vote, certificate, proposal or attestation. */
  message(peer: PeerId, frame: Uint8Array): void
  /** Whether it is worth forwarding; `reject` costs the peer that sent it. */
  gossip(topic: Topic, peer: PeerId, bytes: Uint8Array): Promise<'accept' | 'ignore' | 'reject'>
  /** Throws a refusal's text for what cannot be answered. */
  query(peer: PeerId, query: Query, request: Uint8Array): Promise<Uint8Array>
}

export interface Network {
  /** Events come only after this. */
  listen(events: NetworkEvents): void
  peers(): readonly PeerId[]
  /** The peer id of a validator is its registered Ed25519 key (consensus.md §4). */
  peerIdOf(p2pKey: Uint8Array): PeerId
  /** Queued on the direct stream; beyond the bound the oldest frame is dropped (consensus.md §9). */
  send(peer: PeerId, frame: Uint8Array): void
  publish(topic: Topic, bytes: Uint8Array): void
  /** Rejects on refusal, disconnection or deadline. */
  ask(peer: PeerId, query: Query, request: Uint8Array): Promise<Uint8Array>
  ban(peer: PeerId, reason: string): void
}
