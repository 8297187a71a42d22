/** `npm run quality -- mislabel`: finding 20 % flipped labels by LoRA rank, and agreement with the exact inverse (M2, M3). */
import { randomGenerator } from '../../../studio/random.ts'
import { FLOAT_METHODS, floatScores, type GradientSet } from '../floatMethods.ts'
import { runInteger } from '../integerEngine.ts'
import { type Line, lineChart } from '../report/chart.ts'
import { type Block, fixed, type Section } from '../report/section.ts'
import { auc, bootstrapInterval, descending, deviation, mean, pearson } from '../statistics.ts'
import { FLIPPED_PART, type FlippedWorld, flippedWorld } from './flippedWorld.ts'
import { blockDims, type Fitting, fitLora, type Lora, pointGradients, pointLosses } from './tanhNetwork.ts'

export interface Regime {
  readonly name: string
  readonly fitting: Fitting
}

/** Before the network has learned the wrong labels by heart, and after. */
export const REGIMES: readonly Regime[] = [
  { name: 'early', fitting: { epochs: 10, learningRate: 3e-3, batch: 32 } },
  { name: 'memorised', fitting: { epochs: 60, learningRate: 5e-3, batch: 32 } },
]
export const RANKS = [1, 2, 4, 8]
/** Single validation points whose scores are compared with the exact inverse's. */
const PEARSON_QUERIES = 30
/** Steps of the detection curve. */
const CURVE_STEPS = 40

export const SCORERS = ['integers', ...FLOAT_METHODS] as const
export type Scorer = (typeof SCORERS)[number]

/** Rows' gradients; query 0 is the mean over clean validation points, queries 1… are single points. */
export function gradientSetOf(world: FlippedWorld, lora: Lora, singles: number): GradientSet {
  const dims = blockDims(lora.rank)
  const rows = pointGradients(world.base, lora, world.rows)
  const points = pointGradients(world.base, lora, world.validation)
  const count = world.validation.labels.length
  const queries = dims.map((d, l) => {
    const out = new Float32Array((1 + singles) * d)
    const sum = new Float64Array(d)
    for (let i = 0; i < count; i++) for (let j = 0; j < d; j++) sum[j]! += points[l]![i * d + j]! / count
    out.set(sum)
    out.set(points[l]!.subarray(0, singles * d), d)
    return out
  })
  return { dims, rowCount: world.rows.labels.length, queryCount: 1 + singles, rows, queries }
}

/** Scores of every method for every query; the integers without guard and clip, as the floats. */
export async function allScores(set: GradientSet): Promise<Record<Scorer, readonly Float64Array[]>> {
  const run = await runInteger(set, { tau: 0, clip: 255 })
  await run.close()
  return { integers: run.scores, ...floatScores(set) }
}

interface RankResult {
  readonly auc: Record<Scorer, number>
  readonly pearson: Record<Scorer, number>
  /** Part of the flips found after looking at part i/CURVE_STEPS of the rows. */
  readonly curve: Record<Scorer, readonly number[]>
  readonly losses: readonly [number, number]
}

async function measureRank(world: FlippedWorld, { fitting }: Regime, rank: number, seed: number): Promise<RankResult> {
  const lora = fitLora(world.base, world.rows, [...world.isFlipped.keys()], rank, fitting, seed)
  const scores = await allScores(gradientSetOf(world, lora, PEARSON_QUERIES))
  const perScorer = <T>(of: (own: readonly Float64Array[], scorer: Scorer) => T) =>
    Object.fromEntries(SCORERS.map((scorer) => [scorer, of(scores[scorer], scorer)])) as Record<Scorer, T>
  const { isFlipped } = world
  const harm = (own: readonly Float64Array[]) => own[0]!.map((benefit) => -benefit)
  const exact = scores['exact inverse'].slice(1)
  return {
    auc: perScorer((own) => auc(harm(own), (i) => isFlipped[i]!)),
    pearson: perScorer((own) => mean(own.slice(1).map((values, q) => pearson(values, exact[q]!)))),
    curve: perScorer((own) => detectionCurve(harm(own), isFlipped)),
    losses: [mean(pointLosses(world.base, lora, world.rows)), mean(pointLosses(world.base, lora, world.validation))],
  }
}

function detectionCurve(harm: Float64Array, isFlipped: readonly boolean[]): number[] {
  const order = descending(harm)
  const flips = isFlipped.filter(Boolean).length
  return Array.from({ length: CURVE_STEPS + 1 }, (_, step) => {
    const looked = order.slice(0, Math.round((step / CURVE_STEPS) * order.length))
    return looked.filter((i) => isFlipped[i]).length / flips
  })
}

export interface MislabelOptions {
  readonly seeds: number
  readonly ranks?: readonly number[]
  readonly regimes?: readonly Regime[]
  readonly rowCount?: number
  readonly say: (line: string) => void
  readonly command: string
}

export interface MislabelResult {
  /** results[regime][rank][seed]. */
  readonly results: readonly (readonly (readonly RankResult[])[])[]
  readonly section: Section
}

export async function mislabel(options: MislabelOptions): Promise<MislabelResult> {
  const { seeds, ranks = RANKS, regimes = REGIMES, rowCount = 600, say } = options
  const results = regimes.map(() => ranks.map((): RankResult[] => []))
  for (let seed = 1; seed <= seeds; seed++) {
    const world = flippedWorld(seed, rowCount)
    for (const [r, regime] of regimes.entries())
      for (const [k, rank] of ranks.entries()) results[r]![k]!.push(await measureRank(world, regime, rank, seed))
    say(`mislabel: seed ${seed} of ${seeds}`)
  }
  const blocks: Block[] = [{ kind: 'text', text: introduction(seeds, rowCount) }]
  for (const [r, regime] of regimes.entries()) blocks.push(...regimeBlocks(regime, ranks, results[r]!))
  const title = 'Mislabel: does the ranking find flipped labels?'
  return { results, section: { key: 'mislabel', title, command: options.command, blocks } }
}

const introduction = (seeds: number, rowCount: number): string =>
  `48-64-64-2 tanh network with three LoRA pairs (six blocks), ${rowCount} rows, ${100 * FLIPPED_PART} % of the labels ` +
  `flipped, seeds 1 … ${seeds}. Rows are ranked by harm (the negative benefit) to the mean gradient of 300 clean ` +
  'validation rows. Two moments of training: *early* (10 epochs), and *memorised* (60 epochs: the wrong labels are learned ' +
  'by heart and most gradients are near zero). Guard and clip are off, so that integers and floats see the same rows.'

function regimeBlocks(
  { name, fitting }: Regime,
  ranks: readonly number[],
  byRank: readonly (readonly RankResult[])[],
): Block[] {
  const spread = (values: readonly number[]) => `${fixed(mean(values))} ± ${fixed(deviation(values))}`
  const losses = byRank.map((own) => [0, 1].map((at) => fixed(mean(own.map((x) => x.losses[at]!)), 2)).join('/'))
  const caption = `**${name}** (${fitting.epochs} epochs; mean loss training/validation at rank ${ranks.join('/')}: ${losses.join(', ')})`
  const aucRows = SCORERS.map((scorer) => [scorer, ...byRank.map((own) => spread(own.map((x) => x.auc[scorer])))])
  const scorers = SCORERS.filter((scorer) => scorer !== 'exact inverse')
  const pearsonRows = scorers.map((scorer) => [
    scorer,
    ...byRank.map((own) => fixed(mean(own.map((x) => x.pearson[scorer])))),
  ])
  const head = ['', ...ranks.map((rank) => `rank ${rank}`)]
  return [
    { kind: 'table', caption: `${caption}: AUC, mean ± deviation over seeds`, head, rows: aucRows },
    comparison(ranks, byRank),
    {
      kind: 'table',
      caption: `**${name}**: Pearson of the scores to the exact inverse, ${PEARSON_QUERIES} single validation points`,
      head,
      rows: pearsonRows,
    },
    curveFigure(name, ranks, byRank),
  ]
}

/** Paired over seeds, because the seeds' worlds differ more than the methods do. */
function comparison(ranks: readonly number[], byRank: readonly (readonly RankResult[])[]): Block {
  const generator = randomGenerator(1)
  const row = (label: string, a: Scorer, b: Scorer) => [
    label,
    ...byRank.map((own) => {
      const differences = own.map((x) => x.auc[a] - x.auc[b])
      const [low, high] = bootstrapInterval(differences, generator)
      return `${fixed(mean(differences), 4)} (${fixed(low)} … ${fixed(high)})`
    }),
  ]
  return {
    kind: 'table',
    caption: 'Differences of AUC, paired by seed, with 95 % bootstrap interval',
    head: ['', ...ranks.map((rank) => `rank ${rank}`)],
    rows: [
      row('integers − DataInf float64', 'integers', 'DataInf'),
      row('integers − dot', 'integers', 'dot'),
      row('integers − exact inverse', 'integers', 'exact inverse'),
      row('integers − printed, sign repaired', 'integers', 'printed, sign repaired'),
    ],
  }
}

function curveFigure(name: string, ranks: readonly number[], byRank: readonly (readonly RankResult[])[]): Block {
  const rank = ranks.at(-1)!
  const shown: readonly Scorer[] = ['integers', 'dot', 'cosine 1/λ', 'exact inverse', 'printed, sign repaired']
  const lines: Line[] = shown.map((scorer) => ({
    name: scorer,
    points: Array.from({ length: CURVE_STEPS + 1 }, (_, step): [number, number] => [
      step / CURVE_STEPS,
      mean(byRank.at(-1)!.map((x) => x.curve[scorer][step]!)),
    ]),
  }))
  lines.push({
    name: 'chance',
    points: [
      [0, 0],
      [1, 1],
    ],
  })
  const axis = (label: string) => ({ label, min: 0, max: 1 })
  return {
    kind: 'figure',
    name: `mislabel-${name}`,
    caption: `Detection curve, ${name}, rank ${rank}: part of the flipped labels found when the most harmful rows are looked at first`,
    svg: lineChart(
      `Flipped labels found, ${name}, rank ${rank}`,
      axis('part of the rows looked at'),
      axis('part of the flips found'),
      lines,
    ),
  }
}
