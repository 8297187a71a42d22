/** The secrets that a node acts with: its own, or published ones of the network file. */
import type { LoadedNetwork } from '../genesis/load.ts'
import type { Identity } from './config.ts'
import { NetworkError } from './network.ts'

/** 32 bytes each. */
export interface Secrets {
  /** Null: an observer. */
  readonly blsSecret: Uint8Array | null
  /** Ed25519 seed. */
  readonly p2pSecret: Uint8Array
}

/** Throws `NetworkError` for keys that the file does not publish. */
export function secretsOf(identity: Identity, network: Pick<LoadedNetwork, 'devKeys'>): Secrets {
  if (identity.kind === 'own') return identity
  const keys = network.devKeys?.validators[identity.validator]
  if (keys !== undefined) return keys
  const count = network.devKeys?.validators.length ?? 0
  throw new NetworkError(
    'KeyNotPublished',
    `the network file publishes ${count} validators' keys, not of no. ${identity.validator}`,
  )
}
