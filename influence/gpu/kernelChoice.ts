/** Which kernel variants a device uses: measured by a short probe, once per GPU adapter and process. */
import type { KernelInput } from '../backends/kernels.ts'
import { memoryCodes } from '../codeSource.ts'
import { openCodeBands } from './codeBands.ts'
import type { GpuDevice } from './gpuDevice.ts'
import { type DeviceIndex, describeBlocks, dotPass, mixPass } from './passes.ts'
import {
  compileDot,
  compileFixed,
  compileMix,
  compilePipelines,
  type FixedPipelines,
  type KernelChoice,
  type Pipelines,
  type Variant,
} from './pipelines.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import type { DotVariant } from './shaders/dotProducts.ts'
import type { DotTile } from './shaders/dotRows.ts'
import type { MatchTile } from './shaders/matchRows.ts'
import type { MixTile } from './shaders/mixRows.ts'

const dotTile = (rows: DotTile['rows'], vectors: DotTile['vectors'], isStaged = false): DotTile => ({
  rows,
  vectors,
  isStaged,
})
const mixTile = (
  vectors: MixTile['vectors'],
  products: MixTile['products'],
  lanes: MixTile['lanes'] = 16,
): MixTile => ({ vectors, products, lanes })

interface Candidates {
  readonly dot: readonly DotVariant[]
  readonly one: readonly DotTile[]
  readonly two: readonly DotTile[]
  readonly batch: readonly DotTile[]
  readonly mixOne: readonly MixTile[]
  readonly mixBatch: readonly MixTile[]
  /** Not measured: one pass at the opening of an index. */
  readonly matchRows: MatchTile
}

/**
 * What is compared, the safest first. One or two vectors are bound by memory: few rows an invocation keep many loads in
 * flight. A batch is bound by arithmetic: many products for every load. There is no variant over a transposed copy: quad by
 * quad the codes are read in one piece by rows (`dotRows`) and by columns (`mixRows`) alike.
 */
export const CANDIDATES: Candidates = {
  dot: ['packed', 'shifts'],
  one: [dotTile(1, 1), dotTile(2, 1), dotTile(4, 1)],
  two: [dotTile(1, 2), dotTile(2, 2), dotTile(4, 2)],
  batch: [dotTile(4, 4), dotTile(2, 8), dotTile(2, 8, true)],
  mixOne: [mixTile(1, 'limbs'), mixTile(1, 'wide')],
  mixBatch: [mixTile(4, 'limbs'), mixTile(8, 'limbs'), mixTile(4, 'wide')],
  matchRows: { rows: 4, vectors: 4 },
}

/**
 * A processor that plays a GPU runs a barrier as so many coroutines. One tile for all: each more costs compiling and a
 * self-test, and a tile four times as large is no faster and takes five times as long to compile.
 */
export const SOFTWARE_CANDIDATES: Candidates = {
  dot: ['packed', 'shifts'],
  one: [dotTile(2, 2)],
  two: [dotTile(2, 2)],
  batch: [dotTile(2, 2)],
  mixOne: [mixTile(4, 'wide', 1)],
  mixBatch: [mixTile(4, 'wide', 1)],
  matchRows: { rows: 1, vectors: 1 },
}

/** Vectors of a batch in the probe: a multiple of every tile. */
const PROBE_VECTORS = 8
/** 16 MiB of codes on a GPU, 128 KiB on a processor that plays one. */
const PROBE_ROWS = { gpu: 16_384, software: 128 } as const
const PROBE_ROW_BYTES = 1024
/** Measuring stops here; what was not measured is not chosen. Compiling comes on top. */
const PROBE_MS_MAX = 200
/** A timing below this is the clock's and the queue's, not the kernel's. */
const TIMING_MS_MIN = 1
const REPEATS_MAX = 64
/** The slowest driver that we know does this on one core; a smaller figure measured something else. */
const MACS_PER_MS_MIN = 2 ** 17

export interface Probed {
  readonly pipelines: Pipelines
  /** Multiplications a millisecond of the slowest chosen kernel: dispatches are cut by it. */
  readonly macsPerMs: number
  /** Time of all measurements; 0 when the choice was known. */
  readonly probeMs: number
}

/** Choices of this process by GPU adapter: the same device need not be measured twice. */
const known = new Map<string, { choice: KernelChoice; macsPerMs: number }>()

/** `choice`: instead of measuring, for tests. */
export async function choosePipelines(gpu: GpuDevice, choice?: KernelChoice): Promise<Probed> {
  const fixed = await compileFixed(gpu)
  const chosen = choice ? { choice, macsPerMs: MACS_PER_MS_MIN } : known.get(gpu.description)
  if (chosen) {
    const pipelines = await compilePipelines(gpu, chosen.choice, fixed)
    return { pipelines, macsPerMs: chosen.macsPerMs, probeMs: 0 }
  }
  const probe = await openProbe(gpu, fixed)
  try {
    const found = await probe.choose()
    known.set(gpu.description, found)
    return { pipelines: await compilePipelines(gpu, found.choice, fixed), ...found, probeMs: probe.spentMs() }
  } finally {
    probe.close()
  }
}

interface Probe {
  choose(): Promise<{ choice: KernelChoice; macsPerMs: number }>
  spentMs(): number
  close(): void
}

interface Timed<Tile> {
  readonly tile: Tile
  readonly ms: number
}

async function openProbe(gpu: GpuDevice, fixed: FixedPipelines): Promise<Probe> {
  const rowCount = gpu.isSoftware ? PROBE_ROWS.software : PROBE_ROWS.gpu
  const input: KernelInput = {
    rowCount,
    rowBytes: PROBE_ROW_BYTES,
    offsets: [0, PROBE_ROW_BYTES / 2],
    paddedDims: [PROBE_ROW_BYTES / 2, PROBE_ROW_BYTES / 2],
    codes: memoryCodes(new Int8Array(rowCount * PROBE_ROW_BYTES), rowCount, PROBE_ROW_BYTES),
  }
  const bands = await openCodeBands(gpu, fixed.spreadQuads, input.codes)
  const device = await describeBlocks(gpu, input, bands, Infinity)
  const recorder = await createRecorder(gpu)
  const [vectors, sums, mixed] = await gpu.scoped('probe', () =>
    [PROBE_VECTORS * PROBE_ROW_BYTES, 8 * PROBE_VECTORS * rowCount, 8 * PROBE_VECTORS * PROBE_ROW_BYTES].map((size) =>
      gpu.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST }),
    ),
  )
  const buffers = { vectors: vectors!, sums: sums!, mixed: mixed! }
  return new DeviceProbe(gpu, device, recorder, buffers)
}

interface ProbeBuffers {
  readonly vectors: GPUBuffer
  /** Also the weights of `mixRows`. */
  readonly sums: GPUBuffer
  readonly mixed: GPUBuffer
}

class DeviceProbe implements Probe {
  readonly #gpu: GpuDevice
  readonly #device: DeviceIndex
  readonly #recorder: Recorder
  readonly #buffers: ProbeBuffers
  #spentMs = 0

  constructor(gpu: GpuDevice, device: DeviceIndex, recorder: Recorder, buffers: ProbeBuffers) {
    this.#gpu = gpu
    this.#device = device
    this.#recorder = recorder
    this.#buffers = buffers
  }

  async choose(): Promise<{ choice: KernelChoice; macsPerMs: number }> {
    const candidates = this.#gpu.isSoftware ? SOFTWARE_CANDIDATES : CANDIDATES
    const dot = await this.#chooseDot(candidates)
    const own = <T>(tiles: readonly T[], make: (gpu: GpuDevice, dot: DotVariant, tile: T) => Promise<Variant<T>>) =>
      Promise.all(tiles.map((tile) => make(this.#gpu, dot, tile)))
    const [ones, twos, batches, mixOnes, mixBatches] = await Promise.all([
      own(candidates.one, compileDot),
      own(candidates.two, compileDot),
      own(candidates.batch, compileDot),
      own(candidates.mixOne, compileMix),
      own(candidates.mixBatch, compileMix),
    ])
    const batch = await this.#fastest(batches, (variant) => this.#runDot(variant, PROBE_VECTORS))
    const mixBatch = await this.#fastest(mixBatches, (variant) => this.#runMix(variant, PROBE_VECTORS))
    const mixOne = await this.#fastest(mixOnes, (variant) => this.#runMix(variant, 1))
    const one = await this.#fastest(ones, (variant) => this.#runDot(variant, 1))
    const two = await this.#fastest(twos, (variant) => this.#runDot(variant, 2))
    const macs = this.#device.bands.rowCount * PROBE_ROW_BYTES
    const times = [one.ms, two.ms / 2, batch.ms / PROBE_VECTORS, mixOne.ms, mixBatch.ms / PROBE_VECTORS]
    const choice: KernelChoice = {
      dot,
      dotRows: { one: one.tile, two: two.tile, batch: batch.tile },
      mixRows: { one: mixOne.tile, batch: mixBatch.tile },
      matchRows: candidates.matchRows,
    }
    const macsPerMs = Math.max(MACS_PER_MS_MIN, macs / Math.max(...times.filter((ms) => ms !== Infinity)))
    return { choice, macsPerMs }
  }

  spentMs(): number {
    return this.#spentMs
  }

  close(): void {
    const { bands, segmentTable, quadBlocks } = this.#device
    bands.close()
    this.#recorder.close()
    for (const buffer of [segmentTable, quadBlocks, ...Object.values(this.#buffers)]) buffer.destroy()
  }

  async #chooseDot({ dot: dots, batch }: Candidates): Promise<DotVariant> {
    if (!this.#gpu.hasPackedDot) return 'shifts'
    const tile = batch[0]!
    const variants = await Promise.all(dots.map(async (dot) => ({ dot, ...(await compileDot(this.#gpu, dot, tile)) })))
    const timed: { dot: DotVariant; ms: number }[] = []
    for (const variant of variants) {
      timed.push({ dot: variant.dot, ms: await this.#time(() => this.#runDot(variant, PROBE_VECTORS)) })
    }
    return timed.reduce((best, own) => (own.ms < best.ms ? own : best)).dot
  }

  async #fastest<T>(variants: readonly Variant<T>[], run: (variant: Variant<T>) => void): Promise<Timed<T>> {
    let best: Timed<T> = { tile: variants[0]!.tile, ms: Infinity }
    for (const variant of variants) {
      if (best.ms !== Infinity && this.#spentMs > PROBE_MS_MAX) break
      const ms = await this.#time(() => run(variant))
      if (ms < best.ms) best = { tile: variant.tile, ms }
    }
    return best
  }

  /** The first run warms up; then as many as can be measured. */
  async #time(record: () => void): Promise<number> {
    const startMs = performance.now()
    let ms = await this.#once(record, 1)
    for (let repeats = 1; repeats <= REPEATS_MAX; repeats *= 4) {
      ms = await this.#once(record, repeats)
      if (ms * repeats >= TIMING_MS_MIN) break
    }
    this.#spentMs += performance.now() - startMs
    return ms
  }

  async #once(record: () => void, repeats: number): Promise<number> {
    const startMs = performance.now()
    for (let i = 0; i < repeats; i++) record()
    await this.#recorder.finish()
    await this.#gpu.orLost(this.#gpu.device.queue.onSubmittedWorkDone())
    return (performance.now() - startMs) / repeats
  }

  #runDot(variant: Variant<DotTile>, count: number): void {
    const { vectors, sums } = this.#buffers
    void dotPass(this.#device, { one: variant, two: variant, batch: variant }, this.#recorder, vectors, count, sums)
  }

  #runMix(variant: Variant<MixTile>, count: number): void {
    const { sums, mixed } = this.#buffers
    void mixPass(this.#device, { one: variant, batch: variant }, this.#recorder, sums, count, mixed)
  }
}
