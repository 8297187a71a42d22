/** Steps 3 to 9 of influence.md §5 on the lanes: every value stays in their memory, and only scores, H, z and G leave it. */
import { EXPONENT_SPREAD_MAX } from '../gradients/layers.ts'
import type { RawScore, StageObserver } from '../scoring/scoringIndex.ts'
import type { Query } from '../surface.ts'
import { hashTrees } from './commitments.ts'
import { alignTo } from './lanes/laneMemory.ts'
import { shareEach, shareRows } from './lanes/shareRows.ts'
import { dotPass, GROUP_QUERIES, mixPass, spreadVectors } from './passes.ts'
import { layOut, queryBytes, type ScoreContext, type ScoreRun, tableRows, writeShifts } from './scoreLayout.ts'
import { copyProducts, copySums, copyTable, reportStages } from './stages.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** Values by row, block and query, and scores, of the queries that are scored at once: sixteen on 100,000 rows of eight blocks. */
const TABLE_BYTES_MAX = 2 ** 26
/** Fewer queries take less time one by one than padded to a group. */
const TOGETHER_MIN = 3
/** |W|, |H| ≤ 2^14; t ≤ 12. */
const OPERAND_BITS = 14
const SHIFT_MAX = 12
/** Every term of a score is at most 2^50. */
const TERM_BITS = 50
/** Below every bl(P) + 31 + x − e. */
const NO_TOP = -(2 ** 30)
/** Values of e0 − e of a live row: kernels/sumTerms.as has two words a query for each. */
const BELOW_COUNT = EXPONENT_SPREAD_MAX + 1
/** A lane has sums of so many rows at a time, and for each block a head, and two words a query for each e0 − e and for none. */
const SUM_ROWS = 32
const SUM_HEAD_BYTES = 32
/** Codes, U or Z, H, and the two of them that are spread. */
const COLUMN_BYTES = 1 + 8 + 2 + 2 + 2
/** A value takes about as long in a scalar step as this many products. */
const VALUE_MACS = 20

/** Of one query: its values by row, by column, and what every lane sums its terms with. */
function workingBytes(index: WasmIndex): number {
  return queryBytes(index) + COLUMN_BYTES * index.rowBytes + index.lanes.count * sumBytes(index.offsets.length)
}

/** A lane's sums and multipliers of a query (kernels/sumTerms.as). */
const sumBytes = (blockCount: number): number => 8 * (SUM_ROWS + blockCount * (1 + BELOW_COUNT))

/** Scores queries in groups whose values fit their part of the memory. */
export async function scoreInGroups(
  context: ScoreContext,
  queries: readonly Query[],
  observe?: StageObserver,
): Promise<RawScore[]> {
  const fitting = GROUP_QUERIES * Math.floor(TABLE_BYTES_MAX / workingBytes(context.index) / GROUP_QUERIES)
  const size = queries.length < TOGETHER_MIN ? 1 : Math.max(1, fitting)
  const { memory } = context.index
  const out: RawScore[] = []
  const mark = memory.mark()
  try {
    for (let first = 0; first < queries.length; first += size) {
      const own: StageObserver | undefined = observe && ((q, l, stages) => observe(first + q, l, stages))
      out.push(...(await scoreGroup(context, queries.slice(first, first + size), own)))
      memory.release(mark)
    }
    return out
  } finally {
    memory.release(mark)
  }
}

async function scoreGroup(
  context: ScoreContext,
  queries: readonly Query[],
  observe?: StageObserver,
): Promise<RawScore[]> {
  const { index, onStage } = context
  const run = layOut(context, queries)
  onStage('step 3')
  const operand = await spreadVectors(index, 'spreadCodes', run.codes, queries.length)
  const Q = observe && (await productsOf(run, operand))
  const t = await dampen(run, operand)
  const R = observe && copyTable(run)
  onStage('step 6')
  writeShifts(run, (l, q) => 2 ** (SHIFT_MAX - t[l * run.queryCount + q]!))
  await mixPass(index, () => tableRows(run, 4), run)
  const U = observe && copySums(run)
  writeShifts(run, (l, q) => t[l * run.queryCount + q]!)
  await correct(run)
  const Z = observe && copySums(run)
  onStage('step 8')
  const directions = await spreadVectors(index, 'spreadDirections', run.directions, queries.length)
  const x = exponentsOf(run)
  const G = await largestTerms(run, directions, x)
  const P = observe && copyProducts(run)
  await sumTerms(run, x, G)
  const raws = queries.map((_, q) => rawScore(run, q, G[q]!, x[q]!))
  if (observe && Q && R && U && Z && P) reportStages(run, { Q, R, U, Z, P }, t, raws, observe)
  onStage('commitments')
  const roots = await hashTrees(run)
  return raws.map((raw, q) => ({ ...raw, roots: roots[q]! }))
}

/** Q of step 3 by itself, for an observer: step 4 puts R in its place. */
async function productsOf(run: ScoreRun, operand: number): Promise<Int32Array> {
  await dotPass(run.index, tableRows(run, 4), { ...run, operand, isWide: false })
  return copyTable(run)
}

/** Steps 3 and 4, and t of step 5 by block and query: the bits of all |R| together are as long as the largest. */
async function dampen(run: ScoreRun, operand: number): Promise<Int32Array> {
  const words = run.index.offsets.length * run.queryCount
  const next = { kernel: 'dampen', words, initial: 0, fields: run.tables } as const
  const peaks = await dotPass(run.index, tableRows(run, 4), { ...run, operand, isWide: false }, next)
  return Int32Array.from({ length: words }, (_, at) => {
    const bits = peaks.reduce((all, own) => all | own[at]!, 0)
    return Math.max(0, 32 - Math.clz32(bits) - OPERAND_BITS)
  })
}

/** Step 7; the shifts are t. */
async function correct(run: ScoreRun): Promise<void> {
  const { lanes, memory, rowBytes, offsets } = run.index
  const fields = {
    ...run.tables,
    codes: run.codes,
    rowBytes,
    table: run.sums,
    bits: run.z,
    out: run.directions,
    shifts: run.shifts,
    queryCount: run.queryCount,
    blockCount: offsets.length,
    acceptedCount: run.scoring.acceptedCount,
  }
  const macsPerRow = (VALUE_MACS * rowBytes) / offsets.length
  const rowCount = run.queries.length * offsets.length
  await shareEach(lanes, memory, { kernel: 'correct', rowCount, macsPerRow, fields })
}

/** x of step 8, by query and block. */
function exponentsOf({ index, scoring, queries, z }: ScoreRun): Int32Array[] {
  const { layers } = scoring.tables
  const zs = index.memory.int32(z, queries.length * layers.length)
  return queries.map(({ exponents }, q) =>
    Int32Array.from(scoring.scales, (scale, l) =>
      scale === undefined ? 0 : zs[q * layers.length + l]! - 16 - exponents[l]! + 2 * layers[l]!.e0 + scale.xl,
    ),
  )
}

/** Step 8, and G of step 9 for every query. */
async function largestTerms(run: ScoreRun, operand: number, x: readonly Int32Array[]): Promise<number[]> {
  const { index, queries, queryCount, isWide, shifts, tables } = run
  writeShifts(run, (l, q) => x[q]![l]!)
  const words = queryCount * (1 + 2 * BELOW_COUNT)
  const next = { kernel: 'findTops', words, initial: NO_TOP, fields: { ...tables, shifts } } as const
  const tops = await dotPass(index, tableRows(run, isWide ? 8 : 4), { ...run, operand }, next)
  return queries.map((_, q) => {
    const top = Math.max(...tops.map((own) => own[q]!))
    return top === NO_TOP ? 0 : TERM_BITS - top
  })
}

/** S of step 9. */
async function sumTerms(run: ScoreRun, x: readonly Int32Array[], G: readonly number[]): Promise<void> {
  const { index, queryCount, isWide, shifts, scores, table, scoring, tables } = run
  const { lanes, memory, rowCount, offsets } = index
  const blockCount = offsets.length
  writeShifts(run, (l, q) => scoring.tables.layers[l]!.e0 - x[q]![l]! - G[q]!)
  const mark = memory.mark()
  const laneBytes = alignTo(queryCount * sumBytes(blockCount) + SUM_HEAD_BYTES * blockCount, 64)
  const working = { lanes: memory.allocate(lanes.count * laneBytes), laneBytes }
  const values = { table, out: scores, queryCount, blockCount, isWide: isWide ? 1 : 0 }
  const macsPerRow = VALUE_MACS * blockCount * queryCount
  const fields = { ...tables, ...working, ...values, shifts }
  await shareRows(lanes, memory, { kernel: 'sumTerms', rowCount, macsPerRow, fields })
  memory.release(mark)
}

function rawScore({ index, directions, scores }: ScoreRun, q: number, exponentG: number, x: Int32Array): RawScore {
  const { memory, rowBytes, rowCount } = index
  return {
    scores: memory.bigInt64(scores + 8 * q * rowCount, rowCount).slice(),
    exponentG,
    x,
    h: memory.int16(directions + 2 * q * rowBytes, rowBytes).slice(),
  }
}
