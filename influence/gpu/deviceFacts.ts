/** A GPU device for people: who made it, what it allows, and which kernels it runs. */
import type { BackendFact } from '../backends/kernels.ts'
import type { GpuDevice } from './gpuDevice.ts'
import type { Probed } from './kernelChoice.ts'
import { dotTileName } from './shaders/dotRows.ts'
import { mixTileName } from './shaders/mixRows.ts'

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20).toLocaleString('en-US')} MiB`

export function deviceFacts(
  { device, description, isSoftware, hasPackedDot }: GpuDevice,
  { pipelines, probeMs, macsPerMs }: Probed,
): BackendFact[] {
  const { limits } = device
  const { dot, dotRows, mixRows } = pipelines.choice
  const dots = { packed: 'dot4I8Packed', shifts: 'sign-extending shifts' } as const
  const facts: Readonly<Record<string, string>> = {
    'GPU adapter': `${description}${isSoftware ? ' (software)' : ''}`,
    'largest binding': mebibytes(limits.maxStorageBufferBindingSize),
    'largest buffer': mebibytes(limits.maxBufferSize),
    'storage buffers a stage': `${limits.maxStorageBuffersPerShaderStage}`,
    'invocations a workgroup': `${limits.maxComputeInvocationsPerWorkgroup}`,
    'workgroup memory': `${limits.maxComputeWorkgroupStorageSize.toLocaleString('en-US')} bytes`,
    'workgroups a dimension': limits.maxComputeWorkgroupsPerDimension.toLocaleString('en-US'),
    'dot products': `${dots[dot]}${hasPackedDot || dot === 'packed' ? '' : ', for want of dot4I8Packed'}`,
    'dotRows, one vector': dotTileName(dotRows.one),
    'dotRows, two vectors': dotTileName(dotRows.two),
    'dotRows, a batch': dotTileName(dotRows.batch),
    'mixRows, one vector': mixTileName(mixRows.one),
    'mixRows, a batch': mixTileName(mixRows.batch),
    'kernels chosen': probeMs === 0 ? 'as before in this process' : `by a probe of ${Math.round(probeMs)} ms`,
    'dispatches cut by': `${(macsPerMs / 1e6).toFixed(1)} GMAC/s`,
  }
  return Object.entries(facts).map(([name, value]) => ({ name, value }))
}
