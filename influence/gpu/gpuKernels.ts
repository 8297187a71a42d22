/** Kernels over one index on a WebGPU device: step by step as the other back ends, or steps 3 to 9 in one go. */
import type { KernelInput, Kernels } from '../backends/kernels.ts'
import type { OnStage } from '../backends/stage.ts'
import type { RawScore, ScoringIndex, StageObserver } from '../scoring/scoringIndex.ts'
import type { Query } from '../surface.ts'
import { type BandOptions, type CodeBands, openCodeBands } from './codeBands.ts'
import { type ScoringTables, uploadScoringTables } from './deviceTables.ts'
import type { GpuDevice } from './gpuDevice.ts'
import { type DeviceIndex, describeBlocks, dotPass, mixPass } from './passes.ts'
import type { Pipelines } from './pipelines.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { scoreOnDevice } from './scoreRun.ts'
import { columnSums, limbPlace } from './stages.ts'
import { capacityMax, createWorkspace, destroyWorkspace, readBuffer, type Workspace } from './workspace.ts'

export async function openGpuKernels(
  gpu: GpuDevice,
  pipelines: Pipelines,
  macsPerMs: number,
  input: KernelInput,
  options: BandOptions = {},
): Promise<GpuKernels> {
  const bands = await openCodeBands(gpu, pipelines.spreadQuads, input.codes, options)
  const device = await describeBlocks(gpu, input, bands, macsPerMs)
  return new GpuKernels(gpu, pipelines, device, await createRecorder(gpu))
}

export class GpuKernels implements Kernels {
  readonly backend = 'gpu'
  readonly bands: CodeBands
  readonly #gpu: GpuDevice
  readonly #pipelines: Pipelines
  readonly #device: DeviceIndex
  readonly #recorder: Recorder
  #workspace: Workspace | undefined
  /** Of the scoring index that was used last: an engine has one. */
  #scoring: { readonly index: ScoringIndex; readonly tables: ScoringTables } | undefined
  /** Calls share the workspace: one after another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(gpu: GpuDevice, pipelines: Pipelines, device: DeviceIndex, recorder: Recorder) {
    this.#gpu = gpu
    this.#pipelines = pipelines
    this.#device = device
    this.bands = device.bands
    this.#recorder = recorder
  }

  dotRows(vectors: Int8Array, count: number): Promise<Int32Array> {
    return this.#next(async () => {
      const { blockCount } = this.#device
      const { rowCount, paddedRows } = this.bands
      const out = new Int32Array(count * blockCount * rowCount)
      const rowBytes = vectors.length / count
      await this.#inParts(count, async (first, size, workspace) => {
        const sums = await this.#dot(workspace, vectors.subarray(first * rowBytes, (first + size) * rowBytes), size)
        for (let part = 0; part < size * blockCount; part++) {
          const at = (first * blockCount + part) * rowCount
          out.set(sums.subarray(part * paddedRows, part * paddedRows + rowCount), at)
        }
      })
      return out
    })
  }

  dotRowsWide(vectors: Int16Array, count: number): Promise<Float64Array> {
    return this.#next(async () => {
      const { blockCount } = this.#device
      const { rowCount, paddedRows } = this.bands
      const out = new Float64Array(count * blockCount * rowCount)
      const rowBytes = vectors.length / count
      await this.#inParts(count, async (first, size, workspace) => {
        const limbs = splitLimbs(vectors.subarray(first * rowBytes, (first + size) * rowBytes))
        const sums = await this.#dot(workspace, limbs, 2 * size)
        const half = size * blockCount * paddedRows
        for (let part = 0; part < size * blockCount; part++) {
          const at = (first * blockCount + part) * rowCount
          for (let row = 0; row < rowCount; row++) {
            const from = part * paddedRows + row
            out[at + row] = sums[from]! + 256 * sums[half + from]!
          }
        }
      })
      return out
    })
  }

  mixRows(weights: Int16Array, count: number): Promise<Float64Array> {
    return this.#next(async () => {
      const { rowQuads, rowCount } = this.bands
      const { blockCount } = this.#device
      const rowBytes = 16 * rowQuads
      const out = new Float64Array(count * rowBytes)
      const values = blockCount * rowCount
      await this.#inParts(count, async (first, size, workspace) => {
        const { weights: limbs, mixed } = workspace.buffers
        const part = weights.subarray(first * values, (first + size) * values)
        this.#recorder.write(limbs, packWeights(part, rowCount, this.bands.paddedRows))
        await mixPass(this.#device, this.#pipelines.mixRows, this.#recorder, limbs, size, mixed)
        const sums = await readBuffer(this.#gpu, this.#recorder, mixed, 8 * size * rowBytes)
        out.set(columnSums(new Int32Array(sums), 0, size * rowBytes), first * rowBytes)
      })
      return out
    })
  }

  scoreQueries(
    index: ScoringIndex,
    queries: readonly Query[],
    observe?: StageObserver,
    onStage: OnStage = () => {},
  ): Promise<RawScore[]> {
    return this.#next(async () => {
      onStage('steps 3 to 9')
      if (this.#scoring?.index !== index) await this.#useIndex(index)
      const { tables } = this.#scoring!
      const out: RawScore[] = []
      await this.#inParts(queries.length, async (first, size, workspace) => {
        const own: StageObserver | undefined = observe && ((q, l, stages) => observe(first + q, l, stages))
        const context = {
          gpu: this.#gpu,
          pipelines: this.#pipelines,
          recorder: this.#recorder,
          device: this.#device,
          tables,
          workspace,
          index,
        }
        out.push(...(await scoreOnDevice(context, queries.slice(first, first + size), own)))
      })
      return out
    })
  }

  close(): void {
    destroyWorkspace(this.#workspace)
    this.#destroyTables()
    this.#device.segmentTable.destroy()
    this.#device.quadBlocks.destroy()
    this.bands.close()
    this.#recorder.close()
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const own = this.#turn.then(work)
    this.#turn = own.catch(() => {})
    return own
  }

  /** Calls `body` for parts of `count` queries that one workspace takes. */
  async #inParts(
    count: number,
    body: (first: number, size: number, workspace: Workspace) => Promise<void>,
  ): Promise<void> {
    const most = capacityMax(this.#gpu, this.#device)
    for (let first = 0; first < count; first += most) {
      const size = Math.min(most, count - first)
      await body(first, size, await this.#workspaceFor(size))
    }
  }

  async #workspaceFor(count: number): Promise<Workspace> {
    if (this.#workspace && this.#workspace.capacity >= count) return this.#workspace
    destroyWorkspace(this.#workspace)
    this.#recorder.forget()
    this.#workspace = undefined
    this.#workspace = await createWorkspace(this.#gpu, this.#device, count)
    return this.#workspace
  }

  async #dot({ buffers }: Workspace, vectors: Int8Array, count: number): Promise<Int32Array> {
    const values = count * this.#device.blockCount * this.bands.paddedRows
    this.#recorder.write(buffers.limbs, vectors)
    await dotPass(this.#device, this.#pipelines.dotRows, this.#recorder, buffers.limbs, count, buffers.sums)
    return new Int32Array(await readBuffer(this.#gpu, this.#recorder, buffers.sums, 4 * values))
  }

  async #useIndex(index: ScoringIndex): Promise<void> {
    this.#destroyTables()
    this.#recorder.forget()
    this.#scoring = { index, tables: await uploadScoringTables(this.#gpu, this.bands, index) }
  }

  #destroyTables(): void {
    for (const buffer of Object.values(this.#scoring?.tables ?? {})) (buffer as GPUBuffer).destroy()
    this.#scoring = undefined
  }
}

/** y = 256·hi + lo with lo in −128 … 127 (§5): all low limbs, then all high limbs. Valid for |y| ≤ 32,639. */
export function splitLimbs(values: Int16Array): Int8Array {
  const limbs = new Int8Array(2 * values.length)
  for (let j = 0; j < values.length; j++) {
    const low = ((values[j]! + 128) & 255) - 128
    limbs[j] = low
    limbs[values.length + j] = (values[j]! - low) / 256
  }
  return limbs
}

/** Weights of (query, block) after (query, block), each as low limbs and high limbs in the order of `mixRows`. */
function packWeights(weights: Int16Array, rowCount: number, paddedRows: number): Int8Array {
  const parts = weights.length / rowCount
  const out = new Int8Array(2 * parts * paddedRows)
  for (let part = 0; part < parts; part++) {
    for (let row = 0; row < rowCount; row++) {
      const w = weights[part * rowCount + row]!
      const low = ((w + 128) & 255) - 128
      const at = 2 * part * paddedRows + limbPlace(row)
      out[at] = low
      out[at + paddedRows] = (w - low) / 256
    }
  }
  return out
}
