/** When a node announces its new heads, as a client sees them over WebSocket, and order statistics of the times between. */
import { once } from 'node:events'
import type { ClusterNode } from '../../cluster/cluster.ts'

export interface HeadWatch {
  /** Since it was opened, in order. */
  readonly arrivalsMs: readonly number[]
  close(): void
}

export async function watchHeads({ url }: Pick<ClusterNode, 'url'>): Promise<HeadWatch> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'))
  const arrivalsMs: number[] = []
  await once(socket, 'open')
  socket.addEventListener('message', ({ data }) => {
    if (JSON.parse(String(data)).method === 'eth_subscription') arrivalsMs.push(performance.now())
  })
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
  return { arrivalsMs, close: () => socket.close() }
}

export function gapsMs(arrivalsMs: readonly number[]): number[] {
  return arrivalsMs.slice(1).map((atMs, i) => atMs - arrivalsMs[i]!)
}

/** Null of no values. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
}
