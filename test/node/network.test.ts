/** Four validators on loopback: one chain, and a transaction that one of them was sent stands in it once. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseGwei } from 'viem'
import { genesisInput } from '../../genesis/block0.ts'
import { createDevnet, DEVNET_DEFAULTS, predeployCodes } from '../../genesis/devnet.ts'
import { devAccount } from '../../node/cli/account.ts'
import { probeCrypto } from '../../node/crypto.ts'
import { createLog } from '../../node/log.ts'
import { DEVNET_FILE, openNetwork } from '../../node/network.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { createChainRules } from '../../runtime/chainRules.ts'
import { createGenesisBlock } from '../../runtime/execution/genesisBlock.ts'
import { ask, connectChain } from '../../studio/chain/client.ts'
import { until } from '../cluster/until.ts'
import { inFolder } from './inFolder.ts'

const VALIDATORS = 4
const DEADLINE_MS = 90_000

async function networkFile(folder: string): Promise<string> {
  const crypto = await probeCrypto()
  const predeploys = predeployCodes(openNetwork(DEVNET_FILE, crypto).network)
  const { text } = createDevnet({ ...DEVNET_DEFAULTS, predeploys, validators: VALIDATORS }, crypto.bls, (network) => {
    return createGenesisBlock(createChainRules(network.params, { crypto }), genesisInput(network)).hash
  })
  const file = join(folder, 'network.json')
  await writeFile(file, text)
  return file
}

function openValidator(file: string, validator: number, bootstrap: readonly string[]): Promise<RunningNode> {
  return startNode({
    networkFile: file,
    folder: null,
    host: '127.0.0.1',
    port: 0,
    identity: { kind: 'published', validator },
    peers: { listen: ['/ip4/127.0.0.1/tcp/0'], announce: [], bootstrap, peersMax: 10 },
    mayForgetVotes: false,
    blockIntervalMs: 1_000,
    isAutomine: false,
    influence: 'js',
    log: createLog('error', console.error),
    onFault(error) {
      throw error
    },
  })
}

test('network: four validators agree on blocks, and a transaction sent to one is in one of them', () =>
  inFolder(async (folder) => {
    const file = await networkFile(folder)
    const nodes = [await openValidator(file, 0, [])]
    try {
      const known = [...nodes[0]!.peers!.addresses()]
      for (let i = 1; i < VALIDATORS; i++) nodes.push(await openValidator(file, i, known))
      const clients = await Promise.all(nodes.map(({ rpc }) => connectChain(rpc.httpUrl)))
      const [first, last] = [clients[0]!, clients.at(-1)!]
      const account = devAccount(0)
      const hash = await first.sendTransaction({
        account,
        chain: first.chain,
        to: devAccount(1).address,
        value: 1n,
        nonce: 0,
        gas: 21_000n,
        maxFeePerGas: parseGwei('10'),
        maxPriorityFeePerGas: 1n,
      })
      const receiptOf = () =>
        ask<{ blockHash: string; blockNumber: string } | null>(last, 'eth_getTransactionReceipt', [hash])
      await until('receipt', DEADLINE_MS, async () => (await receiptOf()) !== null)
      const receipt = (await receiptOf())!
      const height = Number(receipt.blockNumber) + 3
      for (const client of clients)
        await until(
          `height ${height}`,
          DEADLINE_MS,
          async () => (await client.getBlockNumber({ cacheTime: 0 })) >= BigInt(height),
        )
      for (let at = 1; at <= height; at++) {
        const blocks = await Promise.all(clients.map((client) => client.getBlock({ blockNumber: BigInt(at) })))
        assert.is(new Set(blocks.map((block) => block.hash)).size, 1, `one block at height ${at}`)
        assert.equal(blocks[0]!.transactions, blocks[0]!.hash === receipt.blockHash ? [hash] : [])
      }
      assert.is(await first.getTransactionCount({ address: account.address }), 1)
      await until('every peer', DEADLINE_MS, async () =>
        nodes.every(({ agreement }) => agreement.status().peers === VALIDATORS - 1),
      )
    } finally {
      await Promise.all(nodes.map((node) => node.close()))
    }
  }))

test.run()
