/** One pass over the codes for all vectors of a call: which dispatches `dotRows` and `mixRows` are made of. */
import type { KernelInput } from '../backends/kernels.ts'
import type { CodeBands, CodePart } from './codeBands.ts'
import { createFilled, quadBlocksOf, type Segments, segmentBlocks, segmentsWithin } from './deviceTables.ts'
import type { GpuDevice } from './gpuDevice.ts'
import type { Pipelines, Variant } from './pipelines.ts'
import type { Recorder } from './recorder.ts'
import { type DotTile, SEGMENT_QUADS, WORKGROUP_SIZE } from './shaders/dotRows.ts'
import { MIX_GROUP_ROWS, mixQuads, mixRowsMax } from './shaders/mixRows.ts'

const GROUPS_MAX = 65_535
/** One dispatch aims at this (§10.2 no. 5: 100 ms), by the speed that the probe measured. */
const DISPATCH_MS = 50
/** Slices of rows are so long that about this many workgroups come out: enough for the largest devices. */
const MIX_WORKGROUPS = 4096
const QUAD_CODES = 16

/** Codes of one index on the device, and how its blocks are cut. */
export interface DeviceIndex {
  readonly bands: CodeBands
  readonly blockCount: number
  readonly segments: Segments
  readonly segmentTable: GPUBuffer
  readonly quadBlocks: GPUBuffer
  /** Multiplications a millisecond, as probed. */
  readonly macsPerMs: number
}

export async function describeBlocks(
  gpu: GpuDevice,
  input: KernelInput,
  bands: CodeBands,
  macsPerMs: number,
): Promise<DeviceIndex> {
  const segments = segmentBlocks(input, bands.partQuads)
  const segmentTable = await createFilled(gpu, segments.words, 'segments')
  const quadBlocks = await createFilled(gpu, quadBlocksOf(input), 'blocks of quads')
  return { bands, blockCount: input.offsets.length, segments, segmentTable, quadBlocks, macsPerMs }
}

/** Steps of `size` through [first, end). */
function* steps(first: number, end: number, size: number): Generator<[number, number]> {
  for (let at = first; at < end; at += size) yield [at, Math.min(end, at + size)]
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value))

function dotVariant(dotRows: Pipelines['dotRows'], count: number): Variant<DotTile> {
  return count === 1 ? dotRows.one : count === 2 ? dotRows.two : dotRows.batch
}

/** Sums of `count` vectors (rows of 16 · rowQuads codes) with all rows: [vector][block][padded row] in `sums`. */
export async function dotPass(
  index: DeviceIndex,
  dotRows: Pipelines['dotRows'],
  recorder: Recorder,
  vectors: GPUBuffer,
  count: number,
  sums: GPUBuffer,
): Promise<void> {
  const { bands, segments, blockCount } = index
  if (segments.hasShared) recorder.clear(sums, 4 * count * blockCount * bands.paddedRows)
  const variant = dotVariant(dotRows, count)
  await bands.forEach(recorder, (part) => {
    for (const range of dotRanges(index, part, variant.tile.vectors, count)) {
      recordDot(index, recorder, variant, [part.buffer, vectors, index.segmentTable, sums], part, range)
    }
  })
}

interface DotRange {
  readonly segments: readonly [number, number]
  readonly vectors: readonly [number, number]
}

function* dotRanges(index: DeviceIndex, part: CodePart, unit: number, count: number): Generator<DotRange> {
  const macsMax = index.macsPerMs * DISPATCH_MS
  const segmentMacs = part.rowCount * SEGMENT_QUADS * QUAD_CODES
  const vectorStep = clamp(Math.floor(macsMax / segmentMacs / unit) * unit, unit, Math.ceil(count / unit) * unit)
  const segmentStep = clamp(Math.floor(macsMax / (segmentMacs * vectorStep)), 1, GROUPS_MAX)
  for (const segments of steps(...segmentsWithin(index.segments, part.firstQuad, part.quadCount), segmentStep)) {
    for (const vectors of steps(0, count, vectorStep)) yield { segments, vectors }
  }
}

function recordDot(
  { bands, blockCount, macsPerMs }: DeviceIndex,
  recorder: Recorder,
  { pipeline, tile }: Variant<DotTile>,
  buffers: readonly GPUBuffer[],
  part: CodePart,
  { segments: [first, end], vectors: [firstVector, vectorEnd] }: DotRange,
): void {
  const { rowCount, firstRow, firstQuad } = part
  const shape = [rowCount, firstRow, bands.paddedRows, firstQuad, bands.rowQuads, blockCount]
  const macs = rowCount * (end - first) * SEGMENT_QUADS * QUAD_CODES * (vectorEnd - firstVector)
  recorder.dispatch({
    pipeline,
    buffers,
    shape: [...shape, first, firstVector, vectorEnd],
    // Neighbouring workgroups share rows, so that a batch reads them from the cache.
    groups: [
      Math.ceil((vectorEnd - firstVector) / tile.vectors),
      Math.ceil(rowCount / (WORKGROUP_SIZE * tile.rows)),
      end - first,
    ],
    costMs: macs / macsPerMs,
  })
}

/** Adds Σ W·a over all rows to [query][column] of `mixed`, from weights as limbs. */
export async function mixPass(
  index: DeviceIndex,
  mixRows: Pipelines['mixRows'],
  recorder: Recorder,
  weights: GPUBuffer,
  count: number,
  mixed: GPUBuffer,
): Promise<void> {
  const { bands } = index
  recorder.clear(mixed, 8 * 16 * count * bands.rowQuads)
  const variant = count === 1 ? mixRows.one : mixRows.batch
  await bands.forEach(recorder, (part) => {
    const { rowCount, firstRow, firstQuad } = part
    const { paddedRows, rowQuads } = bands
    const quadsPerGroup = mixQuads(variant.tile)
    const fitting = Math.floor((index.macsPerMs * DISPATCH_MS) / (rowCount * QUAD_CODES * count) / quadsPerGroup)
    const step = clamp(fitting, 1, GROUPS_MAX) * quadsPerGroup
    const vectorGroups = Math.ceil(count / variant.tile.vectors)
    for (const [first, end] of steps(firstQuad, firstQuad + part.quadCount, step)) {
      const quadGroups = Math.ceil((end - first) / quadsPerGroup)
      const sliceRows = sliceRowsOf(rowCount, quadGroups * vectorGroups, mixRowsMax(variant.tile))
      const shape = [rowCount, firstRow, paddedRows, firstQuad, rowQuads, index.blockCount]
      recorder.dispatch({
        pipeline: variant.pipeline,
        buffers: [part.buffer, weights, index.quadBlocks, mixed],
        shape: [...shape, first, end, sliceRows, count],
        groups: [Math.ceil(rowCount / sliceRows), quadGroups, vectorGroups],
        costMs: (rowCount * (end - first) * QUAD_CODES * count) / index.macsPerMs,
      })
    }
  })
}

/** Rows of a workgroup: long slices join fewer sums, short ones keep a large device busy. */
function sliceRowsOf(rowCount: number, workgroups: number, most: number): number {
  const wanted = Math.ceil((rowCount * workgroups) / MIX_WORKGROUPS / MIX_GROUP_ROWS) * MIX_GROUP_ROWS
  return clamp(wanted, 4 * MIX_GROUP_ROWS, most)
}
