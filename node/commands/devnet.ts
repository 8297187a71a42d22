/** `openledger devnet`: a chain of one validator, printed the way anvil prints one. */
import pc from 'picocolors'
import type { BackendChoice } from '../../influence/backends/backendChoice.ts'
import { NATIVES } from '../../precompiles/natives.ts'
import { toHex } from '../../primitives/bytes.ts'
import { RpcListenError } from '../../rpc/server.ts'
import { formatOpen } from '../cli/table.ts'
import { CommandError } from '../cli/terminal.ts'
import { DEVNET_FILE, NetworkError } from '../network.ts'
import { type RunningNode, startNode } from '../node.ts'
import { StoreError } from '../storage/storeError.ts'

interface DevnetCommand {
  readonly port: number
  readonly host: string
  readonly blockTime: number
  readonly automine?: boolean
  readonly data?: string
  readonly influence: BackendChoice
  readonly silent?: boolean
  readonly json?: boolean
}

export async function runDevnet(options: DevnetCommand): Promise<void> {
  const isPlain = options.silent !== true && options.json !== true
  let isPrinted = false
  const early: string[] = []
  const print = (line: string) => console.log(`${pc.dim(new Date().toISOString().slice(11, 19))} ${line}`)
  const log = (line: string) => {
    if (options.json === true) console.error(JSON.stringify({ time: new Date().toISOString(), message: line }))
    else if (isPlain && isPrinted) print(line)
    else if (isPlain) early.push(line)
  }
  const node = await start(options, log)
  if (options.json === true) console.log(JSON.stringify(describe(node)))
  else if (isPlain) console.log(banner(node, options))
  isPrinted = true
  for (const line of early) print(line)
  closeOnSignal(node)
}

async function start(options: DevnetCommand, log: (line: string) => void): Promise<RunningNode> {
  try {
    return await startNode({
      networkFile: DEVNET_FILE,
      folder: options.data ?? null,
      host: options.host,
      port: options.port,
      identity: { kind: 'published', validator: 0 },
      peers: null,
      mayForgetVotes: true,
      blockIntervalMs: options.automine === true ? 0 : Math.round(options.blockTime * 1000),
      isAutomine: options.automine === true,
      influence: options.influence,
      log,
      onFault(error) {
        console.error(error)
        process.exit(70)
      },
    })
  } catch (error) {
    if (error instanceof RpcListenError)
      throw new CommandError(error.message, 'Another devnet may be running; --port chooses another port, 0 a free one.')
    if (error instanceof StoreError || error instanceof NetworkError) throw new CommandError(error.message)
    throw error
  }
}

/** The first signal closes cleanly, a second one ends at once. */
function closeOnSignal(node: RunningNode): void {
  let isClosing = false
  const onSignal = () => {
    if (isClosing) process.exit(130)
    isClosing = true
    node.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(70)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
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
