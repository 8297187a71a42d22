/** Validators of a model that agree on some blocks in virtual time: how long each took, and what it cost. */
import type { Agreement } from '../../../node/agreement/surface.ts'
import { createSimulatedChain, type SimulatedChain } from '../../simulator/run/simulatedChain.ts'
import { hashEngine } from '../../simulator/standIns/hashChain.ts'
import { createEventQueue } from '../../simulator/world/eventQueue.ts'
import { createRandomness, type Randomness } from '../../simulator/world/randomness.ts'
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
  /** Skip certificates, all nodes together. */
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
  const model = createModel(options)
  model.start()
  await model.reach(WARM_BLOCKS)
  const before = model.spent()
  await model.reach(WARM_BLOCKS + options.blocks)
  const after = model.spent()
  const perView = (name: keyof Spent) => (after[name] - before[name]) / (after.views - before.views)
  const parts = {
    cryptoMs: perView('crypto'),
    framesMs: perView('frames'),
    blocksMs: perView('blocks'),
    coreMs: perView('core'),
  }
  const gaps = model.watches.flatMap(({ headsMs }) => gapsMs(headsMs))
  const finals = model.watches.flatMap(({ finalMs }) => finalMs)
  return {
    n: options.n,
    link: options.link.name,
    intervalMs: options.intervalMs,
    blocks: options.blocks,
    blockMsP50: quantile(gaps, 0.5)!,
    blockMsP99: quantile(gaps, 0.99)!,
    finalMsP50: quantile(finals, 0.5)!,
    finalMsP99: quantile(finals, 0.99)!,
    skips: after.skips - before.skips,
    messagesPerView: perView('messages'),
    cpuMsPerView: Object.values(parts).reduce((sum, ms) => sum + ms, 0),
    ...parts,
  }
}

/** All nodes together. */
type Spent = Record<Work | 'views' | 'skips' | 'messages', number>

interface Model {
  readonly watches: readonly { readonly finalMs: readonly number[]; readonly headsMs: readonly number[] }[]
  start(): void
  /** Runs until every node has committed that height. */
  reach(height: number): Promise<void>
  spent(): Spent
}

function createModel(options: ModelOptions): Model {
  const { n, costs } = options
  const queue = createEventQueue()
  const randomness = createRandomness(SEED)
  const chain = createChain(n, randomness)
  const processors = Array.from({ length: n }, () => createProcessor(queue))
  const network = createModelNetwork({
    peerIds: processors.map((_, key) => chain.peerIdOfKey(key)),
    peerIdOf: chain.peerIdOf,
    processors,
    random: randomness.of('network'),
    delayMs: delaysOf(options.link, randomness.of('delays').u32),
    frameMs: costs.frameMs,
  })
  const genesis = { height: 0, timestampS: Math.floor(WALL_START_MS / 1_000) }
  const headers = new Map<string, Header>([[chain.genesisHash, genesis]])
  const watches = processors.map(() => ({ finalMs: [] as number[], headsMs: [] as number[] }))
  const reached = new Map<number, number>()
  const nodes = watches.map(({ finalMs, headsMs }, index) => {
    const processor = processors[index]!
    return createModelNode({
      ...{ index, queue, randomness, processor, chain, headers, costs },
      intervalMs: options.intervalMs,
      network: network.handsOf(index),
      onFinal({ height, latencyMs }) {
        reached.set(height, (reached.get(height) ?? 0) + 1)
        if (height < WARM_BLOCKS || height > WARM_BLOCKS + options.blocks) return
        headsMs.push(processor.nowMs())
        if (latencyMs !== null && height > WARM_BLOCKS) finalMs.push(latencyMs)
      },
    })
  })
  return {
    watches,
    start() {
      for (const [index, node] of nodes.entries()) processors[index]!.at(0, () => void node.start())
    },
    async reach(height) {
      while ((reached.get(height) ?? 0) < n)
        if (!(await queue.step()) || queue.nowMs() > RUN_MS_MAX)
          throw new Error(`the model never reaches block ${height}`)
    },
    spent: () => spentBy(nodes, processors, network.messages()),
  }
}

function createChain(n: number, randomness: Randomness): SimulatedChain {
  const never = () => false
  return createSimulatedChain({
    ...{ powers: Array<bigint>(n).fill(1n), count: n, replacedShare: 0, seed: SEED, epochBlocks: EPOCH_BLOCKS },
    ...{ isFaulty: never, isByzantine: never, engine: hashEngine, randomness, usedMs: 0 },
    report(_, says) {
      throw new Error(says)
    },
  })
}

function spentBy(nodes: readonly Agreement[], processors: readonly Processor[], messages: number): Spent {
  const sum: Spent = { crypto: 0, core: 0, frames: 0, blocks: 0, views: 0, skips: 0, messages }
  for (const processor of processors)
    for (const [work, ms] of Object.entries(processor.spentMs())) sum[work as Work] += ms
  for (const node of nodes) {
    const { views, skips } = node.counts()
    sum.views += views
    sum.skips += skips
  }
  return sum
}

function delaysOf({ leastMs, tailMeanMs }: Link, u32: () => number): () => number {
  return () => leastMs - tailMeanMs * Math.log((u32() + 1) / 2 ** 32)
}
