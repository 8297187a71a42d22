/** A devnet of several validators on this machine: its network file, and how each of its nodes is started. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { genesisInput } from '../../genesis/block0.ts'
import { createDevnet, DEVNET_DEFAULTS, type DevnetOptions, predeployCodes } from '../../genesis/devnet.ts'
import type { LoadedNetwork } from '../../genesis/load.ts'
import { peerIdOf } from '../../p2p/identity.ts'
import { createChainRules } from '../../runtime/chainRules.ts'
import { createGenesisBlock } from '../../runtime/execution/genesisBlock.ts'
import { probeCrypto } from '../crypto.ts'
import { DEVNET_FILE, NetworkError, openNetwork } from '../network.ts'
import { freePorts } from './freePorts.ts'

export interface LocalNetworkOptions {
  /** Network file and data folders go here; a network that is there already is continued. */
  readonly folder: string
  /** RPC port of node 0, the others follow; 0 takes free ones. */
  readonly port: number
  readonly host: string
  /** Back end of each node's influence worker, by place; the last one is for the rest. */
  readonly influence: readonly string[]
  readonly devnet: Partial<Omit<DevnetOptions, 'predeploys'>>
}

export interface LocalNode {
  readonly index: number
  readonly folder: string
  readonly rpcUrl: string
  /** Multiaddr, with its peer id. */
  readonly p2pAddress: string
  /** Arguments of `openledger`. */
  readonly args: readonly string[]
}

export interface LocalNetwork {
  readonly network: LoadedNetwork
  readonly networkFile: string
  readonly nodes: readonly LocalNode[]
}

/** Writes the network file and chooses the ports. Throws `NetworkError` where the folder holds another network. */
export async function prepareLocalNetwork(options: LocalNetworkOptions): Promise<LocalNetwork> {
  const { folder, host, influence } = options
  const networkFile = path.join(folder, 'network.json')
  const network = await writeNetwork(networkFile, options)
  const count = network.validators.length
  const free = await freePorts(2 * count)
  const p2pPorts = free.slice(count)
  const rpcPorts = options.port === 0 ? free : p2pPorts.map((_, i) => options.port + i)
  const addresses = network.devKeys!.validators.map(({ operator }, i) => {
    const { p2pKey } = network.validators.find((validator) => Buffer.from(validator.operator).equals(operator))!
    return `/ip4/127.0.0.1/tcp/${p2pPorts[i]}/p2p/${peerIdOf(p2pKey)}`
  })
  const nodes = addresses.map((p2pAddress, index) => {
    const data = path.join(folder, `node${index}`)
    const others = addresses.filter((__, i) => i !== index)
    const args = [
      ...['run', '--json', '--network', networkFile, '--data', data, '--dev-validator', `${index}`],
      ...['--host', host, '--port', `${rpcPorts[index]}`],
      ...['--p2p-host', '127.0.0.1', '--p2p-port', `${p2pPorts[index]}`],
      ...['--influence', influence[index] ?? influence.at(-1) ?? 'auto'],
      ...(others.length > 0 ? ['--bootstrap', ...others] : []),
    ]
    return { index, folder: data, rpcUrl: `http://127.0.0.1:${rpcPorts[index]}`, p2pAddress, args }
  })
  return { network, networkFile, nodes }
}

/** The same options give the same file, so a folder is continued only by the options that made it. */
async function writeNetwork(file: string, { devnet }: LocalNetworkOptions): Promise<LoadedNetwork> {
  const crypto = await probeCrypto()
  const predeploys = predeployCodes(openNetwork(DEVNET_FILE, crypto).network)
  const { text, network } = createDevnet({ ...DEVNET_DEFAULTS, ...devnet, predeploys }, crypto.bls, (unproved) => {
    return createGenesisBlock(createChainRules(unproved.params, { crypto }), genesisInput(unproved)).hash
  })
  mkdirSync(path.dirname(file), { recursive: true })
  if (existsSync(file) && readFileSync(file, 'utf8') !== text)
    throw new NetworkError('AnotherNetwork', `${file} is a network of other options; another folder makes a new one`)
  writeFileSync(file, text)
  return network
}
