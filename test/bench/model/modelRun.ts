/** Validators of a model that agree on some blocks in virtual time: how long each took, and what it cost. */
import type { Agreement } from '../../../node/agreement/surface.ts'
import { createSimulatedChain } from '../../simulator/run/simulatedChain.ts'
import { hashEngine } from '../../simulator/standIns/hashChain.ts'
import { createEventQueue } from '../../simulator/world/eventQueue.ts'
import { createRandomness } from '../../simulator/world/randomness.ts'
import { WALL_START_MS } from '../../simulator/world/virtualClock.ts'
import { gapsMs, quantile } from '../consensus/heads.ts'
import type { Costs } from './costs.ts'
import { createModelNetwork } from './modelNetwork.ts'
import { createModelNode, type Header } from './modelNode.ts'
import { createProcessor, type Processor, type Work } from './processor.ts'

const SEED = 1
const EPOCH_BLOCKS = 3_600
/** Not counted: nodes start at once, and the first leader waits for nobody. */
const WARM_BLOCKS = 2
/** A run that takes longer has stopped to move. */
const RUN_MS_MAX = 3_600_000

/** One way, each message by itself: the least, and the mean of what comes on top, exponentially distributed. */
export interface Link {
  readonly name: string
  readonly leastMs: number
  readonly tailMeanMs: number
}

export interface ModelOptions {
  readonly n: number
  readonly intervalMs: number
  readonly link: Link
  readonly costs: Costs
  readonly blocks: number
}

export interface ModelFigures {
  readonly n: number
  readonly link: string
  readonly intervalMs: number
  readonly blocks: number
  /** Between two heads, every node's. */
  readonly blockMsP50: number
  readonly blockMsP99: number
  /** From the first sight of a proposal to the commit of its block, every node's. */
  readonly finalMsP50: number
  readonly finalMsP99: number
  readonly skips: number
  /** Sent by one node in one view; as many are received. */
  readonly messagesPerView: number
  /** Processor time of one node in one view, and its parts. */
  readonly cpuMsPerView: number
  readonly cryptoMs: number
  readonly framesMs: number
  readonly blocksMs: number
  readonly coreMs: number
}

export async function runModel(options: ModelOptions): Promise<ModelFigures> {
  const { n, costs, blocks } = options
  const queue = createEventQueue()
  const randomness = createRandomness(SEED)
  const powers = Array<bigint>(n).fill(1n)
  const never = () => false
  const members = { powers, count: n, replacedShare: 0, isFaulty: never, isByzantine: never, seed: SEED }
  const report = (_: string, says: string) => {
    throw new Error(says)
  }
  const world = { engine: hashEngine, randomness, usedMs: 0, report }
  const chain = createSimulatedChain({ ...members, ...world, epochBlocks: EPOCH_BLOCKS })
  const processors = powers.map(() => createProcessor(queue))
  const network = createModelNetwork({
    peerIds: powers.map((_, key) => chain.peerIdOfKey(key)),
    peerIdOf: chain.peerIdOf,
    processors,
    random: randomness.of('network'),
    delayMs: delaysOf(options.link, randomness.of('delays').u32),
    frameMs: costs.frameMs,
  })
  const headers = new Map<string, Header>([
    [chain.genesisHash, { height: 0, timestampS: Math.floor(WALL_START_MS / 1_000) }],
  ])
  const watches = powers.map(() => ({ finalMs: [] as number[], headsMs: [] as number[] }))
  const nodes = watches.map(({ finalMs, headsMs }, index) => {
    const processor = processors[index]!
    return createModelNode({
      ...options,
      ...{ index, queue, randomness, processor, chain, headers, network: network.handsOf(index) },
      onFinal({ height, latencyMs }) {
        if (height < WARM_BLOCKS || height > WARM_BLOCKS + blocks) return
        headsMs.push(processor.nowMs())
        if (latencyMs !== null && height > WARM_BLOCKS) finalMs.push(latencyMs)
      },
    })
  })
  const height = () => nodes[0]!.status().height
  const runTo = async (goal: number) => {
    while (height() < goal)
      if (!(await queue.step()) || queue.nowMs() > RUN_MS_MAX) throw new Error(`the model stands at block ${height()}`)
  }
  for (const [index, node] of nodes.entries()) processors[index]!.at(0, () => void node.start())
  await runTo(WARM_BLOCKS)
  const before = { messages: network.messages(), views: viewsOf(nodes), spent: spentBy(processors) }
  await runTo(WARM_BLOCKS + blocks)
  const views = viewsOf(nodes) - before.views
  const spent = spentBy(processors)
  const perView = (work: keyof typeof spent) => (spent[work] - before.spent[work]) / views
  const parts = {
    cryptoMs: perView('crypto'),
    framesMs: perView('frames'),
    blocksMs: perView('blocks'),
    coreMs: perView('core'),
  }
  const gaps = watches.flatMap(({ headsMs }) => gapsMs(headsMs))
  const finals = watches.flatMap(({ finalMs }) => finalMs)
  return {
    n,
    link: options.link.name,
    intervalMs: options.intervalMs,
    blocks,
    blockMsP50: quantile(gaps, 0.5)!,
    blockMsP99: quantile(gaps, 0.99)!,
    finalMsP50: quantile(finals, 0.5)!,
    finalMsP99: quantile(finals, 0.99)!,
    skips: nodes[0]!.counts().skips,
    messagesPerView: (network.messages() - before.messages) / views,
    cpuMsPerView: Object.values(parts).reduce((sum, ms) => sum + ms, 0),
    ...parts,
  }
}

function delaysOf({ leastMs, tailMeanMs }: Link, u32: () => number): () => number {
  return () => leastMs - tailMeanMs * Math.log((u32() + 1) / 2 ** 32)
}

function viewsOf(nodes: readonly Agreement[]): number {
  return nodes.reduce((sum, node) => sum + node.counts().views, 0)
}

function spentBy(processors: readonly Processor[]): Record<Work, number> {
  const sum: Record<Work, number> = { crypto: 0, core: 0, frames: 0, blocks: 0 }
  for (const processor of processors)
    for (const [work, ms] of Object.entries(processor.spentMs())) sum[work as Work] += ms
  return sum
}
