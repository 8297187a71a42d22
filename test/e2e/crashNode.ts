/** A whole node under load: sends transactions to itself over RPC, says what RPC told it line by line, until it is killed. */
import { parseEther, stringToHex } from 'viem'
import { devAccount } from '../../node/cli/account.ts'
import { createLog } from '../../node/log.ts'
import { DEVNET_FILE } from '../../node/network.ts'
import { startNode } from '../../node/node.ts'
import { type ChainClient, connectChain } from '../../studio/chain/client.ts'
import { createDatanet } from '../../studio/chain/datanet.ts'

const SENDERS = 3

const node = await startNode({
  networkFile: DEVNET_FILE,
  folder: process.argv[2]!,
  host: '127.0.0.1',
  port: 0,
  identity: { kind: 'published', validator: 0 },
  peers: null,
  mayForgetVotes: true,
  blockIntervalMs: 0,
  isAutomine: true,
  influence: 'js',
  log: createLog('error', () => {}),
  onFault(error) {
    console.error(error)
    process.exit(70)
  },
})
const client = await connectChain(node.rpc.httpUrl)
const say = (...words: readonly unknown[]) => process.stdout.write(`${words.join(' ')}\n`)
const senders = Array.from({ length: SENDERS }, (_, i) => sendForever(client, i))
await Promise.all([watchForever(client), createForever(client), ...senders])

/** Transfers of one account; every accepted hash is said, then every receipt seen. */
async function sendForever(chain: ChainClient, index: number): Promise<never> {
  const account = devAccount(index)
  for (let n = 0; ; n++) {
    const request = { account, chain: chain.chain, to: account.address, value: parseEther('0.1'), gas: 30_000n }
    const hash = await chain.sendTransaction({ ...request, data: stringToHex(`${n}`) })
    say('sent', hash)
    const receipt = await chain.waitForTransactionReceipt({ hash, pollingInterval: 5 })
    say('mined', hash, receipt.blockHash)
  }
}

/** Writes of a native, with logs, beside the transfers. */
async function createForever(chain: ChainClient): Promise<never> {
  const datanet = { name: 'crash', domain: 'text', licence: 'CC0-1.0', curation: 'open' } as const
  for (;;) await createDatanet(chain, devAccount(SENDERS), datanet)
}

async function watchForever(chain: ChainClient): Promise<never> {
  let last: bigint | undefined
  for (;;) {
    const { number, hash } = await chain.getBlock()
    if (number !== last) say('block', number, hash)
    last = number
  }
}
