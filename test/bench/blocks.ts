/** `npm run bench -- blocks`: blocks and transfers a second of a devnet of one validator, on this disk, over HTTP. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Hex, parseGwei } from 'viem'
import { devAccount } from '../../node/cli/account.ts'
import { createLog } from '../../node/log.ts'
import { DEVNET_FILE } from '../../node/network.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { ask, type ChainClient, connectChain } from '../../studio/chain/client.ts'

const EMPTY_BLOCKS = 500
const SINGLE_TRANSFERS = 300
/** Ten senders, so that none passes the pool's bound per account. */
const SENDERS = 10
const BURST_TRANSFERS = 5_000
const DEVNET_CHAIN_ID = 77_116_120

const nonces = Array.from({ length: SENDERS }, () => 0)
const singles = await signAll(SINGLE_TRANSFERS)
const burst = await signAll(BURST_TRANSFERS)
const folder = await mkdtemp(path.join(tmpdir(), 'openledger-bench-'))
const node = await openNode(folder)
try {
  const client = await connectChain(node.rpc.httpUrl)
  await ask(client, 'evm_mine', [1])
  await report('empty blocks', EMPTY_BLOCKS, () => ask(client, 'evm_mine', [EMPTY_BLOCKS]))
  await ask(client, 'evm_setAutomine', [true])
  await report('blocks of one transfer, each sent once the last one is mined', SINGLE_TRANSFERS, async () => {
    for (const raw of singles) await mined(client, await client.sendRawTransaction({ serializedTransaction: raw }))
  })
  await report('transfers of ten senders, each sending one after another', BURST_TRANSFERS, async () => {
    const lanes = Array.from({ length: SENDERS }, (_, lane) => burst.filter((_, i) => i % SENDERS === lane))
    const last = await Promise.all(lanes.map((lane) => sendAll(client, lane)))
    for (const hash of last) await mined(client, hash)
  })
} finally {
  await node.close()
  await rm(folder, { recursive: true, force: true })
}

function openNode(at: string): Promise<RunningNode> {
  return startNode({
    networkFile: DEVNET_FILE,
    folder: at,
    host: '127.0.0.1',
    port: 0,
    identity: { kind: 'published', validator: 0 },
    peers: null,
    mayForgetVotes: true,
    blockIntervalMs: 0,
    isAutomine: false,
    influence: 'js',
    log: createLog('error', () => {}),
    onFault(error) {
      console.error(error)
      process.exit(70)
    },
  })
}

/** Beside the rate the processor time of each, which other programs on the machine do not lengthen. */
async function report(what: string, count: number, run: () => Promise<unknown>): Promise<void> {
  const startMs = performance.now()
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - startMs) / 1000
  const cpuMs = (user + system) / 1000 / count
  const rate = `${(count / seconds).toFixed(0)} a second, ${cpuMs.toFixed(2)} ms of processor time each`
  console.log(`${what}: ${count} in ${seconds.toFixed(2)} s, ${rate}`)
}

/** Transfers of all senders in turn, from each one's next nonce on; before the node starts, since signing takes long. */
function signAll(count: number): Promise<Hex[]> {
  const accounts = Array.from({ length: SENDERS }, (_, i) => devAccount(i))
  const sign = (i: number) =>
    accounts[i % SENDERS]!.signTransaction({
      chainId: DEVNET_CHAIN_ID,
      type: 'eip1559',
      to: accounts[(i + 1) % SENDERS]!.address,
      value: 1n,
      nonce: nonces[i % SENDERS]!++,
      gas: 21_000n,
      maxFeePerGas: parseGwei('10'),
      maxPriorityFeePerGas: 1n,
    })
  return Promise.all(Array.from({ length: count }, (_, i) => sign(i)))
}

/** In order, as nonces want it; answers the last one's hash. */
async function sendAll(client: ChainClient, raws: readonly Hex[]): Promise<Hex> {
  let last: Hex | undefined
  for (const raw of raws) last = await client.sendRawTransaction({ serializedTransaction: raw })
  return last!
}

async function mined(client: ChainClient, hash: Hex): Promise<void> {
  while ((await ask(client, 'eth_getTransactionReceipt', [hash])) === null);
}
