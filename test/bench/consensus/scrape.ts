/** A node's own measurements, read from /metrics, and what two readings of them say about the time between. */
import type { ClusterNode } from '../../cluster/cluster.ts'

const LATENCY = 'openledger_agreement_finality_seconds_bucket'

/** Sample name, with its labels as printed, → value. */
export type Scrape = ReadonlyMap<string, number>

export async function scrape({ url }: Pick<ClusterNode, 'url'>): Promise<Scrape> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

export function scrapeAll(nodes: readonly Pick<ClusterNode, 'url'>[]): Promise<Scrape[]> {
  return Promise.all(nodes.map(scrape))
}

export function growth(before: readonly Scrape[], after: readonly Scrape[], name: string): number {
  return after.reduce((sum, each, i) => sum + sampleOf(each, name) - sampleOf(before[i]!, name), 0)
}

export function sampleOf(from: Scrape, name: string): number {
  const value = from.get(name)
  if (value === undefined) throw new Error(`/metrics has no ${name}`)
  return value
}

/** Proposal to finalization in ms, of all nodes together: linear within a bucket, null where it lies beyond the last one. */
export function latencyMs(before: readonly Scrape[], after: readonly Scrape[], share: number): number | null {
  const names = [...after[0]!.keys()].filter((name) => name.startsWith(LATENCY))
  const buckets = names.map((name) => ({
    endS: Number(/le="([^"]+)"/.exec(name)![1]!.replace('+Inf', 'Infinity')),
    count: growth(before, after, name),
  }))
  const wanted = share * (buckets.at(-1)?.count ?? 0)
  if (wanted === 0) return null
  const at = buckets.findIndex(({ count }) => count >= wanted)
  const { endS, count } = buckets[at]!
  const below = buckets[at - 1] ?? { endS: 0, count: 0 }
  if (endS === Infinity) return null
  return 1000 * (below.endS + ((endS - below.endS) * (wanted - below.count)) / (count - below.count))
}
