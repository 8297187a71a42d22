/** From a network file's text to a network whose proofs hold: parse, build block 0, check the proofs over its hash. */
import type { Bls } from '../primitives/bls.ts'
import type { FieldRefused } from './fields.ts'
import { type Network, parseNetwork } from './network.ts'
import { checkProofs } from './proofs.ts'

export interface LoadedNetwork extends Network {
  /** Hash of block 0, 32 bytes. */
  readonly genesisHash: Uint8Array
}

/** `hashBlock0` executes genesis and returns its hash; it is passed in since states are the runtime's and storage node's. */
export function loadNetwork(
  text: string,
  bls: Bls,
  hashBlock0: (network: Network) => Uint8Array,
): LoadedNetwork | FieldRefused {
  const network = parseNetwork(text)
  if ('kind' in network) return network
  const genesisHash = hashBlock0(network)
  return checkProofs(network, genesisHash, bls) ?? { ...network, genesisHash }
}
