/** The GPU as a back end: opened, self-tested, or refused with the reason (influence.md §10.2). */
import type { ComputeBackend } from '../backends/kernels.ts'
import { flagRowsWith } from '../gradients/guard.ts'
import { GUARD_BYTES } from '../indexFile.ts'
import { deviceFacts } from './deviceFacts.ts'
import type { DotVariant } from './dotRowsShader.ts'
import { type GpuDevice, openGpuDevice } from './gpuDevice.ts'
import { createDotPipelines, type DotPipelines, dotMatrix, openGpuKernels, uploadCodes } from './gpuKernels.ts'
import { selfTest } from './selfTest.ts'

/** Rows of the guard matrix per pass: below the diagonal of larger blocks too much would be computed for nothing. */
const FLAG_CHUNK_ROWS = 256

export interface GpuBackendOptions {
  /** Software gpuAdapters are exact, but slower than the CPU: only tests want them. */
  readonly isSoftwareAdapterAllowed?: boolean
  /** Default: `packed` where the language has it. */
  readonly dotVariant?: DotVariant
}

/** Opens and self-tests a device; throws a `GpuError` with the reason when it cannot be used. */
export async function openGpuBackend(options: GpuBackendOptions = {}): Promise<ComputeBackend> {
  const gpu = await openGpuDevice(options.isSoftwareAdapterAllowed ?? false)
  try {
    const variant = options.dotVariant ?? (gpu.hasPackedDot ? 'packed' : 'shifts')
    const backend = createGpuBackend(gpu, await createDotPipelines(gpu, variant))
    await selfTest(gpu, backend)
    return backend
  } catch (error) {
    gpu.close()
    throw error
  }
}

function createGpuBackend(gpu: GpuDevice, pipelines: DotPipelines): ComputeBackend {
  return {
    backend: 'gpu',
    description: gpu.description,
    facts: deviceFacts(gpu),
    flagRows: async (guards, norms, blockCount, tau) => {
      const rowCount = guards.length / GUARD_BYTES
      const matrix = await uploadCodes(gpu, guards, rowCount, GUARD_BYTES)
      const range = { offset: 0, length: GUARD_BYTES }
      const part = (first: number, end: number) =>
        dotMatrix(gpu, pipelines, matrix, range, guards.subarray(first * GUARD_BYTES, end * GUARD_BYTES), end - first)
      const flags = await flagRowsWith(part, FLAG_CHUNK_ROWS, guards, norms, blockCount, tau)
      matrix.destroy()
      return flags
    },
    openKernels: (index) => openGpuKernels(gpu, pipelines, index),
    close: () => gpu.close(),
  }
}
