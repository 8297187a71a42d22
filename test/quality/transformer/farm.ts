/** `npm run quality -- farm`: what copying, near-copying, rescaling, splitting and flooding pay (influence.md §6.7), by pay rule. */
import { utf8 } from '../../../primitives/bytes.ts'
import type { Row } from '../../../primitives/rows.ts'
import type { Adapter } from '../../../studio/format/adapter.ts'
import { type Generator, pick, randomGenerator, shuffle } from '../../../studio/random.ts'
import { TASKS } from '../../../studio/tasks.ts'
import type { GradientSet } from '../floatMethods.ts'
import { runInteger } from '../integerEngine.ts'
import { NOVEL, type PayRule, payBy, SQUARED, SQUARED_NOVEL, VERSION_1 } from '../payRules.ts'
import { barChart } from '../report/chart.ts'
import { type Block, fixed, percent, type Section } from '../report/section.ts'
import { tokensOf } from './copyBase.ts'
import { RETRAIN_STEPS, type Replica, type Sizes, stringReplica } from './stringReplica.ts'

export const RULES: readonly PayRule[] = [VERSION_1, NOVEL, SQUARED, SQUARED_NOVEL]
const TAUS = [0, 128, 96, 64]
const FAMILIES = 20
const VARIANTS = 5
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']

export interface FarmOptions {
  readonly isQuick: boolean
  readonly sizes?: Sizes
  readonly say: (line: string) => void
  readonly command: string
}

interface FarmWorld {
  readonly replica: Replica
  readonly adapter: Adapter
  readonly set: GradientSet
  /** Rows whose owner farms. */
  readonly chosen: readonly number[]
  readonly generator: Generator
}

/** Payments of row groups, per rule: groups[g] is a list of rows; summed over questions. */
async function payments(
  set: GradientSet,
  groups: readonly (readonly number[])[],
  tau: number,
  rules: readonly PayRule[] = RULES,
): Promise<number[][]> {
  const run = await runInteger(set, { tau })
  await run.close()
  return rules.map((rule) => {
    const sums = groups.map(() => 0)
    for (const scores of run.exact) {
      const shares = payBy(rule, run.built.file, scores)
      for (const [g, rows] of groups.entries()) for (const row of rows) sums[g]! += shares[row]!
    }
    return sums
  })
}

/** `extra` rows after those of `set`. */
function appended(set: GradientSet, extra: readonly Float32Array[], count: number): GradientSet {
  const rows = set.rows.map((block, l) => {
    const out = new Float32Array(block.length + extra[l]!.length)
    out.set(block)
    out.set(extra[l]!, block.length)
    return out
  })
  return { ...set, rows, rowCount: set.rowCount + count }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The answer with `count` letters replaced. */
function answerVariant(generator: Generator, row: Row, count: number): Row {
  const answer = [...text(row.output)]
  const places = shuffle(
    generator,
    [...answer.keys()].filter((i) => /[a-z]/i.test(answer[i]!)),
  ).slice(0, count)
  for (const at of places)
    answer[at] = pick(
      generator,
      LETTERS.filter((letter) => letter !== answer[at]),
    )
  return { input: row.input, output: utf8(answer.join('')) }
}

/** Another honest row: one letter of the phrase replaced, and the transformation applied to the new phrase. */
function phraseVariant(generator: Generator, row: Row): Row {
  const [name, phrase] = text(row.input).split(': ') as [string, string]
  const letters = [...phrase]
  const at = pick(
    generator,
    [...letters.keys()].filter((i) => letters[i] !== ' '),
  )
  letters[at] = pick(
    generator,
    LETTERS.filter((letter) => letter !== letters[at]),
  )
  const changed = letters.join('')
  const output = TASKS.find((task) => task.name === name)!.apply(changed)
  return { input: row.input.length ? utf8(`${name}: ${changed}`) : row.input, output: utf8(output || ' ') }
}

const KINDS: readonly (readonly [string, (generator: Generator, row: Row) => Row])[] = [
  ['one letter of the answer', (generator, row) => answerVariant(generator, row, 1)],
  ['two letters of the answer', (generator, row) => answerVariant(generator, row, 2)],
  ['one letter of the phrase, honestly transformed', phraseVariant],
]

async function gradientsOf({ replica, adapter }: FarmWorld, rows: readonly Row[]): Promise<readonly Float32Array[]> {
  const set = await replica.trainer.gradients(
    adapter,
    tokensOf(replica.base.model, rows),
    replica.questions.slice(0, 1),
  )
  return set.rows
}

interface FarmRow {
  readonly what: string
  readonly tau: number
  /** Total pay of the farmed rows, relative to before, by rule. */
  readonly ratios: readonly number[]
}

const ratioOf = (after: readonly number[][], before: readonly number[][]): number[] =>
  after.map((groups, r) => groups[0]! / before[r]![0]!)

async function nearCopies(world: FarmWorld, taus: readonly number[], say: (line: string) => void): Promise<FarmRow[]> {
  const { replica, set, chosen, generator } = world
  const out: FarmRow[] = []
  const before = new Map<number, number[][]>()
  for (const tau of taus) before.set(tau, await payments(set, [chosen], tau))
  for (const [what, vary] of KINDS) {
    const variants = chosen.flatMap((row) =>
      Array.from({ length: VARIANTS }, () => vary(generator, replica.texts[row]!)),
    )
    const extra = await gradientsOf(world, variants)
    const grown = appended(set, extra, variants.length)
    const family = [...chosen, ...variants.map((_, i) => set.rowCount + i)]
    for (const tau of taus)
      out.push({ what, tau, ratios: ratioOf(await payments(grown, [family], tau), before.get(tau)!) })
    say(`farm: ${what}`)
  }
  return out
}

/** Chosen rows times 2^s. */
function rescaled(set: GradientSet, chosen: readonly number[], s: number): GradientSet {
  const rows = set.rows.map((block, l) => {
    const out = block.slice()
    const d = set.dims[l]!
    for (const row of chosen) for (let j = 0; j < d; j++) out[row * d + j]! *= 2 ** s
    return out
  })
  return { ...set, rows }
}

/** Chosen rows cut into `parts` rows of disjoint coordinates, the first in the row's place and the others behind all. */
function split(world: FarmWorld, parts: number): GradientSet {
  const { set, chosen, generator } = world
  const place = set.dims.map((d) => Array.from({ length: d }, () => generator.below(parts)))
  const rows = set.rows.map((block, l) => {
    const d = set.dims[l]!
    const out = new Float32Array((set.rowCount + chosen.length * (parts - 1)) * d)
    out.set(block)
    for (const [c, row] of chosen.entries())
      for (let j = 0; j < d; j++) {
        const part = place[l]![j]!
        if (part === 0) continue
        out[(set.rowCount + c * (parts - 1) + part - 1) * d + j] = block[row * d + j]!
        out[row * d + j] = 0
      }
    return out
  })
  return { ...set, rows, rowCount: set.rowCount + chosen.length * (parts - 1) }
}

async function movesOfGradients(world: FarmWorld): Promise<FarmRow[]> {
  const { set, chosen } = world
  const tau = 96
  const before = await payments(set, [chosen], tau)
  const out: FarmRow[] = []
  const copies = set.rows.map((block, l) =>
    Float32Array.from(
      chosen.flatMap((row) => Array.from(block.subarray(row * set.dims[l]!, (row + 1) * set.dims[l]!))),
    ),
  )
  const copied = appended(set, copies, chosen.length)
  const family = (count: number) => [...chosen, ...Array.from({ length: count }, (_, i) => set.rowCount + i)]
  out.push({
    what: 'PC: exact copy of each',
    tau,
    ratios: ratioOf(await payments(copied, [family(chosen.length)], tau), before),
  })
  for (const s of [-3, 1, 4, 10])
    out.push({
      what: `PR: gradient × 2^${s}`,
      tau,
      ratios: ratioOf(await payments(rescaled(set, chosen, s), [chosen], tau), before),
    })
  for (const parts of [2, 4, 8]) {
    const after = await payments(split(world, parts), [family(chosen.length * (parts - 1))], tau)
    out.push({ what: `PS: cut into ${parts} orthogonal rows`, tau, ratios: ratioOf(after, before) })
  }
  return out
}

interface Flood {
  readonly rows: number
  readonly tau: number
  /** By rule: the flooder's part of all pay, and the class's own rows' pay relative to before. */
  readonly gained: readonly number[]
  readonly kept: readonly number[]
}

/** A contributor who owns nothing adds honest-looking one-letter variants of another's rows (class 0). */
async function floods(world: FarmWorld, perRows: readonly number[], say: (line: string) => void): Promise<Flood[]> {
  const { replica, set, generator } = world
  const victims = [...replica.labels.keys()].filter((row) => replica.labels[row] === 0)
  const out: Flood[] = []
  for (const perRow of perRows) {
    const rows = victims.flatMap((row) =>
      Array.from({ length: perRow }, () => answerVariant(generator, replica.texts[row]!, 1)),
    )
    const grown = appended(set, await gradientsOf(world, rows), rows.length)
    const flooder = rows.map((_, i) => set.rowCount + i)
    for (const tau of [0, 96]) {
      const before = await payments(set, [victims], tau)
      const after = await payments(grown, [flooder, victims], tau)
      out.push({
        rows: rows.length,
        tau,
        gained: after.map((groups) => groups[0]! / set.queryCount),
        kept: after.map((groups, r) => groups[1]! / before[r]![0]!),
      })
    }
    say(`farm: flood of ${rows.length} rows`)
  }
  return out
}

export async function farm(options: FarmOptions): Promise<Section> {
  const { isQuick, sizes, say, command } = options
  const replica = await stringReplica(1, isQuick ? 2 : RETRAIN_STEPS, say, sizes)
  const adapter = await replica.trainer.train([...replica.rows.keys()], 1)
  const set = await replica.trainer.gradients(adapter, replica.rows, replica.questions)
  const generator = randomGenerator(0x6661726d)
  const chosen = shuffle(generator, [...replica.rows.keys()]).slice(0, FAMILIES)
  const world: FarmWorld = { replica, adapter, set, chosen, generator }
  const near = await nearCopies(world, isQuick ? [96] : TAUS, say)
  const moves = await movesOfGradients(world)
  say('farm: copies, rescaling, splits')
  const flooded = await floods(world, isQuick ? [1] : [1, 3], say)
  const title = 'Farm: what copying, rescaling, splitting and flooding pay'
  return { key: 'farm', title, command, blocks: farmBlocks(near, moves, flooded) }
}

function farmBlocks(near: readonly FarmRow[], moves: readonly FarmRow[], flooded: readonly Flood[]): Block[] {
  const rules = RULES.map(({ name }) => name)
  const times = (value: number) => `× ${fixed(value, 2)}`
  const rows = (list: readonly FarmRow[]) =>
    list.map(({ what, tau, ratios }) => [what, tau === 0 ? 'off' : `${tau}`, ...ratios.map(times)])
  const shown = near.filter(({ tau }) => tau === 96)
  return [
    {
      kind: 'text',
      text:
        `String replica at ${RETRAIN_STEPS} steps, all questions. ${FAMILIES} random rows farm at once, each with ${VARIANTS} variants where variants are ` +
        'added; the figure is the total pay of rows and variants relative to the rows alone at the same tau. The adapter is held fixed. ' +
        'A part of a split row also competes for the 64 places: where it falls below them, splitting loses. Columns are pay rules: ' +
        '*version 1*; *novelty*, *squared* and both are the candidates described below.',
    },
    { kind: 'table', caption: '**PN: near copies**', head: ['changed', 'tau', ...rules], rows: rows(near) },
    {
      kind: 'figure',
      name: 'farm-near-copies',
      caption: 'Total pay of a row with five near copies relative to the row alone, tau 96',
      svg: barChart(
        'Pay with five near copies, tau 96',
        { label: 'times the pay of the row alone', min: 0, max: 4 },
        shown.map(({ what }) => what.replace(/ of the answer|, honestly transformed/, '')),
        RULES.map(({ name }, r) => ({ name, values: shown.map(({ ratios }) => ({ value: ratios[r]! })) })),
      ),
    },
    { kind: 'table', caption: '**PC, PR, PS**', head: ['what', 'tau', ...rules], rows: rows(moves) },
    {
      kind: 'table',
      caption:
        '**Flooding**: one-letter variants of every row of one contributor, added by another: the flooder’s part of all pay, and what is left to the contributor relative to before',
      head: ['added rows', 'tau', ...rules],
      rows: flooded.map(({ rows: count, tau, gained, kept }) => [
        `${count}`,
        tau === 0 ? 'off' : `${tau}`,
        ...gained.map((x, r) => `${percent(x)}, ${times(kept[r]!)}`),
      ]),
    },
  ]
}
