/** Kernels on a WebGPU device: tiles of codes on the GPU, `dotRows` for steps 3 and 8 and the guard, the rest shared. */
import { createJsKernels } from '../backends/jsBackend.ts'
import type { KernelInput, Kernels } from '../backends/kernels.ts'
import { memoryCodes } from '../codeSource.ts'
import { type DotVariant, dotRowsSource, ROWS_PER_INVOCATION, SHAPE_WORDS, WORKGROUP_SIZE } from './dotRowsShader.ts'
import type { GpuDevice } from './gpuDevice.ts'

/** Rows of a tile at most: 65,535 workgroups a dimension leave room, and one dispatch stays short. */
const TILE_ROWS_MAX = 131_072
/** Multiplications of one dispatch: about 100 ms on the slowest driver that we know (0.9 G/s, SwiftShader). */
const DISPATCH_MACS_MAX = 2 ** 26
/** Bytes of results that are read back at once. */
const READBACK_BYTES_MAX = 2 ** 26
const VECTORS_PER_INVOCATION = 4

export interface DotPipelines {
  /** For single queries and for batches. */
  readonly one: GPUComputePipeline
  readonly four: GPUComputePipeline
}

/** A matrix of int8 rows on the device, in tiles. */
interface Tile {
  readonly first: number
  readonly rowCount: number
  readonly buffer: GPUBuffer
}

export interface CodeMatrix {
  readonly rowCount: number
  readonly rowBytes: number
  readonly tiles: readonly Tile[]
  destroy(): void
}

export async function createDotPipelines(gpu: GpuDevice, variant: DotVariant): Promise<DotPipelines> {
  const compile = (vectors: 1 | 4) =>
    gpu.scoped(`dotRows ${variant}`, () =>
      gpu.device.createComputePipeline({
        layout: 'auto',
        compute: {
          module: gpu.device.createShaderModule({ code: dotRowsSource(variant, vectors) }),
          entryPoint: 'main',
        },
      }),
    )
  return { one: await compile(1), four: await compile(VECTORS_PER_INVOCATION) }
}

/** Uploads rows of `rowBytes` codes (a multiple of 16), tile by tile. */
export async function uploadCodes(
  gpu: GpuDevice,
  codes: Int8Array,
  rowCount: number,
  rowBytes: number,
  tileRowsMax = TILE_ROWS_MAX,
): Promise<CodeMatrix> {
  const limit = gpu.device.limits.maxStorageBufferBindingSize
  const tileRows = Math.max(1, Math.min(tileRowsMax, Math.floor(limit / rowBytes)))
  const tiles: Tile[] = []
  for (let first = 0; first < rowCount; first += tileRows) {
    const count = Math.min(tileRows, rowCount - first)
    const part = codes.subarray(first * rowBytes, (first + count) * rowBytes)
    const buffer = await createFilled(gpu, part, GPUBufferUsage.STORAGE, 'codes')
    tiles.push({ first, rowCount: count, buffer })
  }
  return {
    rowCount,
    rowBytes,
    tiles,
    destroy: () => {
      for (const { buffer } of tiles) buffer.destroy()
    },
  }
}

function createFilled(gpu: GpuDevice, data: Int8Array | Uint32Array, usage: number, what: string): Promise<GPUBuffer> {
  return gpu.scoped(`${what}: ${data.byteLength} bytes`, () => {
    const buffer = gpu.device.createBuffer({ size: data.byteLength, usage, mappedAtCreation: true })
    const target = new Uint8Array(buffer.getMappedRange())
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    buffer.unmap()
    return buffer
  })
}

/** One block of the matrix: where it starts in a row, and how many bytes it has; both multiples of 16. */
export interface BlockRange {
  readonly offset: number
  readonly length: number
}

/** count × range.length vectors → count × rowCount sums. */
export async function dotMatrix(
  gpu: GpuDevice,
  pipelines: DotPipelines,
  matrix: CodeMatrix,
  range: BlockRange,
  vectors: Int8Array,
  count: number,
): Promise<Int32Array> {
  const out = new Int32Array(count * matrix.rowCount)
  const chunk = Math.max(1, Math.floor(READBACK_BYTES_MAX / (4 * matrix.rowCount)))
  for (let first = 0; first < count; first += chunk) {
    const size = Math.min(chunk, count - first)
    const part = vectors.subarray(first * range.length, (first + size) * range.length)
    out.set(await dotChunk(gpu, pipelines, matrix, range, part, size), first * matrix.rowCount)
  }
  return out
}

async function dotChunk(
  gpu: GpuDevice,
  pipelines: DotPipelines,
  matrix: CodeMatrix,
  range: BlockRange,
  vectors: Int8Array,
  count: number,
): Promise<Int32Array> {
  const { device } = gpu
  const outBytes = 4 * count * matrix.rowCount
  const vectorBuffer = await createFilled(gpu, vectors, GPUBufferUsage.STORAGE, 'vectors')
  const [sums, readback] = await gpu.scoped(`sums: ${outBytes} bytes`, () => [
    device.createBuffer({ size: outBytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC }),
    device.createBuffer({ size: outBytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
  ])
  const uniforms: GPUBuffer[] = []
  for (const tile of matrix.tiles) {
    const step = vectorsPerDispatch(tile.rowCount * range.length)
    for (let first = 0; first < count; first += step) {
      const end = Math.min(count, first + step)
      const shape = shapeOf(matrix, tile, range, first, end)
      const uniform = await createFilled(gpu, shape, GPUBufferUsage.UNIFORM, 'shape')
      uniforms.push(uniform)
      const buffers = [tile.buffer, vectorBuffer, sums!, uniform]
      await gpu.scoped('dotRows', () => submitDots(device, pipelines, buffers, tile.rowCount, end - first))
    }
  }
  await gpu.scoped('copy', () => {
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(sums!, 0, readback!, 0, outBytes)
    device.queue.submit([encoder.finish()])
  })
  await gpu.orLost(readback!.mapAsync(GPUMapMode.READ))
  const out = new Int32Array(readback!.getMappedRange().slice(0))
  for (const buffer of [vectorBuffer, sums!, readback!, ...uniforms]) buffer.destroy()
  return out
}

/** A multiple of four, so that batches use the 4 × 4 kernel. */
function vectorsPerDispatch(macsPerVector: number): number {
  const fitting = Math.floor(DISPATCH_MACS_MAX / macsPerVector)
  return Math.max(VECTORS_PER_INVOCATION, fitting - (fitting % VECTORS_PER_INVOCATION))
}

function shapeOf(
  matrix: CodeMatrix,
  tile: Tile,
  range: BlockRange,
  firstVector: number,
  vectorEnd: number,
): Uint32Array {
  const shape = new Uint32Array(SHAPE_WORDS)
  shape.set([tile.rowCount, vectorEnd, range.length / 16, matrix.rowBytes / 16, range.offset / 16, firstVector])
  shape.set([tile.first, matrix.rowCount], 6)
  return shape
}

function submitDots(
  device: GPUDevice,
  pipelines: DotPipelines,
  buffers: readonly GPUBuffer[],
  rowCount: number,
  vectorCount: number,
): void {
  const pipeline = vectorCount === 1 ? pipelines.one : pipelines.four
  const perInvocation = vectorCount === 1 ? 1 : VECTORS_PER_INVOCATION
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }))
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
  const groups = Math.ceil(rowCount / (ROWS_PER_INVOCATION * WORKGROUP_SIZE))
  pass.dispatchWorkgroups(groups, Math.ceil(vectorCount / perInvocation))
  pass.end()
  device.queue.submit([encoder.finish()])
}

/** Kernels over one index's codes. */
export async function openGpuKernels(gpu: GpuDevice, pipelines: DotPipelines, index: KernelInput): Promise<Kernels> {
  const { rowCount, rowBytes, offsets, paddedDims } = index
  const codes = index.codes.bytes ?? new Int8Array(rowCount * rowBytes)
  if (index.codes.bytes === undefined) await index.codes.read(0, rowCount, codes)
  const matrix = await uploadCodes(gpu, codes, rowCount, rowBytes)
  const twin = createJsKernels({ ...index, codes: memoryCodes(codes, rowCount, rowBytes) })
  const dots = async (vectors: Int8Array, count: number): Promise<Int32Array> => {
    const out = new Int32Array(count * offsets.length * rowCount)
    for (const [l, offset] of offsets.entries()) {
      const length = paddedDims[l]!
      const own = new Int8Array(count * length)
      for (let q = 0; q < count; q++) {
        const start = q * rowBytes + offset
        own.set(vectors.subarray(start, start + length), q * length)
      }
      const sums = await dotMatrix(gpu, pipelines, matrix, { offset, length }, own, count)
      for (let q = 0; q < count; q++) {
        out.set(sums.subarray(q * rowCount, (q + 1) * rowCount), (q * offsets.length + l) * rowCount)
      }
    }
    return out
  }
  return {
    backend: 'gpu',
    dotRows: dots,
    dotRowsWide: async (vectors, count) => joinLimbs(await dots(splitLimbs(vectors), 2 * count)),
    // The weights come from the CPU and the sums go back to it (§10: scalars and mixRows may run on the CPU).
    mixRows: twin.mixRows,
    close: () => matrix.destroy(),
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

function joinLimbs(sums: Int32Array): Float64Array {
  const half = sums.length / 2
  return Float64Array.from({ length: half }, (_, i) => sums[i]! + 256 * sums[half + i]!)
}
