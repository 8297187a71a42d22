/** Loads a network file for this node: rules, block 0, checked proofs. */
import { readFileSync } from 'node:fs'
import { genesisInput } from '../genesis/block0.ts'
import { fieldText } from '../genesis/fields.ts'
import { type LoadedNetwork, loadNetwork } from '../genesis/load.ts'
import type { Network } from '../genesis/network.ts'
import { type ChainRules, createChainRules } from '../runtime/chainRules.ts'
import type { RuntimeCrypto } from '../runtime/crypto.ts'
import { createGenesisBlock, type GenesisBlock } from '../runtime/execution/genesisBlock.ts'

export interface OpenedNetwork {
  readonly network: LoadedNetwork
  readonly rules: ChainRules
  readonly genesis: GenesisBlock
}

/** The network file is missing, or a field of it is wrong. */
export class NetworkError extends Error {
  readonly code: string
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'NetworkError'
    this.code = code
  }
}

export const DEVNET_FILE = new URL('../genesis/networks/devnet.json', import.meta.url)

export function openNetwork(file: URL | string, crypto: RuntimeCrypto): OpenedNetwork {
  let made: { rules: ChainRules; genesis: GenesisBlock } | undefined
  const network = loadNetwork(readNetworkFile(file), crypto.bls, (parsed) => {
    made = makeGenesis(parsed, crypto)
    return made.genesis.hash
  })
  if ('kind' in network) throw new NetworkError(network.code, `${file}: ${fieldText(network)}`)
  return { network, ...made! }
}

function readNetworkFile(file: URL | string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new NetworkError('NetworkUnreadable', `cannot read the network file ${file}`, error)
  }
}

function makeGenesis(network: Network, crypto: RuntimeCrypto): { rules: ChainRules; genesis: GenesisBlock } {
  const rules = createChainRules(network.params, { crypto })
  return { rules, genesis: createGenesisBlock(rules, genesisInput(network)) }
}

/** Hash of block 0; it does not depend on the proofs, which sign over it. */
export function genesisHashOf(network: Network, crypto: RuntimeCrypto): Uint8Array {
  return makeGenesis(network, crypto).genesis.hash
}
