/** Buffers of one call on the device, kept from call to call while they are large enough. */
import type { GpuDevice } from './gpuDevice.ts'
import type { DeviceIndex } from './passes.ts'
import type { Recorder } from './recorder.ts'

/** Of all buffers of a workspace; a batch that needs more is scored in parts. */
const WORKSPACE_BYTES_MAX = 2 ** 27 + 2 ** 26

/** Sizes per query in bytes: name → bytes. */
export interface WorkspaceBytes {
  readonly queries: number
  /** Q, then R; later Σ a·lo and Σ a·hi. */
  readonly sums: number
  readonly peaks: number
  readonly bits: number
  readonly tops: number
  readonly offsets: number
  readonly doubts: number
  readonly weights: number
  readonly mixed: number
  readonly directions: number
  readonly limbs: number
  readonly scores: number
}

export type WorkspaceBuffers = Readonly<Record<keyof WorkspaceBytes | 'readback', GPUBuffer>>

export function workspaceBytes({ bands, blockCount }: DeviceIndex): WorkspaceBytes {
  const rowBytes = 16 * bands.rowQuads
  const values = blockCount * bands.paddedRows
  return {
    queries: rowBytes,
    sums: 8 * values,
    peaks: 4 * blockCount,
    bits: 4 * blockCount,
    tops: 4,
    offsets: 4 * blockCount,
    // paddedRows is a multiple of 64, so this is one of eight; a word before them says whether there is any.
    doubts: values / 8,
    weights: 2 * values,
    mixed: 8 * rowBytes,
    directions: 2 * rowBytes,
    limbs: 2 * rowBytes,
    scores: 8 * bands.paddedRows,
  }
}

export interface Workspace {
  readonly capacity: number
  readonly buffers: WorkspaceBuffers
}

const sum = (bytes: WorkspaceBytes): number =>
  Object.values(bytes).reduce((total: number, size: number) => total + size, 0)

/** Queries that one call may have: all buffers within the bound, each within one binding. */
export function capacityMax(gpu: GpuDevice, index: DeviceIndex): number {
  const bytes = workspaceBytes(index)
  const largest = Math.max(...Object.values(bytes))
  const fitting = Math.min(WORKSPACE_BYTES_MAX / sum(bytes), gpu.device.limits.maxStorageBufferBindingSize / largest)
  return Math.max(1, Math.floor(fitting))
}

export async function createWorkspace(gpu: GpuDevice, index: DeviceIndex, capacity: number): Promise<Workspace> {
  const bytes = workspaceBytes(index)
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const names = Object.keys(bytes) as (keyof WorkspaceBytes)[]
  const buffers = await gpu.scoped(`workspace of ${capacity} × ${sum(bytes)} bytes`, () => {
    const made = names.map(
      (name) => [name, gpu.device.createBuffer({ size: capacity * bytes[name] + 4, usage })] as const,
    )
    const readback = gpu.device.createBuffer({
      size: capacity * readbackBytes(bytes) + 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
    return Object.fromEntries([...made, ['readback', readback]]) as WorkspaceBuffers
  })
  return { capacity, buffers }
}

export function destroyWorkspace(workspace: Workspace | undefined): void {
  for (const buffer of Object.values(workspace?.buffers ?? {})) buffer.destroy()
}

/** What comes back of every query: scores, H, z and the top, then one word for doubts. */
export const RESULTS = ['scores', 'directions', 'bits', 'tops'] as const

export const readbackBytes = (bytes: WorkspaceBytes): number => RESULTS.reduce((total, name) => total + bytes[name], 0)

/** Bytes of a buffer, after all that was recorded. */
export async function readBuffer(
  gpu: GpuDevice,
  recorder: Recorder,
  buffer: GPUBuffer,
  bytes: number,
): Promise<ArrayBuffer> {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
  const target = await gpu.scoped(`reading ${bytes} bytes`, () => gpu.device.createBuffer({ size: bytes, usage }))
  recorder.copy(buffer, target, bytes)
  try {
    return await mapAndCopy(gpu, recorder, target, bytes)
  } finally {
    target.destroy()
  }
}

export async function mapAndCopy(
  gpu: GpuDevice,
  recorder: Recorder,
  target: GPUBuffer,
  bytes: number,
): Promise<ArrayBuffer> {
  const submitted = recorder.finish()
  await Promise.all([submitted, gpu.orLost(target.mapAsync(GPUMapMode.READ, 0, bytes))])
  const copy = target.getMappedRange(0, bytes).slice(0)
  target.unmap()
  return copy
}
