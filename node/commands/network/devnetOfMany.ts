/** `openledger devnet --validators N`: N real processes with keys, data folders and ports of their own, one log. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { DEVNET_DEFAULTS } from '../../../genesis/devnet.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { logText } from '../../cli/logText.ts'
import { formatOpen } from '../../cli/table.ts'
import { CommandError } from '../../cli/terminal.ts'
import { type LocalNetwork, type LocalNode, prepareLocalNetwork } from '../../devnet/localNetwork.ts'
import { type NodeProcess, NodeProcessError, startNodeProcess } from '../../devnet/nodeProcess.ts'
import { NetworkError } from '../../network.ts'
import { closeOnSignal } from '../closeOnSignal.ts'

export interface DevnetOfManyCommand {
  readonly validators: number
  readonly port: number
  readonly host: string
  readonly blockTime: number
  readonly epochBlocks?: number
  readonly automine?: boolean
  readonly data?: string
  readonly influence: readonly string[]
  readonly silent?: boolean
  readonly json?: boolean
}

/** By which the nodes' lines are told apart. */
const COLOURS = [pc.cyan, pc.magenta, pc.yellow, pc.green, pc.blue, pc.red] as const

export async function runDevnetOfMany(options: DevnetOfManyCommand): Promise<void> {
  if (options.automine === true)
    throw new CommandError('--automine is for one validator', 'Several make blocks by time; --block-time sets it.')
  if (options.blockTime < 1)
    throw new CommandError('--block-time is at least 1 with several validators', 'Headers count whole seconds.')
  const folder = options.data ?? mkdtempSync(join(tmpdir(), 'openledger-devnet-'))
  const local = await prepare(folder, options)
  const isPlain = options.silent !== true && options.json !== true
  const early: string[] = []
  let print = (line: string): void => {
    early.push(line)
  }
  const say = (index: number, line: string) => {
    const label = COLOURS[index % COLOURS.length]!(`[${index}]`)
    if (options.json === true) console.error(JSON.stringify({ node: index, ...parse(line) }))
    else if (isPlain) print(logText(line, `${label} `))
  }
  if (isPlain) console.log(pc.dim(`Starting ${local.nodes.length} validators …`))
  const processes = local.nodes.map((node) => start(node, (line) => say(node.index, line)))
  let isClosing = false
  const close = async () => {
    isClosing = true
    await Promise.all(processes.map((process) => process.stop()))
    if (options.data === undefined) rmSync(folder, { recursive: true, force: true })
  }
  const closeAsked = async () => {
    if (isPlain) console.log(pc.dim('Stopping after the block at work …'))
    await close()
    if (isPlain && options.data !== undefined) console.log(pc.dim(`Stopped; --data ${options.data} goes on from here.`))
  }
  closeOnSignal({ close: closeAsked })
  try {
    await Promise.all(processes.map((process) => process.described))
  } catch (error) {
    // Asked to end while they start: that is no failure.
    if (isClosing) return
    await close()
    throw error instanceof NodeProcessError ? new CommandError(error.message) : error
  }
  if (options.json === true) console.log(JSON.stringify(await describe(local, processes)))
  else if (isPlain) console.log(await banner(local, processes, folder, options))
  for (const line of early) console.log(line)
  print = console.log
  // Nothing is started again behind the user's back: what ends is said, and the rest goes on.
  const sayEnd = (index: number, how: string) => {
    if (!(isClosing && how === 'status 0')) say(index, JSON.stringify({ level: 'error', message: `ended with ${how}` }))
  }
  for (const [index, process] of processes.entries()) void process.ended.then((how) => sayEnd(index, how))
}

function start(node: LocalNode, onLine: (line: string) => void): NodeProcess {
  return startNodeProcess({ label: `node ${node.index}`, args: node.args, onLine })
}

async function prepare(folder: string, options: DevnetOfManyCommand): Promise<LocalNetwork> {
  const { validators, port, host, influence, epochBlocks = DEVNET_DEFAULTS.epochBlocks } = options
  const devnet = { validators, epochBlocks, blockIntervalMs: Math.round(options.blockTime * 1000) }
  try {
    return await prepareLocalNetwork({ folder, port, host, influence, devnet })
  } catch (error) {
    throw error instanceof NetworkError ? new CommandError(error.message) : error
  }
}

/** A node's JSON line; what is none, as it is. */
function parse(line: string): { readonly message: string } {
  try {
    return JSON.parse(line)
  } catch {
    return { message: line }
  }
}

async function describe({ network, networkFile, nodes }: LocalNetwork, processes: readonly NodeProcess[]) {
  const described = await Promise.all(processes.map((process) => process.described))
  return {
    ...described[0]!,
    networkFile,
    accounts: network.devKeys!.accounts.map(({ address, key }) => ({
      address: toHex(address),
      privateKey: toHex(key),
    })),
    nodes: nodes.map(({ folder }, i) => ({ ...described[i]!, pid: processes[i]!.pid, data: folder })),
  }
}

async function banner(
  local: LocalNetwork,
  processes: readonly NodeProcess[],
  folder: string,
  options: DevnetOfManyCommand,
): Promise<string> {
  const { accounts, nodes, chainId } = await describe(local, processes)
  const { validators, allocations } = local.network
  const balanceOf = (address: string) =>
    formatOpen(allocations.find((one) => toHex(one.address) === address)?.balanceWei ?? 0n)
  return [
    '',
    `${pc.bold('  OpenLedger devnet')}${pc.dim(`  ${nodes.length} validators, each a process; all keys below are public`)}`,
    '',
    pc.bold('  Accounts'),
    ...accounts.map(({ address, privateKey }, i) => `  (${i}) ${address}  ${privateKey}  ${balanceOf(address)} OPEN`),
    '',
    pc.bold('  Validators'),
    ...nodes.flatMap(({ pid, rpcUrl, p2pAddresses, data }, i) => [
      `  ${COLOURS[i % COLOURS.length]!(`[${i}]`)} ${pc.underline(rpcUrl)}  process ${pid}  ${pc.dim(data)}`,
      pc.dim(`      ${p2pAddresses?.[0] ?? ''}`),
    ]),
    '',
    `  Chain id   ${chainId}`,
    `  Blocks     every ${options.blockTime} s, final when ${Math.floor((2 * validators.length) / 3) + 1} of ${validators.length} agree`,
    `  Network    ${local.networkFile}`,
    `  Data       ${options.data ?? `${folder}: gone at exit; --data FOLDER keeps it`}`,
    '',
  ].join('\n')
}
