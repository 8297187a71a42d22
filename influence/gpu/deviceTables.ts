/** What the kernels need of an index beside its codes: segments of blocks, and the tables of the scalar steps. */
import type { KernelInput } from '../backends/kernels.ts'
import type { ScoringIndex } from '../scoring/scoringIndex.ts'
import type { CodeBands } from './codeBands.ts'
import type { GpuDevice } from './gpuDevice.ts'
import { SEGMENT_QUADS } from './shaders/dotRows.ts'

/** A block's quads, cut where a segment or a part of the codes ends. */
export interface Segments {
  /** Block, first quad, quads, 1 if it is its block's only one: four words each. */
  readonly words: Uint32Array
  readonly count: number
  /** Does any block have several? Their sums begin at 0 and grow. */
  readonly hasShared: boolean
}

export function segmentBlocks(input: Pick<KernelInput, 'offsets' | 'paddedDims'>, partQuads: number): Segments {
  const words: number[] = []
  let hasShared = false
  for (const [l, offset] of input.offsets.entries()) {
    const end = (offset + input.paddedDims[l]!) / 16
    const cuts: number[] = []
    for (let at = offset / 16; at < end; ) {
      cuts.push(at)
      at = Math.min(at + SEGMENT_QUADS, end, at - (at % partQuads) + partQuads)
    }
    const isOnly = cuts.length === 1
    hasShared ||= !isOnly
    for (const [i, at] of cuts.entries()) words.push(l, at, (cuts[i + 1] ?? end) - at, isOnly ? 1 : 0)
  }
  return { words: Uint32Array.from(words), count: words.length / 4, hasShared }
}

/** The block of every quad. */
export function quadBlocksOf({ offsets, paddedDims, rowBytes }: KernelInput): Uint32Array {
  const blocks = new Uint32Array(rowBytes / 16)
  for (const [l, offset] of offsets.entries()) blocks.fill(l, offset / 16, (offset + paddedDims[l]!) / 16)
  return blocks
}

/** Where a part of the codes has its segments: [first, end) of the table, which is in the order of quads. */
export function segmentsWithin({ words, count }: Segments, firstQuad: number, quadCount: number): [number, number] {
  const place = (quad: number): number => {
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >> 1
      if (words[4 * middle + 1]! < quad) low = middle + 1
      else high = middle
    }
    return low
  }
  return [place(firstQuad), place(firstQuad + quadCount)]
}

/** Tables of one scoring index, by block and padded row. */
export interface ScoringTables {
  /** Doubles as two words; 0 where not live. */
  readonly ratios: GPUBuffer
  readonly exponents: GPUBuffer
  /** M31 by block; 0: dead. */
  readonly scales: GPUBuffer
}

export async function uploadScoringTables(
  gpu: GpuDevice,
  bands: CodeBands,
  { tables, ratios, scales }: ScoringIndex,
): Promise<ScoringTables> {
  const { rowCount, paddedRows } = bands
  const blockCount = tables.layers.length
  const paddedRatios = new Float64Array(blockCount * paddedRows)
  const exponents = new Int32Array(blockCount * paddedRows)
  for (let l = 0; l < blockCount; l++) {
    paddedRatios.set(ratios.subarray(l * rowCount, (l + 1) * rowCount), l * paddedRows)
    for (let row = 0; row < rowCount; row++) {
      exponents[l * paddedRows + row] = tables.exponents[row * blockCount + l]!
    }
  }
  const m31 = Uint32Array.from(scales, (scale) => scale?.m31 ?? 0)
  const [ratioBuffer, exponentBuffer, scaleBuffer] = await Promise.all([
    createFilled(gpu, paddedRatios, 'ratios'),
    createFilled(gpu, exponents, 'exponents'),
    createFilled(gpu, m31, 'scales'),
  ])
  return { ratios: ratioBuffer!, exponents: exponentBuffer!, scales: scaleBuffer! }
}

/** A storage buffer with these bytes, a multiple of four. */
export function createFilled(
  gpu: GpuDevice,
  data: Int8Array | Int32Array | Uint32Array | Float64Array,
  what: string,
  moreUsage = 0,
): Promise<GPUBuffer> {
  return gpu.scoped(`${what}: ${data.byteLength} bytes`, () => {
    const usage = GPUBufferUsage.STORAGE | moreUsage
    const buffer = gpu.device.createBuffer({ size: data.byteLength, usage, mappedAtCreation: true })
    const target = new Uint8Array(buffer.getMappedRange())
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    buffer.unmap()
    return buffer
  })
}
