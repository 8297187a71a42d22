/** `openledger run`: a node of a network of several, as a validator with its keys or as an observer. */
import pc from 'picocolors'
import type { BackendChoice } from '../../../influence/backends/backendChoice.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { CommandError } from '../../cli/terminal.ts'
import type { Identity } from '../../config.ts'
import { readPassword } from '../../keys/password.ts'
import { openPeerKey } from '../../keys/peerKey.ts'
import { openValidatorKeys } from '../../keys/validatorKeys.ts'
import type { RunningNode } from '../../node.ts'
import { closeOnSignal } from '../closeOnSignal.ts'
import { createTerminalLog, type LogCommand, openNode } from '../nodeCommand.ts'
import { keyFolderOf } from './init.ts'

export interface RunCommand extends LogCommand {
  readonly network: string
  readonly data: string
  readonly validator?: boolean
  readonly devValidator?: number
  readonly passwordFile?: string
  readonly forgetVotes?: boolean
  readonly host: string
  readonly port: number
  readonly p2pHost: string
  readonly p2pPort: number
  readonly announce: readonly string[]
  readonly bootstrap: readonly string[]
  readonly peersMax: number
  readonly influence: BackendChoice
}

export async function runNode(options: RunCommand): Promise<void> {
  const terminal = createTerminalLog(options)
  const node = await openNode({
    networkFile: options.network,
    folder: options.data,
    host: options.host,
    port: options.port,
    identity: await identityOf(options),
    peers: {
      listen: [`/ip4/${options.p2pHost}/tcp/${options.p2pPort}`],
      announce: options.announce,
      bootstrap: options.bootstrap,
      peersMax: options.peersMax,
    },
    mayForgetVotes: options.forgetVotes === true,
    blockIntervalMs: null,
    isAutomine: false,
    influence: options.influence,
    log: terminal.log,
  })
  terminal.begin(options.json === true ? JSON.stringify(describe(node)) : banner(node, options))
  closeOnSignal(node)
}

async function identityOf(options: RunCommand): Promise<Identity> {
  const { validator, devValidator, data, passwordFile } = options
  if (validator === true && devValidator !== undefined)
    throw new CommandError('--validator and --dev-validator exclude each other', 'The first uses the keys in --data.')
  if (devValidator !== undefined) return { kind: 'published', validator: devValidator }
  if (validator !== true) return { kind: 'own', blsSecret: null, p2pSecret: openPeerKey(data) }
  const password = await readPassword(passwordFile, { input: process.stdin, output: process.stderr })
  return { kind: 'own', ...(await openValidatorKeys(keyFolderOf(data), password)) }
}

/** What a script needs to use and to join the node. */
function describe({ rpc, network, genesisHash, peers }: RunningNode) {
  return {
    rpcUrl: rpc.httpUrl,
    wsUrl: rpc.wsUrl,
    chainId: Number(network.params.chainId),
    genesisHash: toHex(genesisHash),
    peerId: peers?.self ?? null,
    p2pAddresses: peers?.addresses() ?? [],
  }
}

function banner(node: RunningNode, { data, validator, devValidator }: RunCommand): string {
  const { rpcUrl, wsUrl, chainId, genesisHash, p2pAddresses } = describe(node)
  const role = validator === true || devValidator !== undefined ? 'validator' : 'observer: follows, casts no vote'
  return [
    '',
    `${pc.bold(`  OpenLedger ${node.network.params.name}`)}  ${pc.dim(role)}`,
    '',
    `  Chain id   ${chainId}`,
    `  Genesis    ${genesisHash}`,
    `  Data       ${data}`,
    ...p2pAddresses.map((address, i) => `  ${i === 0 ? 'Peers at  ' : '          '} ${address}`),
    `  RPC        ${pc.underline(rpcUrl)}  ${wsUrl}`,
    '',
  ].join('\n')
}
