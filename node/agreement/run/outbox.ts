/** Messages on their way out: votes and proposals to validators, certificates to all (consensus.md §4). */
import { encodeMessage } from '../../../consensus/messages.ts'
import type { Message, PeerId } from '../../../consensus/step.ts'
import type { Network } from '../../../p2p/surface.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Epoch } from '../../../primitives/validatorSet.ts'
import type { Clock } from '../ports.ts'

/** R8: a validator that is behind is told so at most once in this time. */
const REMIND_MS = 1_000

export interface Outbox {
  /** Index of the validator whose peer it is; undefined: none of this epoch's. */
  signerOf(peer: PeerId): number | undefined
  peerOf(signer: number): PeerId
  send(to: PeerId | 'all', messages: readonly Message[]): void
  /** A frame to every other validator that is connected. */
  toValidators(frame: Uint8Array): void
  remind(signer: number, finalization: Certificate): void
}

export interface OutboxOptions {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly network: Pick<Network, 'peers' | 'send' | 'peerIdOf'>
  readonly epoch: Epoch
}

export function createOutbox({ clock, network, epoch }: OutboxOptions): Outbox {
  const peerIds = epoch.validators.map(({ p2pKey }) => network.peerIdOf(p2pKey))
  const signers = new Map(peerIds.map((peer, signer) => [peer, signer]))
  const remindedMs = new Map<number, number>()
  const frameOf = (message: Message) => encodeMessage(epoch.number, message)
  const isFor = (peer: PeerId, { kind }: Message) => kind === 'certificate' || signers.has(peer)
  const toValidators = (frame: Uint8Array) => {
    for (const peer of network.peers()) if (signers.has(peer)) network.send(peer, frame)
  }
  return {
    signerOf: (peer) => signers.get(peer),
    peerOf: (signer) => peerIds[signer]!,
    send(to, messages) {
      for (const message of messages) {
        const peers = (to === 'all' ? network.peers() : [to]).filter((peer) => isFor(peer, message))
        if (peers.length === 0) continue
        const frame = frameOf(message)
        for (const peer of peers) network.send(peer, frame)
      }
    },
    toValidators,
    remind(signer, certificate) {
      const nowMs = clock.nowMs()
      if (nowMs - (remindedMs.get(signer) ?? Number.NEGATIVE_INFINITY) < REMIND_MS) return
      remindedMs.set(signer, nowMs)
      network.send(peerIds[signer]!, frameOf({ kind: 'certificate', certificate }))
    },
  }
}
