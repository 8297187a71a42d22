/** What a device must reproduce before it is used (influence.md §10.2 no. 6): T1, T4 with every kernel, sums, pipelines. */
import { createJsKernels } from '../backends/jsBackend.ts'
import type { ComputeBackend } from '../backends/kernels.ts'
import {
  checkPipelines,
  expectEqual,
  PRODUCT_COLUMNS,
  PRODUCT_ROWS,
  productCodes,
  readSelfTestVectors,
  SelfTestMismatch,
  type SelfTestVectors,
  sha256Of,
} from '../backends/selfTest.ts'
import { memoryCodes } from '../codeSource.ts'
import { type GpuDevice, GpuError } from './gpuDevice.ts'
import { openGpuKernels } from './gpuKernels.ts'
import type { Probed } from './kernelChoice.ts'
import { createXorshift, OPERATOR_PAIRS, OPERATORS, operatorInputs, operatorSource } from './operatorTable.ts'
import { compileDot, type Pipelines } from './pipelines.ts'
import type { DotVariant } from './shaders/dotProducts.ts'
import { dotTileName } from './shaders/dotRows.ts'

/** More than two of the longest slices, and no multiple of one. */
const MIX_ROWS = 9000
/** Vectors of T4 that a processor plays a GPU for: it takes two seconds for all 512, by every kernel. */
const SOFTWARE_PRODUCT_VECTORS = 32

/** Throws a `GpuError` at the first wrong bit. */
export async function selfTest(gpu: GpuDevice, probed: Probed, backend: ComputeBackend): Promise<void> {
  await runSelfTest(gpu, probed, backend).catch((error: unknown) => {
    throw error instanceof SelfTestMismatch ? new GpuError('GpuSelfTest', error.message) : error
  })
}

async function runSelfTest(gpu: GpuDevice, probed: Probed, backend: ComputeBackend): Promise<void> {
  const vectors = readSelfTestVectors()
  const variant: DotVariant = gpu.hasPackedDot ? 'packed' : 'shifts'
  expectEqual('T1', vectors.T1.outputsSha256, sha256Of(await runOperators(gpu, variant)))
  await checkProducts(gpu, probed, vectors)
  await checkMix(gpu, probed)
  await checkPipelines(vectors, backend)
}

async function runOperators(gpu: GpuDevice, variant: DotVariant): Promise<Uint32Array> {
  const { device } = gpu
  const inputs = operatorInputs()
  const outBytes = 4 * OPERATORS * OPERATOR_PAIRS
  const readback = await gpu.scoped('T1', () => {
    const module = device.createShaderModule({ code: operatorSource(variant) })
    const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    const pairs = device.createBuffer({
      size: inputs.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    })
    const results = device.createBuffer({ size: outBytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
    const target = device.createBuffer({ size: outBytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    device.queue.writeBuffer(pairs, 0, inputs)
    const entries = [pairs, results].map((buffer, binding) => ({ binding, resource: { buffer } }))
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
    pass.dispatchWorkgroups(OPERATOR_PAIRS / 64)
    pass.end()
    encoder.copyBufferToBuffer(results, 0, target, 0, outBytes)
    device.queue.submit([encoder.finish()])
    return target
  })
  await gpu.orLost(readback.mapAsync(GPUMapMode.READ))
  const out = new Uint32Array(readback.getMappedRange().slice(0))
  readback.destroy()
  return out
}

/** C = A·Aᵀ by every dot kernel in use, and by the other way to multiply. */
async function checkProducts(
  gpu: GpuDevice,
  { pipelines, macsPerMs }: Probed,
  vectors: SelfTestVectors,
): Promise<void> {
  const { start, productSha256 } = vectors.T4
  const codes = productCodes(start)
  const count = gpu.isSoftware ? SOFTWARE_PRODUCT_VECTORS : PRODUCT_ROWS
  const factors = codes.subarray(0, count * PRODUCT_COLUMNS)
  const shape = { offsets: [0], paddedDims: [PRODUCT_COLUMNS], rowCount: PRODUCT_ROWS, rowBytes: PRODUCT_COLUMNS }
  const input = { ...shape, codes: memoryCodes(codes, PRODUCT_ROWS, PRODUCT_COLUMNS) }
  const expected = gpu.isSoftware ? sha256Of(await createJsKernels(input).dotRows(factors, count)) : productSha256
  const { choice, dotRows } = pipelines
  const kinds = new Map<string, Pipelines['dotRows']>()
  for (const own of Object.values(dotRows)) {
    kinds.set(`${choice.dot} ${dotTileName(own.tile)}`, { one: own, two: own, batch: own })
  }
  if (gpu.hasPackedDot) {
    const other = choice.dot === 'packed' ? 'shifts' : 'packed'
    const own = await compileDot(gpu, other, choice.dotRows.batch)
    kinds.set(`${other} ${dotTileName(own.tile)}`, { one: own, two: own, batch: own })
  }
  for (const [name, own] of kinds) {
    const kernels = await openGpuKernels(gpu, { ...pipelines, dotRows: own }, macsPerMs, input)
    expectEqual(`T4, dotRows ${name}`, expected, sha256Of(await kernels.dotRows(factors, count)))
    kernels.close()
  }
}

/** `mixRows` against the twin: the largest weights and codes, alone and in a batch, over more rows than a slice has. */
async function checkMix(gpu: GpuDevice, { pipelines, macsPerMs }: Probed): Promise<void> {
  const [rowCount, rowBytes, count] = [MIX_ROWS, 32, 9]
  const next = createXorshift(99)
  const codes = Int8Array.from({ length: rowCount * rowBytes }, (_, i) =>
    i % rowBytes < 16 ? -127 : (next() % 255) - 127,
  )
  const weights = Int16Array.from({ length: count * 2 * rowCount }, (_, i) =>
    i < 4 * rowCount ? 2 ** 14 * (i < 2 * rowCount ? 1 : -1) : (next() % (2 ** 15 + 1)) - 2 ** 14,
  )
  const input = {
    rowCount,
    rowBytes,
    offsets: [0, 16],
    paddedDims: [16, 16],
    codes: memoryCodes(codes, rowCount, rowBytes),
  }
  const expected = await createJsKernels(input).mixRows(weights, count)
  const kernels = await openGpuKernels(gpu, pipelines, macsPerMs, input)
  for (const size of [1, count]) {
    const sums = await kernels.mixRows(weights.subarray(0, size * 2 * rowCount), size)
    for (const [i, sum] of sums.entries()) expectEqual(`mixRows of ${size}, sum ${i}`, expected[i], sum)
  }
  kernels.close()
}
