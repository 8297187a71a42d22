/** A GPU device for people: who made it, what it allows, and how its dot products are computed. */
import type { BackendFact } from '../backends/kernels.ts'
import type { GpuDevice } from './gpuDevice.ts'

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20).toLocaleString('en-US')} MiB`

export function deviceFacts({ device, description, isSoftware, hasPackedDot }: GpuDevice): BackendFact[] {
  const { limits } = device
  const facts: Readonly<Record<string, string>> = {
    gpuAdapter: `${description}${isSoftware ? ' (software)' : ''}`,
    'largest binding': mebibytes(limits.maxStorageBufferBindingSize),
    'largest buffer': mebibytes(limits.maxBufferSize),
    'storage buffers a stage': `${limits.maxStorageBuffersPerShaderStage}`,
    'invocations a workgroup': `${limits.maxComputeInvocationsPerWorkgroup}`,
    'workgroup memory': `${limits.maxComputeWorkgroupStorageSize.toLocaleString('en-US')} bytes`,
    'workgroups a dimension': limits.maxComputeWorkgroupsPerDimension.toLocaleString('en-US'),
    'dot products': hasPackedDot ? 'dot4I8Packed' : 'sign-extending shifts',
  }
  return Object.entries(facts).map(([name, value]) => ({ name, value }))
}
