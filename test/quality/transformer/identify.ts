/** `npm run quality -- identify`: do the scores find the rows of the question's own transformation or template (M1, M4, M7)? */
import type { Row } from '../../../primitives/rows.ts'
import { readBase } from '../../../studio/base/shippedBase.ts'
import { loadBase } from '../../../studio/engine/engine.ts'
import { isRefused } from '../../../studio/refusal.ts'
import { DEFAULT_TRAIN_OPTIONS } from '../../../studio/surface.ts'
import { taskSet } from '../../../studio/tasks.ts'
import { FLOAT_METHODS, floatScores, type GradientSet, levelLengths, payShares } from '../floatMethods.ts'
import { type IntegerRun, runInteger } from '../integerEngine.ts'
import { lineChart } from '../report/chart.ts'
import { type Block, fixed, percent, type Section } from '../report/section.ts'
import { auc, descending, mean, spearman } from '../statistics.ts'
import { arithmeticRows } from './arithmeticTemplates.ts'
import { copyBase } from './copyBase.ts'
import {
  FULL,
  loraOptions,
  MAIN_STEPS,
  RETRAIN_STEPS,
  type Replica,
  replicaOf,
  type Sizes,
  stringReplica,
} from './stringReplica.ts'

const RECALL_AT = 90
const OVERLAP_AT = 50

/** What one method reaches on one set. */
export interface MethodFigures {
  readonly auc: number
  readonly recall: number
  /** Share of pay at rows of the question's class: top 64, plain and levelled. */
  readonly plain: number
  readonly levelled: number
}

type Named = Record<string, MethodFigures>

export const shareOf = (pays: readonly Float64Array[], isRight: (q: number, k: number) => boolean): number =>
  mean(pays.map((own, q) => own.reduce((sum, share, k) => sum + (isRight(q, k) ? share : 0), 0)))

function figuresOf(
  scores: readonly Float64Array[],
  plain: readonly Float64Array[],
  levelled: readonly Float64Array[],
  isRight: (q: number, k: number) => boolean,
): MethodFigures {
  const recallOf = (own: Float64Array, q: number) => {
    const members = own.reduce((count, _, k) => count + (isRight(q, k) ? 1 : 0), 0)
    return (
      descending(own)
        .slice(0, RECALL_AT)
        .filter((k) => isRight(q, k)).length / Math.min(members, RECALL_AT)
    )
  }
  return {
    auc: mean(scores.map((own, q) => auc(own, (k) => isRight(q, k)))),
    recall: mean(scores.map(recallOf)),
    plain: shareOf(plain, isRight),
    levelled: shareOf(levelled, isRight),
  }
}

interface SetResult {
  readonly methods: Named
  /** Agreement of integers with float64 (M1). */
  readonly spearman: number
  readonly overlap: number
  readonly variation: number
  readonly flagged: number
}

const RUN_A = { tau: 0, clip: 255 }

/** All methods on one set of gradients. */
export async function measureSet(set: GradientSet, isRight: (q: number, k: number) => boolean): Promise<SetResult> {
  const scores = floatScores(set)
  const lengths = levelLengths(set)
  const levelledOf = (own: readonly Float64Array[]) => own.map((x) => payShares(x, { lengths }))
  const methods: Named = {}
  for (const method of FLOAT_METHODS) {
    const own = scores[method]
    methods[method] = figuresOf(
      own,
      own.map((x) => payShares(x)),
      levelledOf(own),
      isRight,
    )
  }
  const plainRun = await runInteger(set, RUN_A)
  const productRun = await runInteger(set)
  const own = await plainRun.shares({ level: 1 })
  const integers = await integerFigures(productRun, isRight)
  await Promise.all([plainRun.close(), productRun.close()])
  const best = (values: Float64Array) => new Set(descending(values).slice(0, OVERLAP_AT))
  return {
    methods: { 'integers (tau 96, clip 4)': integers, ...methods },
    spearman: mean(plainRun.scores.map((x, q) => spearman(x, scores.DataInf[q]!))),
    overlap: mean(
      plainRun.scores.map((x, q) => [...best(x)].filter((k) => best(scores.DataInf[q]!).has(k)).length / OVERLAP_AT),
    ),
    variation: mean(
      levelledOf(scores.DataInf).map((pay, q) => pay.reduce((sum, x, k) => sum + Math.abs(x - own[q]![k]!), 0) / 2),
    ),
    flagged: productRun.built.info.rowCount - productRun.built.info.acceptedCount,
  }
}

const integerFigures = async (run: IntegerRun, isRight: (q: number, k: number) => boolean): Promise<MethodFigures> =>
  figuresOf(run.scores, await run.shares({ level: 0 }), await run.shares({ level: 1 }), isRight)

interface Measured extends SetResult {
  readonly name: string
  readonly rowLoss: number
  readonly questionLoss: number
}

async function measureReplica(replica: Replica, name: string, steps?: number): Promise<Measured> {
  const adapter = await replica.trainer.train([...replica.rows.keys()], 1, steps)
  const set = await replica.trainer.gradients(adapter, replica.rows, replica.questions)
  const result = await measureSet(set, (q, k) => replica.questionLabels[q] === replica.labels[k])
  const losses = async (rows: Replica['rows']) => mean(await replica.trainer.losses(adapter, rows))
  return { name, ...result, rowLoss: await losses(replica.rows), questionLoss: await losses(replica.questions) }
}

export interface IdentifyOptions {
  readonly seeds: number
  readonly isQuick: boolean
  readonly sizes?: Sizes
  readonly say: (line: string) => void
  readonly command: string
}

export async function identify(options: IdentifyOptions): Promise<Section> {
  const { seeds, isQuick, sizes = FULL, say, command } = options
  const strings: Measured[] = []
  for (let seed = 1; seed <= seeds; seed++)
    for (const steps of isQuick ? [2] : seed > 1 ? [MAIN_STEPS] : [RETRAIN_STEPS, MAIN_STEPS]) {
      strings.push(await measureReplica(await stringReplica(seed, steps, say, sizes), `seed ${seed}, ${steps} steps`))
      say(`identify: strings, seed ${seed}, ${steps} steps`)
    }
  const arithmetic = await measureReplica(await arithmeticReplica(isQuick ? 2 : MAIN_STEPS, sizes, say), 'arithmetic')
  say('identify: arithmetic')
  const shipped = await shippedRuns(isQuick, sizes, say)
  const blocks: Block[] = [
    { kind: 'text', text: INTRODUCTION },
    ...strings.map((own) => methodTable(`Ten string transformations, ${own.name}`, own)),
    agreementTable([...strings, arithmetic, ...shipped]),
    methodTable('Ten arithmetic templates (prompts of some 30 characters, answers of one to four)', arithmetic),
    ...shippedBlocks(shipped),
  ]
  return { key: 'identify', title: 'Identify: does pay reach the right rows?', command, blocks }
}

const INTRODUCTION =
  'Two-layer character transformer of width 64 with four heads, pretrained to copy; LoRA of rank 4 on query and value (eight ' +
  'blocks of 256); ten classes × 90 rows and × 10 questions whose texts occur in no row. A row is right when it has the ' +
  'question’s class; chance is AUC 0.5, recall 10 %, pay 10 %. The query is the gradient of the wanted answer.'

async function arithmeticReplica(steps: number, sizes: Sizes, say: (line: string) => void): Promise<Replica> {
  const base = await copyBase(1, sizes.pretrainSteps, say)
  const { rows, questions } = arithmeticRows(1, sizes.rowsPerTask, sizes.questionsPerTask)
  const options = loraOptions(1, steps)
  const config = { ...options.config, contextTokens: 56 }
  return replicaOf(
    base,
    rows,
    questions,
    { ...options, config },
    `arithmetic 1 ${sizes.rowsPerTask} ${sizes.pretrainSteps}`,
  )
}

/** The demo's setting at several moments of training, with its decay and without: 16 blocks on the shipped base. */
async function shippedRuns(isQuick: boolean, sizes: Sizes, say: (line: string) => void): Promise<Measured[]> {
  const base = loadBase(await readBase())
  if (isRefused(base)) throw new RangeError(`the shipped base is broken: ${base.got}`)
  const { rowsPerTask, questionsPerTask } = sizes
  const { rows, questions } = taskSet({ seed: 1, rowsPerTask, questionsPerTask })
  const { targets, rank, alpha, ...rest } = DEFAULT_TRAIN_OPTIONS
  const out: Measured[] = []
  const runs: readonly (readonly [number, number])[] = isQuick
    ? [[2, 2]]
    : [
        [2, 50],
        [2, 150],
        [2, 600],
      ]
  for (const [weightDecay, steps] of runs) {
    const options = {
      ...rest,
      steps,
      weightDecay,
      config: { rank, alpha, targets: [...targets] as never, contextTokens: 40 },
    }
    const replica = replicaOf(base, rows as Row[][], questions as Row[][], options, `shipped ${rowsPerTask}`)
    out.push(await measureReplica(replica, `${steps} steps, decay ${weightDecay}`))
    say(`identify: shipped base, ${steps} steps, decay ${weightDecay}`)
  }
  return out
}

function methodTable(caption: string, { methods, rowLoss, questionLoss, flagged }: Measured): Block {
  return {
    kind: 'table',
    caption: `**${caption}** (loss of rows ${fixed(rowLoss, 2)}, of questions ${fixed(questionLoss, 2)}; ${flagged} rows flagged by the guard)`,
    head: ['', 'class AUC', 'recall@90', 'right share of pay, top 64', 'levelled'],
    rows: Object.entries(methods).map(([name, own]) => [
      name,
      fixed(own.auc),
      fixed(own.recall),
      percent(own.plain),
      percent(own.levelled),
    ]),
  }
}

const agreementTable = (runs: readonly Measured[]): Block => ({
  kind: 'table',
  caption: '**Agreement with float64 DataInf** (guard and clip off): goals ≥ 0.9999, ≥ 0.99, ≤ 0.5 %',
  head: ['', 'Spearman of scores', `top-${OVERLAP_AT} overlap`, 'total variation of pay, levelled'],
  rows: runs.map((run) => [run.name, fixed(run.spearman, 5), fixed(run.overlap), percent(run.variation, 2)]),
})

function shippedBlocks(runs: readonly Measured[]): Block[] {
  const name = 'integers (tau 96, clip 4)'
  const decayed = runs.filter((run) => run.name.endsWith('decay 2') && run.methods[name])
  const points = (of: (run: Measured) => number) =>
    decayed.map((run): [number, number] => [Number(run.name.split(' ')[0]), of(run)])
  return [
    {
      kind: 'text',
      text:
        'The demo’s setting: the shipped base (it already knows 26 related edits) with LoRA on query, key, value and output (16 blocks), ' +
        'and its training options. The table follows the class AUC through training: it falls as the rows are learned, because what is left of a ' +
        'learned row’s gradient says little about its class, while the best scores, which are paid, still find the class. The rest is the guard: ' +
        'with all four projections and short phrases tau 96 flags about a third of the rows, whose score is 0; the dot product, which ranks them too, shows the figure without it.',
    },
    {
      kind: 'table',
      caption: '**Shipped base** through training',
      head: [
        '',
        'loss of rows',
        'of questions',
        'AUC integers',
        'AUC dot',
        'AUC exact inverse',
        'recall@90',
        'right share of pay, levelled',
        'flagged',
      ],
      rows: runs.map((run) => [
        run.name,
        fixed(run.rowLoss, 2),
        fixed(run.questionLoss, 2),
        fixed(run.methods[name]!.auc),
        fixed(run.methods['dot']!.auc),
        fixed(run.methods['exact inverse']!.auc),
        fixed(run.methods[name]!.recall),
        percent(run.methods[name]!.levelled),
        `${run.flagged}`,
      ]),
    },
    {
      kind: 'figure',
      name: 'identify-training',
      caption: 'Shipped base: class AUC and right share of pay through training',
      svg: lineChart(
        'Shipped base through training',
        { label: 'training steps', min: 0, max: 600 },
        { label: 'class AUC; right share of pay', min: 0, max: 1 },
        [
          { name: 'class AUC', points: points((run) => run.methods[name]!.auc) },
          { name: 'right share of pay', points: points((run) => run.methods[name]!.levelled) },
          { name: 'loss of rows ÷ 5', points: points((run) => run.rowLoss / 5) },
        ],
      ),
    },
  ]
}
