/** An index's codes on the device: bands of rows that stay there, and bands that are streamed at every pass. */
import type { CodeSource } from '../codeSource.ts'
import { type GpuDevice, GpuError } from './gpuDevice.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { SPREAD_SIDE } from './shaders/spreadQuads.ts'

/** Rows of a band at most: sums of int8 products stay below 2^31, and 65,535 workgroups a dimension leave room. */
const BAND_ROWS_MAX = 131_072
/** Weights are packed for groups of 64 rows, so every band has a multiple of them; the last one is filled with zeros. */
export const GROUP_ROWS = 64
/** What is read from the file and sent at once; two such pieces are in memory. */
const PIECE_BYTES = 2 ** 25
const QUAD_BYTES = 16
const GROUPS_MAX = 65_535

/** Rows first … first + rowCount − 1 and quads firstQuad … firstQuad + quadCount − 1, quad by quad. */
export interface CodePart {
  readonly firstRow: number
  readonly rowCount: number
  readonly firstQuad: number
  readonly quadCount: number
  readonly buffer: GPUBuffer
}

interface BandPlan {
  readonly firstRow: number
  /** Of the index, and with the zeros that fill the last group. */
  readonly realRows: number
  readonly rowCount: number
  readonly isResident: boolean
}

interface Band extends BandPlan {
  readonly parts: readonly CodePart[]
}

export interface CodeBands {
  readonly rowCount: number
  /** Rows with those that fill the last group of 64. */
  readonly paddedRows: number
  readonly rowQuads: number
  /** Every part begins at a multiple of this; a band of several parts is one whose rows are that long. */
  readonly partQuads: number
  /** Bytes of codes that stay on the device. */
  readonly residentBytes: number
  readonly isStreamed: boolean
  /** Calls `visit` once for every part; without streamed bands everything happens before it returns. */
  forEach(recorder: Recorder, visit: (part: CodePart) => void): Promise<void>
  close(): void
}

export interface BandOptions {
  /** Bytes of codes that may be on the device. Default: all, if the device takes them. */
  readonly memoryBytesMax?: number
  /** For tests: limits smaller than the device's. */
  readonly bindingBytesMax?: number
  readonly bandRowsMax?: number
}

/** Rows of a band: as many as one binding takes. Rows so long that 64 of them exceed it are cut into several parts. */
export function bandRowsOf(rowBytes: number, bindingBytes: number, bandRowsMax = BAND_ROWS_MAX): number {
  const fitting = Math.floor(Math.min(bandRowsMax, bindingBytes / rowBytes) / GROUP_ROWS)
  return Math.max(1, fitting) * GROUP_ROWS
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/** A device that has not room for all gets three quarters of what it had room for; the rest is streamed. */
export async function openCodeBands(
  gpu: GpuDevice,
  spread: GPUComputePipeline,
  source: CodeSource,
  options: BandOptions = {},
): Promise<CodeBands> {
  const bindingBytes = Math.min(options.bindingBytesMax ?? Infinity, gpu.device.limits.maxStorageBufferBindingSize)
  const plan = planBands(source, bindingBytes, options)
  const buffers: GPUBuffer[] = []
  const partQuads = Math.max(1, Math.floor(bindingBytes / (plan[0]!.rowCount * QUAD_BYTES)))
  const allocate = async (band: BandPlan): Promise<Band> => {
    const parts = await allocateParts(gpu, band, source.rowBytes / QUAD_BYTES, partQuads, buffers)
    return { ...band, parts }
  }
  let bytes = 0
  try {
    const stage = await createStage(gpu, source)
    buffers.push(stage)
    const streamed = plan.filter(({ isResident }) => !isResident)
    const scratch = streamed.length === 0 ? undefined : await allocate(streamed[0]!)
    const bands: Band[] = []
    for (const band of plan) {
      if (!band.isResident) continue
      bands.push(await allocate(band))
      bytes += band.rowCount * source.rowBytes
    }
    const opened = new DeviceBands(gpu, spread, source, { bands, streamed, scratch, stage, partQuads }, buffers)
    await opened.fill()
    return opened
  } catch (error) {
    for (const buffer of buffers) buffer.destroy()
    if (!(error instanceof GpuError) || error.code !== 'OutOfMemory' || bytes === 0) throw error
    return openCodeBands(gpu, spread, source, { ...options, memoryBytesMax: Math.floor(bytes * 0.75) })
  }
}

function planBands(source: CodeSource, bindingBytes: number, options: BandOptions): BandPlan[] {
  const { rowCount, rowBytes } = source
  const budget = options.memoryBytesMax ?? Infinity
  const isStreamed = roundUp(rowCount, GROUP_ROWS) * rowBytes > budget
  // Half of a budget that does not suffice for all stays resident; a streamed band takes the other half at most.
  const bandBytes = isStreamed ? Math.min(bindingBytes, Math.max(budget / 2, 1), 2 * PIECE_BYTES) : bindingBytes
  const bandRows = bandRowsOf(rowBytes, bandBytes, options.bandRowsMax)
  const residentBytes = isStreamed ? budget - bandRows * rowBytes : Infinity
  const bands: BandPlan[] = []
  for (let firstRow = 0; firstRow < rowCount; firstRow += bandRows) {
    const realRows = Math.min(bandRows, rowCount - firstRow)
    const isResident = (firstRow + bandRows) * rowBytes <= residentBytes
    bands.push({ firstRow, realRows, rowCount: roundUp(realRows, GROUP_ROWS), isResident })
  }
  return bands
}

async function allocateParts(
  gpu: GpuDevice,
  { firstRow, rowCount }: BandPlan,
  rowQuads: number,
  partQuads: number,
  buffers: GPUBuffer[],
): Promise<CodePart[]> {
  const parts: CodePart[] = []
  for (let firstQuad = 0; firstQuad < rowQuads; firstQuad += partQuads) {
    const quadCount = Math.min(partQuads, rowQuads - firstQuad)
    const size = quadCount * rowCount * QUAD_BYTES
    const usage = GPUBufferUsage.STORAGE
    const buffer = await gpu.scoped(`codes: ${size} bytes`, () => gpu.device.createBuffer({ size, usage }))
    buffers.push(buffer)
    parts.push({ firstRow, rowCount, firstQuad, quadCount, buffer })
  }
  return parts
}

const pieceRowsOf = ({ rowCount, rowBytes }: CodeSource): number =>
  Math.min(rowCount, Math.max(1, Math.floor(PIECE_BYTES / rowBytes)))

function createStage(gpu: GpuDevice, source: CodeSource): Promise<GPUBuffer> {
  const size = pieceRowsOf(source) * source.rowBytes
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST
  return gpu.scoped(`staging: ${size} bytes`, () => gpu.device.createBuffer({ size, usage }))
}

interface Plan {
  readonly bands: readonly Band[]
  readonly streamed: readonly BandPlan[]
  /** Where streamed bands lie one after another. */
  readonly scratch: Band | undefined
  /** A piece of rows as the file has them. */
  readonly stage: GPUBuffer
  readonly partQuads: number
}

class DeviceBands implements CodeBands {
  readonly rowCount: number
  readonly paddedRows: number
  readonly rowQuads: number
  readonly partQuads: number
  readonly residentBytes: number
  readonly isStreamed: boolean
  readonly #gpu: GpuDevice
  readonly #spread: GPUComputePipeline
  readonly #source: CodeSource
  readonly #plan: Plan
  readonly #buffers: readonly GPUBuffer[]

  constructor(
    gpu: GpuDevice,
    spread: GPUComputePipeline,
    source: CodeSource,
    plan: Plan,
    buffers: readonly GPUBuffer[],
  ) {
    this.rowCount = source.rowCount
    this.paddedRows = roundUp(source.rowCount, GROUP_ROWS)
    this.rowQuads = source.rowBytes / QUAD_BYTES
    this.partQuads = plan.partQuads
    this.residentBytes = plan.bands.reduce((sum, band) => sum + band.rowCount * source.rowBytes, 0)
    this.isStreamed = plan.streamed.length > 0
    this.#gpu = gpu
    this.#spread = spread
    this.#source = source
    this.#plan = plan
    this.#buffers = buffers
  }

  /** Sends what stays; once. */
  async fill(): Promise<void> {
    const recorder = await createRecorder(this.#gpu)
    try {
      for (const band of this.#plan.bands) await this.#send(recorder, band)
      await recorder.finish()
    } finally {
      recorder.close()
    }
  }

  async forEach(recorder: Recorder, visit: (part: CodePart) => void): Promise<void> {
    for (const { parts } of this.#plan.bands) for (const part of parts) visit(part)
    for (const plan of this.#plan.streamed) {
      const { firstRow, rowCount } = plan
      // What the last group still has of the band before meets weights and ratios of 0.
      const parts = this.#plan.scratch!.parts.map((part) => ({ ...part, firstRow, rowCount }))
      await this.#send(recorder, { ...plan, parts })
      for (const part of parts) visit(part)
    }
  }

  close(): void {
    for (const buffer of this.#buffers) buffer.destroy()
  }

  /** While the device spreads one piece the next is read; it is never more than one piece behind. */
  async #send(recorder: Recorder, band: Band): Promise<void> {
    const { queue } = this.#gpu.device
    let done: Promise<unknown> = Promise.resolve()
    for await (const { first, count, codes } of readPieces(this.#source, band.firstRow, band.realRows)) {
      recorder.flush()
      await this.#gpu.orLost(done)
      recorder.write(this.#plan.stage, codes)
      for (const part of band.parts) this.#record(recorder, part, first, count)
      recorder.flush()
      done = queue.onSubmittedWorkDone()
      done.catch(() => {})
    }
  }

  #record(recorder: Recorder, part: CodePart, first: number, count: number): void {
    const groups = Math.ceil(part.quadCount / SPREAD_SIDE)
    recorder.dispatch({
      pipeline: this.#spread,
      buffers: [this.#plan.stage, part.buffer],
      shape: [count, this.rowQuads, part.firstQuad, part.quadCount, part.rowCount, first - part.firstRow],
      groups: [Math.ceil(count / SPREAD_SIDE), Math.min(groups, GROUPS_MAX), Math.ceil(groups / GROUPS_MAX)],
    })
  }
}

interface Piece {
  readonly first: number
  readonly count: number
  readonly codes: Int8Array
}

/** Rows of the source in pieces; the next one is read while this one is used. */
async function* readPieces(source: CodeSource, first: number, count: number): AsyncGenerator<Piece, void, undefined> {
  const { rowBytes, bytes } = source
  const rows = pieceRowsOf(source)
  const end = first + count
  const buffers = bytes ? [] : [new Int8Array(rows * rowBytes), new Int8Array(count > rows ? rows * rowBytes : 0)]
  const read = async (at: number): Promise<Piece | undefined> => {
    if (at >= end) return undefined
    const size = Math.min(rows, end - at)
    if (bytes) return { first: at, count: size, codes: bytes.subarray(at * rowBytes, (at + size) * rowBytes) }
    const codes = buffers[((at - first) / rows) & 1]!.subarray(0, size * rowBytes)
    await source.read(at, size, codes)
    return { first: at, count: size, codes }
  }
  for (let piece = await read(first); piece !== undefined; ) {
    const next = read(piece.first + rows)
    // A consumer that stops early must not leave a rejection without a handler.
    next.catch(() => {})
    yield piece
    piece = await next
  }
}
