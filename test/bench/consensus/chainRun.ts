/** A network of n processes at one block interval, watched for some seconds: block times, finality, processor, memory. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterNode } from '../../cluster/cluster.ts'
import { slopeOf } from '../slope.ts'
import { gapsMs, quantile, watchHeads } from './heads.ts'
import { growth, latencyMs, type Scrape, sampleOf, scrapeAll } from './scrape.ts'

const SAMPLE_MS = 1_000
const HEIGHT = 'openledger_agreement_height'
const RESIDENT = 'process_resident_memory_bytes'

export interface ChainFigures {
  readonly n: number
  readonly intervalMs: number
  readonly blocks: number
  readonly blocksPerS: number
  /** Between two heads, as a client of node 0 hears of them. */
  readonly blockMsP50: number | null
  readonly blockMsP99: number | null
  /** From the first sight of a proposal to its finalization, all nodes. */
  readonly finalMsP50: number | null
  readonly finalMsP99: number | null
  readonly skips: number
  /** Processor time of one node for one view, all its threads. */
  readonly cpuMsPerView: number
  /** Slope of node 0's resident memory; noise below some thousand blocks. */
  readonly mibPer1000Blocks: number | null
}

export async function watchChain(
  nodes: readonly ClusterNode[],
  intervalMs: number,
  seconds: number,
): Promise<ChainFigures> {
  const heads = await watchHeads(nodes[0]!)
  const before = await scrapeAll(nodes)
  const startMs = performance.now()
  const samples: Scrape[][] = [before]
  while (performance.now() < startMs + 1000 * seconds) {
    await sleep(SAMPLE_MS)
    samples.push(await scrapeAll(nodes))
  }
  const after = samples.at(-1)!
  const elapsedS = (performance.now() - startMs) / 1000
  heads.close()
  const gaps = gapsMs(heads.arrivalsMs)
  const blocks = growth(before.slice(0, 1), after.slice(0, 1), HEIGHT)
  return {
    n: nodes.length,
    intervalMs,
    blocks,
    blocksPerS: blocks / elapsedS,
    blockMsP50: quantile(gaps, 0.5),
    blockMsP99: quantile(gaps, 0.99),
    finalMsP50: latencyMs(before, after, 0.5),
    finalMsP99: latencyMs(before, after, 0.99),
    skips: growth(before, after, 'openledger_agreement_skips_total') / nodes.length,
    cpuMsPerView:
      (1000 * growth(before, after, 'process_cpu_seconds_total')) /
      growth(before, after, 'openledger_agreement_views_total'),
    mibPer1000Blocks: memorySlope(samples.map((each) => each[0]!)),
  }
}

/** The ends alone would show where the collector stood. A young process fills its heap first: second half. */
function memorySlope(samples: readonly Scrape[]): number | null {
  const late = samples.slice(samples.length >> 1)
  return slopeOf(late.map((each) => ({ x: sampleOf(each, HEIGHT) / 1_000, y: sampleOf(each, RESIDENT) / 2 ** 20 })))
}
