/** A node's data folder: stopped and started again, repaired after damage, with what was submitted still waiting. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Hex, parseGwei } from 'viem'
import { devAccount } from '../../node/cli/account.ts'
import { createLog } from '../../node/log.ts'
import { DEVNET_FILE } from '../../node/network.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { META } from '../../node/storage/chainReader.ts'
import { decodeHead, openDatabase, openTables, writeBatch } from '../../node/storage/tables.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { ask, type ChainClient, connectChain } from '../../studio/chain/client.ts'
import { inFolder } from './inFolder.ts'

const BLOCKS = 5

async function withNode<T>(
  folder: string,
  run: (client: ChainClient, log: string[]) => Promise<T>,
  isAutomine = false,
): Promise<T> {
  const log: string[] = []
  const node: RunningNode = await startNode({
    networkFile: DEVNET_FILE,
    folder,
    host: '127.0.0.1',
    port: 0,
    identity: { kind: 'published', validator: 0 },
    peers: null,
    mayForgetVotes: true,
    blockIntervalMs: 0,
    isAutomine,
    influence: 'js',
    log: createLog('info', (line) => log.push(line)),
    onFault(error) {
      throw error
    },
  })
  try {
    return await run(await connectChain(node.rpc.httpUrl), log)
  } finally {
    await node.close()
  }
}

const transfer = (client: ChainClient, nonce: number) =>
  client.sendTransaction({
    account: devAccount(0),
    chain: client.chain,
    to: devAccount(1).address,
    value: 1n,
    nonce,
    gas: 21_000n,
    maxFeePerGas: parseGwei('10'),
    maxPriorityFeePerGas: 1n,
  })

test('restart: head, receipts and waiting transactions are there again; a lost state root is executed anew', () =>
  inFolder(async (folder) => {
    const before = await withNode(folder, async (client) => {
      const hashes: Hex[] = []
      for (let i = 0; i < BLOCKS; i++) {
        hashes.push(await transfer(client, i))
        await ask(client, 'evm_mine', [])
      }
      const waiting = await transfer(client, BLOCKS)
      const gapped = await transfer(client, BLOCKS + 7)
      return { hashes, waiting, gapped, head: await client.getBlock() }
    })
    assert.is(before.head.number, BigInt(BLOCKS))

    await withNode(folder, async (client, log) => {
      assert.equal(await client.getBlock(), before.head)
      assert.equal(
        log.filter((line) => line.includes('executed again')),
        [],
      )
      for (const hash of before.hashes) assert.is((await client.getTransactionReceipt({ hash })).status, 'success')
      const fate = (hash: `0x${string}`) => ask<{ status: string }>(client, 'openledger_transactionStatus', [hash])
      assert.is((await fate(before.waiting)).status, 'pending')
      assert.is((await fate(before.gapped)).status, 'queued')
      await ask(client, 'evm_mine', [])
      assert.is((await fate(before.waiting)).status, 'mined')
    })

    await loseRoot(folder, before.head.stateRoot)
    await withNode(folder, async (client, log) => {
      assert.ok(
        log.some((line) => line.includes('executed again')),
        log.join('\n'),
      )
      assert.is(await client.getBlockNumber(), BigInt(BLOCKS + 1))
      assert.is((await client.getBlock({ blockNumber: BigInt(BLOCKS) })).hash, before.head.hash)
      assert.is((await client.getTransactionReceipt({ hash: before.waiting })).status, 'success')
    })
  }))

test('restart: with automine, what waited is mined at once, in as many blocks as it takes', () =>
  inFolder(async (folder) => {
    const waiting = await withNode(folder, (client) => Promise.all([burnGas(client, 0), burnGas(client, 1)]))
    const mined = async (client: ChainClient) => {
      const receipts = waiting.map((hash) => client.waitForTransactionReceipt({ hash, pollingInterval: 20 }))
      return (await Promise.all(receipts)).map(({ blockNumber }) => blockNumber).sort()
    }
    assert.equal(await withNode(folder, mined, true), [1n, 2n])
  }))

test('restart: without WAL and signer log a chain of one goes on from its store', () =>
  inFolder(async (folder) => {
    const head = await withNode(folder, async (client) => {
      await ask(client, 'evm_mine', [BLOCKS])
      return client.getBlock()
    })
    await rm(join(folder, 'agreement'), { recursive: true })
    await withNode(folder, async (client) => {
      assert.equal(await client.getBlock(), head)
      await ask(client, 'evm_mine', [2])
      const next = await client.getBlock({ blockNumber: BigInt(BLOCKS + 1) })
      assert.is(next.parentHash, head.hash)
      assert.is(await client.getBlockNumber({ cacheTime: 0 }), BigInt(BLOCKS + 2))
    })
  }))

/** Uses more than half of a block's gas at once: INVALID takes all of it. */
const burnGas = (client: ChainClient, account: number) =>
  client.sendTransaction({
    account: devAccount(account),
    chain: client.chain,
    data: '0xfe',
    nonce: 0,
    gas: 16_000_000n,
    maxFeePerGas: parseGwei('10'),
    maxPriorityFeePerGas: 1n,
  })

/** Deletes the newest two blocks' root nodes behind the store's back. */
async function loseRoot(folder: string, oldRoot: `0x${string}`): Promise<void> {
  const db = await openDatabase(folder)
  const tables = await openTables(db)
  const head = decodeHead(tables.meta.get(META.head)!)
  await writeBatch(db, [tables.node.del(head.stateRoot), tables.node.del(fromHex(oldRoot))])
  await db.close()
}

test.run()
