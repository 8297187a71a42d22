/** Steps 3 to 9 of influence.md §5 on the device: one submission and one read-back for a batch of queries. */
import { dampExactly } from '../scoring/dataInf.ts'
import type { RawScore, ScoringIndex, StageObserver } from '../scoring/scoringIndex.ts'
import type { Query } from '../surface.ts'
import type { ScoringTables } from './deviceTables.ts'
import type { GpuDevice } from './gpuDevice.ts'
import { type DeviceIndex, dotPass, mixPass } from './passes.ts'
import type { Pipelines } from './pipelines.ts'
import type { Recorder } from './recorder.ts'
import { WORKGROUP_SIZE } from './shaders/dotRows.ts'
import { EXPONENT_BIAS } from './shaders/sumTerms.ts'
import { type DeviceStages, reportStages, shiftOf } from './stages.ts'
import { mapAndCopy, RESULTS, readBuffer, readbackBytes, type Workspace, workspaceBytes } from './workspace.ts'

/** Terms are at most 2^50. */
const TERM_BITS = 50
const GROUPS_MAX = 65_535

export interface RunContext {
  readonly gpu: GpuDevice
  readonly pipelines: Pipelines
  readonly recorder: Recorder
  readonly device: DeviceIndex
  readonly tables: ScoringTables
  readonly workspace: Workspace
  readonly index: ScoringIndex
}

/**
 * Scores at most `workspace.capacity` queries. Everything stays on the device and only scores, H, z and G come back, unless
 * a quotient of step 4 was too near to a tie: then, and for an observer, the steps are run again with the values read
 * between them, and the host divides the doubtful ones in BigInt.
 */
export async function scoreOnDevice(
  context: RunContext,
  queries: readonly Query[],
  observe?: StageObserver,
): Promise<RawScore[]> {
  if (observe) return scoreInSteps(context, queries, observe)
  sendQueries(context, queries)
  await dotQueries(context, queries.length)
  dampen(context, queries.length)
  narrow(context, queries.length)
  await mixQueries(context, queries.length)
  correct(context, queries.length)
  await dotDirections(context, queries.length)
  sumTerms(context, queries.length)
  const results = await readResults(context, queries.length)
  return results.isDoubtful ? scoreInSteps(context, queries) : toScores(context, queries, results)
}

/** The same kernels, with the values of steps 3 to 8 on the host as well. */
async function scoreInSteps(
  context: RunContext,
  queries: readonly Query[],
  observe?: StageObserver,
): Promise<RawScore[]> {
  const { device, workspace } = context
  const count = queries.length
  const bytes = workspaceBytes(device)
  const read = (name: Exclude<keyof Workspace['buffers'], 'readback'>, extra = 0) =>
    readBuffer(context.gpu, context.recorder, workspace.buffers[name], count * bytes[name] + extra)
  sendQueries(context, queries)
  await dotQueries(context, count)
  dampen(context, count)
  const sums = new Int32Array(await read('sums'))
  const doubts = new Uint32Array(await read('doubts', 4))
  if (doubts[0] !== 0) settleDoubts(context, count, sums, doubts.subarray(1))
  narrow(context, count)
  const peaks = observe && new Uint32Array(await read('peaks'))
  const weights = observe && new Int8Array(await read('weights'))
  await mixQueries(context, count)
  const mixed = observe && new Int32Array(await read('mixed'))
  correct(context, count)
  await dotDirections(context, count)
  const products = observe && new Int32Array(await read('sums'))
  sumTerms(context, count)
  const results = await readResults(context, count)
  const scores = toScores(context, queries, results)
  if (observe && peaks && weights && mixed && products) {
    const stages: DeviceStages = { sums, peaks, weights, mixed, products, bits: results.bits, scores }
    reportStages(context.index, device, queries, stages, observe)
  }
  return scores
}

/** Divides the marked values exactly, and sends R and its peaks again. */
function settleDoubts(
  { index, device, recorder, workspace }: RunContext,
  count: number,
  sums: Int32Array,
  doubts: Uint32Array,
): void {
  const { blockCount, bands } = device
  const half = sums.length / 2
  for (const [word, marks] of doubts.entries()) {
    for (let bit = 0; bit < 32; bit++) {
      if (((marks >>> bit) & 1) === 0) continue
      const at = word * 32 + bit
      const l = Math.floor(at / bands.paddedRows) % blockCount
      sums[half + at] = dampExactly(index, l, at % bands.paddedRows, sums[at]!)
    }
  }
  const peaks = new Uint32Array(count * blockCount)
  for (let part = 0; part < peaks.length; part++) {
    const from = half + part * bands.paddedRows
    for (let i = from; i < from + bands.paddedRows; i++) peaks[part] = Math.max(peaks[part]!, Math.abs(sums[i]!))
  }
  recorder.write(workspace.buffers.sums, sums.subarray(half), 4 * half)
  recorder.write(workspace.buffers.peaks, peaks)
}

function sendQueries({ recorder, device, index, workspace }: RunContext, queries: readonly Query[]): void {
  const { buffers } = workspace
  const bytes = workspaceBytes(device)
  const count = queries.length
  const codes = new Int8Array(count * bytes.queries)
  for (const [q, query] of queries.entries()) codes.set(query.codes, q * bytes.queries)
  recorder.write(buffers.queries, codes)
  recorder.write(buffers.offsets, exponentOffsets(index, queries))
  for (const name of ['peaks', 'bits', 'tops'] as const) recorder.clear(buffers[name], count * bytes[name])
  recorder.clear(buffers.doubts, count * bytes.doubts + 4)
}

/** x − z by query and block (step 8). */
function exponentOffsets({ tables, scales }: ScoringIndex, queries: readonly Query[]): Int32Array {
  const blockCount = scales.length
  const offsets = new Int32Array(queries.length * blockCount)
  for (const [q, { exponents }] of queries.entries()) {
    for (const [l, scale] of scales.entries()) {
      if (scale) offsets[q * blockCount + l] = 2 * tables.layers[l]!.e0 - 16 - exponents[l]! + scale.xl
    }
  }
  return offsets
}

const dotQueries = (context: RunContext, count: number): Promise<void> => {
  const { device, pipelines, recorder, workspace } = context
  return dotPass(device, pipelines.dotRows, recorder, workspace.buffers.queries, count, workspace.buffers.sums)
}

function dampen({ device, pipelines, recorder, tables, workspace }: RunContext, count: number): void {
  const { bands, blockCount } = device
  const { sums, peaks, doubts } = workspace.buffers
  recorder.dispatch({
    pipeline: pipelines.dampen,
    buffers: [sums, tables.ratios, peaks, doubts],
    shape: [bands.paddedRows, blockCount, count],
    groups: [bands.paddedRows / WORKGROUP_SIZE, blockCount, count],
  })
}

function narrow({ device, pipelines, recorder, workspace }: RunContext, count: number): void {
  const { bands, blockCount } = device
  const { sums, peaks, weights } = workspace.buffers
  recorder.dispatch({
    pipeline: pipelines.narrow,
    buffers: [sums, peaks, weights],
    shape: [bands.paddedRows, blockCount, count],
    groups: [Math.ceil(bands.paddedRows / 4 / WORKGROUP_SIZE), blockCount, count],
  })
}

const mixQueries = ({ device, pipelines, recorder, workspace }: RunContext, count: number): Promise<void> =>
  mixPass(device, pipelines.mixRows, recorder, workspace.buffers.weights, count, workspace.buffers.mixed)

/** Step 7: first the bit lengths of all blocks, then H. */
function correct({ device, pipelines, recorder, tables, index, workspace }: RunContext, count: number): void {
  const { bands, blockCount, segments, segmentTable } = device
  const { mixed, queries, peaks, bits, directions, limbs } = workspace.buffers
  const inputs = [mixed, queries, segmentTable, peaks, bits, tables.scales]
  for (const [pipeline, outputs] of [
    [pipelines.correct, []],
    [pipelines.narrowDirection, [directions, limbs]],
  ] as const) {
    for (let first = 0; first < segments.count; first += GROUPS_MAX) {
      recorder.dispatch({
        pipeline,
        buffers: [...inputs, ...outputs],
        shape: [blockCount, bands.rowQuads, index.acceptedCount, first],
        groups: [Math.min(GROUPS_MAX, segments.count - first), count, 1],
      })
    }
  }
}

const dotDirections = ({ device, pipelines, recorder, workspace }: RunContext, count: number): Promise<void> =>
  dotPass(device, pipelines.dotRows, recorder, workspace.buffers.limbs, 2 * count, workspace.buffers.sums)

function sumTerms({ device, pipelines, recorder, tables, workspace }: RunContext, count: number): void {
  const { bands, blockCount } = device
  const { sums, offsets, bits, tops, scores } = workspace.buffers
  const inputs = [sums, tables.ratios, tables.exponents, offsets, bits, tops]
  const shape = [bands.paddedRows, blockCount]
  const rows = bands.paddedRows / WORKGROUP_SIZE
  recorder.dispatch({ pipeline: pipelines.findTop, buffers: inputs, shape, groups: [rows, blockCount, count] })
  const buffers = [...inputs, tables.scales, scores]
  recorder.dispatch({ pipeline: pipelines.sumTerms, buffers, shape, groups: [rows, 1, count] })
}

interface Results {
  readonly isDoubtful: boolean
  /** count × padded rows. */
  readonly scores: BigInt64Array
  readonly directions: Int16Array
  readonly bits: Uint32Array
  readonly tops: Uint32Array
}

async function readResults({ gpu, recorder, device, workspace }: RunContext, count: number): Promise<Results> {
  const bytes = workspaceBytes(device)
  const { buffers } = workspace
  let at = 0
  const places = RESULTS.map((name) => {
    recorder.copy(buffers[name], buffers.readback, count * bytes[name], at)
    at += count * bytes[name]
    return [at - count * bytes[name], (count * bytes[name]) / 4] as const
  })
  recorder.copy(buffers.doubts, buffers.readback, 4, at)
  const copy = await mapAndCopy(gpu, recorder, buffers.readback, count * readbackBytes(bytes) + 4)
  const [scores, directions, bits, tops] = places
  return {
    isDoubtful: new Uint32Array(copy, at, 1)[0] !== 0,
    scores: new BigInt64Array(copy, scores![0], scores![1] / 2),
    directions: new Int16Array(copy, directions![0], directions![1] * 2),
    bits: new Uint32Array(copy, ...bits!),
    tops: new Uint32Array(copy, ...tops!),
  }
}

function toScores({ device, index }: RunContext, queries: readonly Query[], results: Results): RawScore[] {
  const { bands, blockCount } = device
  const offsets = exponentOffsets(index, queries)
  const rowBytes = 16 * bands.rowQuads
  return queries.map((_, q) => {
    const x = new Int32Array(blockCount)
    for (const [l, scale] of index.scales.entries()) {
      const part = q * blockCount + l
      if (scale) x[l] = offsets[part]! + shiftOf(results.bits[part]!)
    }
    const top = results.tops[q]!
    return {
      scores: results.scores.slice(q * bands.paddedRows, q * bands.paddedRows + bands.rowCount),
      exponentG: top === 0 ? 0 : TERM_BITS - (top - EXPONENT_BIAS),
      x,
      h: results.directions.slice(q * rowBytes, (q + 1) * rowBytes),
    }
  })
}
