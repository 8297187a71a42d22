/** Transfers from dev accounts to any node that takes them, bounded in rate, and the check that each is in the chain once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, keccak256 } from 'viem'
import { devAccount } from '../../node/cli/account.ts'
import type { ClusterNode } from './cluster.ts'
import { until } from './until.ts'

const GAS_PRICE_WEI = 2_000_000_000n

export interface Load {
  /** Hashes that a node answered with. */
  readonly accepted: ReadonlySet<Hex>
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly chainId: number
  readonly perSecond: number
  /** Dev accounts that send, each with nonces of its own. */
  readonly senders: number
  /** Those below are somebody else's. */
  readonly firstSender?: number
  /** 0 ≤ r < 1: chooses the node. */
  readonly random: () => number
}

/** Sends until stopped. A transaction that no node took is signed again with the same nonce, so there are no gaps. */
export function startLoad(nodes: readonly ClusterNode[], options: LoadOptions): Load {
  const accepted = new Set<Hex>()
  let isStopped = false
  const send = async (sender: number) => {
    const account = devAccount(sender)
    const pauseMs = (1000 * options.senders) / options.perSecond
    for (let nonce = 0; !isStopped; nonce++) {
      const raw = await account.signTransaction({
        type: 'legacy',
        chainId: options.chainId,
        nonce,
        to: account.address,
        value: 1n,
        gas: 21_000n,
        gasPrice: GAS_PRICE_WEI,
      })
      while (!isStopped && !(await offer(nodes, raw, options.random))) await sleep(pauseMs)
      if (!isStopped) accepted.add(keccak256(raw))
      await sleep(pauseMs)
    }
  }
  const { senders, firstSender = 0 } = options
  const work = Array.from({ length: senders }, (_, i) => send(firstSender + i))
  return {
    accepted,
    async stop() {
      isStopped = true
      await Promise.all(work)
    },
  }
}

async function offer(nodes: readonly ClusterNode[], raw: Hex, random: () => number): Promise<boolean> {
  const node = nodes[Math.floor(random() * nodes.length)]!
  if (!node.isRunning) return false
  try {
    await node.ask('eth_sendRawTransaction', raw)
    return true
  } catch (error) {
    // It came through another node, or the answer to the first try was lost.
    return /already known|nonce too low/.test((error as Error).message)
  }
}

/** Every accepted transaction has one receipt, the same on all nodes, within the deadline. */
export async function checkIncluded(nodes: readonly ClusterNode[], load: Load, deadlineMs: number): Promise<void> {
  for (const hash of load.accepted)
    for (const node of nodes)
      await until(`receipt of ${hash} on node ${node.index}`, deadlineMs, async () => {
        return (await node.ask('eth_getTransactionReceipt', hash)) !== null
      })
  for (const hash of load.accepted) {
    const blocks = await Promise.all(
      nodes.map(async (node) => (await node.ask<{ blockHash: Hex }>('eth_getTransactionReceipt', hash)).blockHash),
    )
    if (new Set(blocks).size !== 1) throw new Error(`${hash} is in different blocks: ${blocks.join(', ')}`)
  }
}

/** The same block hash at every height on every node, and each transaction in one block only. */
export async function checkOneChain(
  nodes: readonly ClusterNode[],
): Promise<{ readonly height: number; readonly transactions: number }> {
  const heights = await Promise.all(nodes.map(async (node) => Number(await node.ask<string>('eth_blockNumber'))))
  const height = Math.min(...heights)
  const seen = new Map<Hex, number>()
  for (let at = 1; at <= height; at++) {
    const number = `0x${at.toString(16)}`
    const blocks = await Promise.all(
      nodes.map((node) => node.ask<{ hash: Hex; transactions: Hex[] }>('eth_getBlockByNumber', number, false)),
    )
    const hashes = new Set(blocks.map(({ hash }) => hash))
    if (hashes.size !== 1) throw new Error(`a fork at height ${at}: ${[...hashes].join(', ')}`)
    for (const hash of blocks[0]!.transactions) {
      if (seen.has(hash)) throw new Error(`${hash} is in blocks ${seen.get(hash)} and ${at}`)
      seen.set(hash, at)
    }
  }
  return { height, transactions: seen.size }
}
