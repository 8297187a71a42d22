/** Peer ids and Ed25519 keys: the same thing in two forms (consensus.md §4). */
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import type { PeerId } from './surface.ts'

/** Text of the peer id of a 32-byte Ed25519 key. */
export function peerIdOf(p2pKey: Uint8Array): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(p2pKey)).toString()
}

/** From the 32-byte seed, which is what a key file keeps. */
export function privateKeyOf(p2pSecret: Uint8Array): Promise<Ed25519PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', p2pSecret)
}

export async function publicKeyOf(p2pSecret: Uint8Array): Promise<Uint8Array> {
  return (await privateKeyOf(p2pSecret)).publicKey.raw
}
