/** `npm run quality -- counterfactual`: what removing the best paid rows does to the answer, and what one more step on them does (M5, M6). */
import { randomGenerator, shuffle } from '../../../studio/random.ts'
import { floatScores, type GradientSet, levelLengths, payShares } from '../floatMethods.ts'
import { runInteger } from '../integerEngine.ts'
import { barChart } from '../report/chart.ts'
import { type Block, fixed, percent, type Section } from '../report/section.ts'
import { descending, deviation, mean, signFlipP } from '../statistics.ts'
import { moved } from './replica.ts'
import { RETRAIN_STEPS, type Replica, type Sizes, stringReplica } from './stringReplica.ts'

const REMOVED_PART = 0.1
const RANDOM_SETS = 5
const PAID_ROWS = 64
/** Random sets of equal size that one tail-patch is compared with. */
const PATCH_SETS = 5
/** Length of the patch's step: losses move by about a tenth of a nat. */
const PATCH_STEP = 0.3

interface Removal {
  readonly query: number
  readonly full: number
  readonly best: number
  readonly dot: number
  /** Loss after each random removal. */
  readonly random: readonly number[]
}

export interface CounterfactualOptions {
  readonly runs: number
  readonly sizes?: Sizes
  readonly steps?: number
  readonly say: (line: string) => void
  readonly command: string
}

const without = (count: number, removed: readonly number[]): number[] => {
  const gone = new Set(removed)
  return Array.from({ length: count }, (_, i) => i).filter((i) => !gone.has(i))
}

/** Removes rows and trains anew from the same first values; losses of all questions. */
const lossesWithout = async (replica: Replica, removed: readonly number[]): Promise<Float32Array> => {
  const adapter = await replica.trainer.train(without(replica.rows.length, removed), 1)
  return replica.trainer.losses(adapter, replica.questions)
}

async function removals(replica: Replica, set: GradientSet, full: Float32Array, options: CounterfactualOptions) {
  const { runs, say } = options
  const count = Math.round(REMOVED_PART * set.rowCount)
  const generator = randomGenerator(0x72616e64)
  const drawn = Array.from({ length: RANDOM_SETS }, () =>
    shuffle(
      generator,
      Array.from({ length: set.rowCount }, (_, i) => i),
    ).slice(0, count),
  )
  const random: Float32Array[] = []
  for (const rows of drawn) random.push(await lossesWithout(replica, rows))
  const run = await runInteger(set)
  const dots = floatScores(set, ['dot']).dot
  const out: Removal[] = []
  for (let at = 0; at < runs; at++) {
    const query = Math.floor((at * set.queryCount) / runs)
    const { entries } = await run.attribution(query, { k: count })
    const best = (
      await lossesWithout(
        replica,
        entries.map(({ row }) => row),
      )
    )[query]!
    const isDotToo = at % 4 === 0
    const dot = isDotToo ? (await lossesWithout(replica, descending(dots[query]!).slice(0, count)))[query]! : Number.NaN
    out.push({ query, full: full[query]!, best, dot, random: random.map((losses) => losses[query]!) })
    say(`counterfactual: ${at + 1} of ${runs} questions`)
  }
  await run.close()
  return out
}

interface Patch {
  readonly query: number
  /** Loss after a step on the paid rows, and the mean after steps on random rows. */
  readonly paid: number
  readonly random: number
  readonly before: number
}

/** Mean gradient of some rows, block by block, cut to length 1 over all blocks. */
function unitGradient(set: GradientSet, rows: readonly number[]): Float64Array[] {
  const sums = set.dims.map((d, l) => {
    const sum = new Float64Array(d)
    for (const i of rows) for (let j = 0; j < d; j++) sum[j]! += set.rows[l]![i * d + j]!
    return sum
  })
  const length = Math.sqrt(sums.reduce((total, sum) => total + sum.reduce((t, x) => t + x * x, 0), 0))
  return sums.map((sum) => sum.map((x) => x / length))
}

/** One plain gradient step of equal length on the paid rows and on random rows. */
async function tailPatches(replica: Replica, set: GradientSet, full: Float32Array): Promise<Patch[]> {
  const adapter = await replica.trainer.train([...replica.rows.keys()], 1)
  const run = await runInteger(set)
  const generator = randomGenerator(0x70617463)
  const out: Patch[] = []
  for (let query = 0; query < set.queryCount; query++) {
    const { entries } = await run.attribution(query, { k: PAID_ROWS })
    const paid = entries.map(({ row }) => row)
    const asked = [replica.questions[query]!]
    const after = async (rows: readonly number[]) =>
      (await replica.trainer.losses(moved(replica.base, adapter, unitGradient(set, rows), -PATCH_STEP), asked))[0]!
    const random: number[] = []
    for (let s = 0; s < PATCH_SETS; s++)
      random.push(await after(shuffle(generator, [...replica.rows.keys()]).slice(0, paid.length)))
    out.push({ query, paid: await after(paid), random: mean(random), before: full[query]! })
  }
  await run.close()
  return out
}

export async function counterfactual(options: CounterfactualOptions): Promise<Section> {
  const replica = await stringReplica(1, options.steps ?? RETRAIN_STEPS, options.say, options.sizes)
  const adapter = await replica.trainer.train([...replica.rows.keys()], 1)
  const set = await replica.trainer.gradients(adapter, replica.rows, replica.questions)
  const full = await replica.trainer.losses(adapter, replica.questions)
  const patches = await tailPatches(replica, set, full)
  options.say(`counterfactual: ${patches.length} tail-patches`)
  const removed = await removals(replica, set, full, options)
  return {
    key: 'counterfactual',
    title: 'Counterfactual: is what is paid what helped?',
    command: options.command,
    blocks: [...removalBlocks(replica, removed), ...patchBlocks(patches), concentration(set)],
  }
}

function removalBlocks(replica: Replica, runs: readonly Removal[]): Block[] {
  const generator = randomGenerator(2)
  const best = runs.map((run) => run.best - run.full)
  const random = runs.map((run) => mean(run.random) - run.full)
  const dotRuns = runs.filter((run) => Number.isFinite(run.dot))
  const beats = runs.flatMap((run) => run.random.map((loss) => (run.best > loss ? 1 : 0)))
  const row = (name: string, values: readonly number[]) => [
    name,
    fixed(mean(values)),
    fixed(deviation(values)),
    `${values.length}`,
  ]
  const p = signFlipP(
    best.map((x, i) => x - random[i]!),
    generator,
  )
  const above = runs.filter((run) => run.best > mean(run.random)).length
  const paired = dotRuns.map((run) => run.best - run.dot)
  return [
    {
      kind: 'text',
      text:
        `String replica of ${replica.rows.length} rows (see *Identify*), ${runs.length} questions. The model is trained anew, from the same first ` +
        'values and for as many steps, without the 10 % of the rows that are best paid for the question (version 1, K = that ' +
        `number), without the 10 % of the largest dot product, and without ${RANDOM_SETS} random 10 %. Figures are the rise of the loss ` +
        'of the wanted answer, nats per token.',
    },
    {
      kind: 'table',
      caption: `Removing the best paid hurts more than the mean of the random removals in **${above} of ${runs.length}** questions (${percent(mean(beats))} of single pairs; sign-flip p = ${p.toPrecision(2)})`,
      head: ['removed', 'mean rise of loss', 'deviation', 'questions'],
      rows: [
        row('10 % best paid (integers, version 1)', best),
        row(
          '10 % largest dot product',
          dotRuns.map((run) => run.dot - run.full),
        ),
        row('random 10 %', random),
        row('best paid less largest dot, same questions', paired),
      ],
    },
    {
      kind: 'figure',
      name: 'counterfactual',
      caption: 'Rise of the answer’s loss when rows are removed and the model is trained anew, question by question',
      svg: barChart(
        'Rise of the loss after removal',
        { label: 'nats per token', min: Math.min(0, ...best, ...random), max: Math.max(0.1, ...best, ...random) },
        runs.map((run) => `${run.query}`),
        [
          { name: '10 % best paid', values: best.map((value) => ({ value })) },
          { name: 'random 10 %', values: random.map((value) => ({ value })) },
        ],
      ),
    },
  ]
}

function patchBlocks(patches: readonly Patch[]): Block[] {
  const gains = patches.map((patch) => patch.before - patch.paid)
  const random = patches.map((patch) => patch.before - patch.random)
  const p = signFlipP(
    gains.map((x, i) => x - random[i]!),
    randomGenerator(3),
  )
  const above = patches.filter((patch) => patch.paid < patch.random).length
  return [
    {
      kind: 'table',
      caption: `Tail-patch: one more gradient step of length ${PATCH_STEP} on the ${PAID_ROWS} paid rows lowers the answer’s loss more than a step of equal length on ${PATCH_SETS} random sets of equal size in **${above} of ${patches.length}** questions (sign-flip p = ${p.toPrecision(2)})`,
      head: ['step on', 'mean fall of loss', 'deviation'],
      rows: [
        ['paid rows', fixed(mean(gains)), fixed(deviation(gains))],
        ['random rows', fixed(mean(random)), fixed(deviation(random))],
      ],
    },
  ]
}

/** How much of the pay the first few rows hold. */
function concentration(set: GradientSet): Block {
  const lengths = levelLengths(set)
  const shares = floatScores(set, ['DataInf']).DataInf.map((own) => payShares(own, { lengths }))
  const top = (count: number) =>
    mean(
      shares.map((own) =>
        descending(own)
          .slice(0, count)
          .reduce((sum, i) => sum + own[i]!, 0),
      ),
    )
  return {
    kind: 'text',
    text: `Of all pay for a question, the best paid row holds ${percent(top(1))}, the first eight ${percent(top(8))}.`,
  }
}
