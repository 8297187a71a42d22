/** How fast a GPU copies within its own memory: the bandwidth that kernels are held against. */
import { openGpuDevice } from '../../../influence/gpu/gpuDevice.ts'

/** Below the binding limit of every GPU adapter, above every cache. */
const COPY_BYTES = 2 ** 27
const COPIES = 16

/** Bytes read and written a second, best of three. */
export async function copySpeed(isSoftwareAllowed: boolean): Promise<number> {
  const gpu = await openGpuDevice(isSoftwareAllowed)
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const [from, to] = await gpu.scoped('copy buffers', () =>
    [0, 1].map(() => gpu.device.createBuffer({ size: COPY_BYTES, usage })),
  )
  let best = 0
  for (let round = 0; round < 3; round++) {
    const startMs = performance.now()
    await gpu.scoped('copies', () => {
      const encoder = gpu.device.createCommandEncoder()
      for (let i = 0; i < COPIES; i++) encoder.copyBufferToBuffer(from!, 0, to!, 0, COPY_BYTES)
      gpu.device.queue.submit([encoder.finish()])
    })
    await gpu.device.queue.onSubmittedWorkDone()
    best = Math.max(best, (2 * COPIES * COPY_BYTES) / ((performance.now() - startMs) / 1000))
  }
  gpu.close()
  return best
}
