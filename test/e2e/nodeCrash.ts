/** What a whole node said over RPC before it was killed, and the check that a restarted one says the same. */
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import type { Hex } from 'viem'
import { devAccount } from '../../node/cli/account.ts'
import { probeCrypto } from '../../node/crypto.ts'
import { DEVNET_FILE, openNetwork } from '../../node/network.ts'
import { ask, confirm } from '../../studio/chain/client.ts'
import { type CrashSubject, readBlockLine } from '../node/crashRun.ts'
import { openDevnet } from './devnet.ts'

export interface Said {
  /** Hashes that eth_sendRawTransaction answered. */
  readonly sent: Set<Hex>
  /** Transaction → hash of the block in its receipt. */
  readonly mined: Map<Hex, Hex>
}

/** The subject for `crashOnce`, and what its runs said. */
export async function createNodeSubject(): Promise<{ readonly subject: CrashSubject; readonly said: Said }> {
  const { network } = openNetwork(DEVNET_FILE, await probeCrypto())
  const said: Said = { sent: new Set(), mined: new Map() }
  const program = fileURLToPath(new URL('./crashNode.ts', import.meta.url))
  const subject: CrashSubject = {
    genesisHash: network.genesisHash,
    argsFor: (folder) => [program, folder],
    readLine(line) {
      const [word, hash, block] = line.split(' ') as [string, Hex, Hex]
      if (word === 'sent') said.sent.add(hash)
      if (word === 'mined') said.mined.set(hash, block)
      return readBlockLine(line)
    },
  }
  return { subject, said }
}

/** A devnet on the folder gives every receipt again, mines what was accepted and not mined, and goes on. */
export async function checkSaid(folder: string, { sent, mined }: Said): Promise<void> {
  const devnet = await openDevnet('--automine', '--data', folder)
  try {
    const { client } = devnet
    for (const [hash, blockHash] of mined) {
      const receipt = await client.getTransactionReceipt({ hash })
      assert.is(receipt.blockHash, blockHash, `receipt of ${hash}`)
    }
    const before = await client.getBlockNumber({ cacheTime: 0 })
    const account = devAccount(9)
    const hash = await client.sendTransaction({ account, chain: client.chain, to: account.address, value: 1n })
    const receipt = await confirm(client, hash)
    assert.ok(receipt.blockNumber > before, 'the chain goes on')
    for (const accepted of sent) {
      const { status } = await ask<{ status: string }>(client, 'openledger_transactionStatus', [accepted])
      assert.is(status, 'mined', `accepted transaction ${accepted}`)
    }
  } finally {
    await devnet.close()
  }
}
