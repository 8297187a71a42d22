/** Signed transfers sent to all nodes at once, each sender's to one of them, until the chain holds all. */
import type { Hex } from 'viem'
import { devAccount } from '../../../node/cli/account.ts'
import type { ClusterNode } from '../../cluster/cluster.ts'
import { until } from '../../cluster/until.ts'

const DEADLINE_MS = 60_000
const GAS_PRICE_WEI = 2_000_000_000n

export interface BurstFigures {
  readonly transfers: number
  readonly seconds: number
  readonly perS: number
}

/** Of each sender in the order of nonces; signed before anything is timed, since that takes long. */
export function signTransfers(chainId: number, senders: number, perSender: number): Promise<Hex[][]> {
  const lane = (sender: number) => {
    const account = devAccount(sender)
    const fields = { type: 'legacy', chainId, to: account.address, value: 1n, gas: 21_000n } as const
    const sign = (nonce: number) => account.signTransaction({ ...fields, nonce, gasPrice: GAS_PRICE_WEI })
    return Promise.all(Array.from({ length: perSender }, (_, nonce) => sign(nonce)))
  }
  return Promise.all(Array.from({ length: senders }, (_, sender) => lane(sender)))
}

export async function sendBurst(
  nodes: readonly ClusterNode[],
  lanes: readonly (readonly Hex[])[],
): Promise<BurstFigures> {
  const transfers = lanes.flat().length
  const startMs = performance.now()
  await Promise.all(
    lanes.map(async (lane, sender) => {
      const node = nodes[sender % nodes.length]!
      for (const raw of lane) await node.ask('eth_sendRawTransaction', raw)
    }),
  )
  await until(`inclusion of ${transfers} transfers`, DEADLINE_MS, async () => {
    const counts = await Promise.all(
      lanes.map((_, sender) => nodes[0]!.ask<Hex>('eth_getTransactionCount', devAccount(sender).address, 'latest')),
    )
    return counts.every((count, sender) => Number(count) === lanes[sender]!.length)
  })
  const seconds = (performance.now() - startMs) / 1000
  return { transfers, seconds, perS: transfers / seconds }
}
