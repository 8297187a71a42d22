/** What a device must reproduce before it is used (influence.md §10.2 no. 6): T1, T4 with both dot variants, pipelines. */
import type { ComputeBackend } from '../backends/kernels.ts'
import {
  checkPipelines,
  expectEqual,
  PRODUCT_COLUMNS,
  PRODUCT_ROWS,
  productCodes,
  readSelfTestVectors,
  SelfTestMismatch,
  sha256Of,
} from '../backends/selfTest.ts'
import type { DotVariant } from './dotRowsShader.ts'
import { type GpuDevice, GpuError } from './gpuDevice.ts'
import { createDotPipelines, dotMatrix, uploadCodes } from './gpuKernels.ts'
import { OPERATOR_PAIRS, OPERATORS, operatorInputs, operatorSource } from './operatorTable.ts'

/** Throws a `GpuError` at the first wrong bit. */
export async function selfTest(gpu: GpuDevice, backend: ComputeBackend): Promise<void> {
  await runSelfTest(gpu, backend).catch((error: unknown) => {
    throw error instanceof SelfTestMismatch ? new GpuError('GpuSelfTest', error.message) : error
  })
}

async function runSelfTest(gpu: GpuDevice, backend: ComputeBackend): Promise<void> {
  const vectors = readSelfTestVectors()
  const variant: DotVariant = gpu.hasPackedDot ? 'packed' : 'shifts'
  expectEqual('T1', vectors.T1.outputsSha256, sha256Of(await runOperators(gpu, variant)))
  const variants: DotVariant[] = gpu.hasPackedDot ? ['packed', 'shifts'] : ['shifts']
  for (const own of variants) {
    expectEqual(`T4, ${own}`, vectors.T4.productSha256, sha256Of(await runProduct(gpu, own, vectors.T4.start)))
  }
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

async function runProduct(gpu: GpuDevice, variant: DotVariant, start: number): Promise<Int32Array> {
  const codes = productCodes(start)
  const pipelines = await createDotPipelines(gpu, variant)
  const matrix = await uploadCodes(gpu, codes, PRODUCT_ROWS, PRODUCT_COLUMNS)
  const range = { offset: 0, length: PRODUCT_COLUMNS }
  const product = await dotMatrix(gpu, pipelines, matrix, range, codes, PRODUCT_ROWS)
  matrix.destroy()
  return product
}
