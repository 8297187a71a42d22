/** `openledger devnet`: a chain of one validator, printed the way anvil prints one. */
import pc from 'picocolors'
import type { BackendChoice } from '../../influence/backends/backendChoice.ts'
import { NATIVES } from '../../precompiles/natives.ts'
import { toHex } from '../../primitives/bytes.ts'
import { formatOpen } from '../cli/table.ts'
import { CommandError } from '../cli/terminal.ts'
import { DEVNET_FILE } from '../network.ts'
import type { RunningNode } from '../node.ts'
import { closeOnSignal } from './closeOnSignal.ts'
import { createTerminalLog, type LogCommand, openNode } from './nodeCommand.ts'

interface DevnetCommand extends LogCommand {
  readonly port: number
  readonly host: string
  readonly blockTime: number
  readonly automine?: boolean
  readonly epochBlocks?: number
  readonly data?: string
  /** One. */
  readonly influence: readonly BackendChoice[]
}

export async function runDevnet(options: DevnetCommand): Promise<void> {
  const { json: isJson = false, silent: isSilent = false } = options
  const [influence, ...others] = options.influence
  if (influence === undefined || others.length > 0)
    throw new CommandError('--influence takes one back end for one validator', '--validators makes more of them.')
  if (options.epochBlocks !== undefined)
    throw new CommandError('--epoch-blocks is for several validators', '--validators makes more of them.')
  const terminal = createTerminalLog(options)
  const node = await openNode({
    networkFile: DEVNET_FILE,
    folder: options.data ?? null,
    host: options.host,
    port: options.port,
    identity: { kind: 'published', validator: 0 },
    peers: null,
    // Alone, nobody can be told two things.
    mayForgetVotes: true,
    blockIntervalMs: options.automine === true ? 0 : Math.round(options.blockTime * 1000),
    isAutomine: options.automine === true,
    influence,
    log: terminal.log,
  })
  if (isJson) terminal.begin(JSON.stringify(describe(node)))
  else terminal.begin(isSilent ? undefined : banner(node, options))
  closeOnSignal(node)
}

/** One JSON object: what a script needs to use the chain. */
function describe({ rpc, network, genesisHash }: RunningNode) {
  return {
    rpcUrl: rpc.httpUrl,
    wsUrl: rpc.wsUrl,
    chainId: Number(network.params.chainId),
    genesisHash: toHex(genesisHash),
    accounts: network.devKeys!.accounts.map(({ address, key }) => ({
      address: toHex(address),
      privateKey: toHex(key),
    })),
    natives: Object.fromEntries(NATIVES.map(({ name, address }) => [name, toHex(address)])),
    validators: network.validators.map(({ operator, stakeWei }) => ({
      operator: toHex(operator),
      stakeWei: `${stakeWei}`,
    })),
  }
}

function banner(node: RunningNode, options: DevnetCommand): string {
  const { accounts, natives, validators, rpcUrl, wsUrl, chainId } = describe(node)
  const balanceOf = (address: string) =>
    formatOpen(node.network.allocations.find((one) => toHex(one.address) === address)?.balanceWei ?? 0n)
  const blocks = options.automine === true ? 'one per transaction' : `every ${options.blockTime} s`
  return [
    '',
    pc.bold('  OpenLedger devnet') +
      pc.dim('  a chain of one validator; all keys below are public, never use them elsewhere'),
    '',
    pc.bold('  Accounts'),
    ...accounts.map(
      ({ address }, i) => `  (${i}) ${address}  ${balanceOf(address)} OPEN${i === 0 ? '  dev admin' : ''}`,
    ),
    '',
    pc.bold('  Private keys'),
    ...accounts.map(({ privateKey }, i) => `  (${i}) ${privateKey}`),
    pc.dim(`  mnemonic: ${node.network.devKeys!.mnemonic}`),
    '',
    pc.bold('  Native contracts'),
    ...Object.entries(natives).map(([name, address]) => `  ${name.padEnd(13)} ${address}`),
    '',
    pc.bold('  Validators'),
    ...validators.map(({ operator, stakeWei }) => `  ${operator}  stake ${formatOpen(BigInt(stakeWei))} OPEN`),
    '',
    `  Chain id   ${chainId}`,
    `  Blocks     ${blocks}`,
    `  Data       ${options.data ?? 'temporary: gone at exit; --data FOLDER keeps it'}`,
    `  RPC        ${pc.underline(rpcUrl)}  ${wsUrl}`,
    '',
  ].join('\n')
}
