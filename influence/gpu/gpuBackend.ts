/** The GPU as a back end: opened, measured and self-tested, or refused with the reason (influence.md §10.2). */
import type { ComputeBackend } from '../backends/kernels.ts'
import { deviceFacts } from './deviceFacts.ts'
import { flagRowsOnDevice } from './flagRows.ts'
import { type GpuDevice, openGpuDevice } from './gpuDevice.ts'
import { openGpuKernels } from './gpuKernels.ts'
import { choosePipelines, type Probed } from './kernelChoice.ts'
import type { KernelChoice } from './pipelines.ts'
import { selfTest } from './selfTest.ts'

export interface GpuBackendOptions {
  /** Software GPU adapters are exact, but slower than the CPU: only tests want them. */
  readonly isSoftwareAdapterAllowed?: boolean
  /** Instead of measuring. */
  readonly choice?: KernelChoice
}

/** Opens and self-tests a device; throws a `GpuError` with the reason when it cannot be used. */
export async function openGpuBackend(options: GpuBackendOptions = {}): Promise<ComputeBackend> {
  const gpu = await openGpuDevice(options.isSoftwareAdapterAllowed ?? false)
  try {
    const probed = await choosePipelines(gpu, options.choice)
    const backend = createGpuBackend(gpu, probed)
    await selfTest(gpu, probed, backend)
    return backend
  } catch (error) {
    gpu.close()
    throw error
  }
}

export function createGpuBackend(gpu: GpuDevice, probed: Probed): ComputeBackend {
  const { pipelines, macsPerMs } = probed
  return {
    backend: 'gpu',
    description: gpu.description,
    facts: deviceFacts(gpu, probed),
    flagRows: (...guards) => flagRowsOnDevice(gpu, pipelines, macsPerMs, ...guards),
    openKernels: (index, options) => openGpuKernels(gpu, pipelines, macsPerMs, index, options),
    close: () => gpu.close(),
  }
}
