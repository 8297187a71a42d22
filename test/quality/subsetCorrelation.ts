/** `npm run quality -- lds`: do the scores foretell what training on half of the rows, or without one row, does to an answer (M5)? */
import { randomGenerator } from '../../studio/random.ts'
import { FLOAT_METHODS, floatScores, type GradientSet } from './floatMethods.ts'
import { runInteger } from './integerEngine.ts'
import { allScores, gradientSetOf, RANKS, REGIMES, type Regime, SCORERS, type Scorer } from './mislabel/experiment.ts'
import { type FlippedWorld, flippedWorld } from './mislabel/flippedWorld.ts'
import { fitLora, pointLosses } from './mislabel/tanhNetwork.ts'
import { barChart } from './report/chart.ts'
import { type Block, fixed, type Section } from './report/section.ts'
import { bootstrapInterval, mean, spearman } from './statistics.ts'
import { halfSubsets, RETRAIN_STEPS, type Sizes, stringReplica } from './transformer/stringReplica.ts'

const SUBSETS = 64
const NETWORK_QUERIES = 50
const LEFT_OUT_ROWS = 50
const WORLD_SEED = 1

/** Per query: Spearman over subsets of predicted benefit against the fall of the loss. */
export function subsetCorrelations(
  scores: readonly ArrayLike<number>[],
  subsets: readonly (readonly number[])[],
  losses: readonly ArrayLike<number>[],
): number[] {
  return scores.map((own, q) =>
    spearman(
      subsets.map((subset) => subset.reduce((sum, i) => sum + own[i]!, 0)),
      losses.map((loss) => -loss[q]!),
    ),
  )
}

export interface LdsOptions {
  readonly isQuick: boolean
  readonly sizes?: Sizes
  readonly say: (line: string) => void
  readonly command: string
}

interface Column {
  readonly name: string
  readonly perQuery: Record<Scorer, number[]>
}

const perScorer = <T>(of: (scorer: Scorer) => T): Record<Scorer, T> =>
  Object.fromEntries(SCORERS.map((scorer) => [scorer, of(scorer)])) as Record<Scorer, T>

async function transformerColumn({ sizes, isQuick, say }: LdsOptions): Promise<Column> {
  const replica = await stringReplica(1, isQuick ? 2 : RETRAIN_STEPS, say, sizes)
  const adapter = await replica.trainer.train([...replica.rows.keys()], 1)
  const set = await replica.trainer.gradients(adapter, replica.rows, replica.questions)
  const run = await runInteger(set, { tau: 0, clip: 255 })
  await run.close()
  const scores: Record<Scorer, readonly Float64Array[]> = { integers: run.scores, ...floatScores(set, FLOAT_METHODS) }
  const subsets = halfSubsets(isQuick ? 4 : SUBSETS, replica.rows.length, 1)
  const losses: Float32Array[] = []
  for (const subset of subsets) {
    losses.push(await replica.trainer.losses(await replica.trainer.train(subset, 1), replica.questions))
    if (losses.length % 8 === 0) say(`lds: ${losses.length} of ${subsets.length} halves`)
  }
  return { name: 'transformer', perQuery: perScorer((s) => subsetCorrelations(scores[s], subsets, losses)) }
}

interface Network {
  readonly world: FlippedWorld
  readonly regime: Regime
  readonly rank: number
  readonly set: GradientSet
  /** Benefits by query: single validation points. */
  readonly scores: Record<Scorer, readonly Float64Array[]>
  fit(subset: readonly number[]): Float64Array
}

async function networkOf(world: FlippedWorld, regime: Regime, rank: number): Promise<Network> {
  const lora = (subset: readonly number[]) => fitLora(world.base, world.rows, subset, rank, regime.fitting, WORLD_SEED)
  const set = gradientSetOf(world, lora([...world.isFlipped.keys()]), NETWORK_QUERIES)
  const scores = await allScores(set)
  return {
    world,
    regime,
    rank,
    set,
    scores: perScorer((scorer) => scores[scorer].slice(1)),
    fit: (subset) => pointLosses(world.base, lora(subset), world.validation),
  }
}

function networkColumn(network: Network, count: number): Column {
  const subsets = halfSubsets(count, network.set.rowCount, 2)
  const losses = subsets.map((subset) => network.fit(subset))
  const perQuery = perScorer((scorer) => subsetCorrelations(network.scores[scorer], subsets, losses))
  return { name: `${network.regime.name}, rank ${network.rank}`, perQuery }
}

/** Spearman over left-out rows of the benefit against the rise of the loss, query by query. */
function leaveOneOut(network: Network, count: number): Column {
  const { set, scores } = network
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * set.rowCount) / count))
  const all = Array.from({ length: set.rowCount }, (_, i) => i)
  const full = network.fit(all)
  const rises = rows.map((row) => {
    const losses = network.fit(all.filter((i) => i !== row))
    return losses.map((loss, q) => loss - full[q]!)
  })
  const of = (own: Float64Array, q: number) =>
    spearman(
      rows.map((row) => own[row]!),
      rises.map((rise) => rise[q]!),
    )
  return { name: `${network.regime.name}, rank ${network.rank}`, perQuery: perScorer((s) => scores[s].map(of)) }
}

export async function subsetCorrelation(options: LdsOptions): Promise<Section> {
  const { isQuick, say } = options
  const world = flippedWorld(WORLD_SEED, isQuick ? 120 : 600)
  const columns: Column[] = []
  const leftOut: Column[] = []
  for (const regime of isQuick ? REGIMES.slice(0, 1) : REGIMES)
    for (const rank of isQuick ? [1] : RANKS) {
      const network = await networkOf(world, regime, rank)
      columns.push(networkColumn(network, isQuick ? 4 : SUBSETS))
      if (rank === 4 || isQuick) leftOut.push(leaveOneOut(network, isQuick ? 4 : LEFT_OUT_ROWS))
      say(`lds: network, ${regime.name}, rank ${rank}`)
    }
  columns.push(await transformerColumn(options))
  return {
    key: 'lds',
    title: 'LDS: do the scores foretell a retraining?',
    command: options.command,
    blocks: [...ldsBlocks(columns), ...leaveOneOutBlocks(leftOut)],
  }
}

function table(caption: string, columns: readonly Column[]): Block {
  const generator = randomGenerator(4)
  const cell = (values: readonly number[]) => {
    const [low, high] = bootstrapInterval(values, generator)
    return `${fixed(mean(values))} (${fixed(low, 2)} … ${fixed(high, 2)})`
  }
  const rows = SCORERS.map((scorer) => [scorer, ...columns.map(({ perQuery }) => cell(perQuery[scorer]))])
  return { kind: 'table', caption, head: ['', ...columns.map(({ name }) => name)], rows }
}

function ldsBlocks(columns: readonly Column[]): Block[] {
  const shown: readonly Scorer[] = ['integers', 'dot', 'cosine 1/λ', 'exact inverse', 'printed, sign repaired']
  const groups = columns.filter(({ name }) => /rank 4|transformer|rank 1$/.test(name))
  const generator = randomGenerator(5)
  const bars = shown.map((scorer) => ({
    name: scorer,
    values: groups.map(({ perQuery }) => {
      const [low, high] = bootstrapInterval(perQuery[scorer], generator)
      return { value: mean(perQuery[scorer]), low, high }
    }),
  }))
  return [
    {
      kind: 'text',
      text:
        `Linear datamodeling score: ${SUBSETS} random halves of the rows, one retraining each from the same first values; Spearman of the ` +
        'sum of a half’s benefits against the fall of the loss, mean over queries, 95 % bootstrap interval over queries. ' +
        `Network: the mislabel replica of seed ${WORLD_SEED} with its flipped labels, ${NETWORK_QUERIES} validation points. Transformer: the string ` +
        `replica, ${RETRAIN_STEPS} steps, 100 questions. One retraining per half: its own noise is in the figures and bounds them from above.`,
    },
    table('LDS', columns),
    {
      kind: 'figure',
      name: 'lds',
      caption: 'LDS by setting, with the 95 % interval over queries',
      svg: barChart(
        'LDS',
        { label: 'mean Spearman', min: -0.1, max: 0.8 },
        groups.map(({ name }) => name.replace(', rank ', ' r').replace('memorised', 'mem.')),
        bars,
      ),
    },
  ]
}

const leaveOneOutBlocks = (columns: readonly Column[]): Block[] => [
  table(
    `Leave one out: ${LEFT_OUT_ROWS} rows, each left out once; Spearman over rows of the benefit against the rise of the loss, mean over ${NETWORK_QUERIES} queries`,
    columns,
  ),
]
