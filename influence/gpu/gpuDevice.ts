/** A WebGPU device under the device rules of influence.md §10.2: named limits, scoped errors, watched loss. */
import type { create as createGpu } from 'webgpu'

export type GpuErrorCode = 'GpuUnavailable' | 'GpuLost' | 'GpuSelfTest' | 'OutOfMemory'

/** The GPU failed us; the back end that threw it must not be used again. */
export class GpuError extends Error {
  readonly code: GpuErrorCode
  constructor(code: GpuErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'GpuError'
    this.code = code
  }
}

export interface GpuDevice {
  readonly device: GPUDevice
  /** Name of the GPU adapter as its driver gives it. */
  readonly description: string
  readonly isSoftware: boolean
  /** Does WGSL have `dot4I8Packed`? */
  readonly hasPackedDot: boolean
  /** Runs creations or submissions between error scopes; any error means that this device failed. */
  scoped<T>(what: string, body: () => T): Promise<T>
  /** Rejects when the device is lost, so that nobody waits for it for ever. */
  orLost<T>(work: Promise<T>): Promise<T>
  close(): void
}

/** Tiles and results stay below this, whatever the GPU adapter offers. */
const BINDING_BYTES_MAX = 2 ** 30
const SOFTWARE = /swiftshader|lavapipe|llvmpipe|warp|basic render|software/i
const SCOPES: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal']

// The object that create() returns must live as long as the process: when it is collected, Dawn crashes (§10.2 no. 1).
let gpu: GPU | undefined

async function openGpu(): Promise<GPU> {
  if (gpu) return gpu
  const { create, globals } = (await import('webgpu')) as { create: typeof createGpu; globals: object }
  Object.assign(globalThis, globals)
  gpu = create([])
  return gpu
}

/** Opens the best GPU adapter; a software one is refused unless a test asks for it. */
export async function openGpuDevice(isSoftwareAllowed: boolean): Promise<GpuDevice> {
  const opened = await openGpu().catch((cause: unknown) => {
    throw new GpuError('GpuUnavailable', 'the webgpu package does not load', cause)
  })
  const gpuAdapter = await opened.requestAdapter({ powerPreference: 'high-performance' })
  if (gpuAdapter === null) throw new GpuError('GpuUnavailable', 'no GPU adapter: no driver for a GPU is installed')
  const description = describe(gpuAdapter.info)
  const isSoftware = gpuAdapter.info.isFallbackAdapter || SOFTWARE.test(description)
  if (isSoftware && !isSoftwareAllowed)
    throw new GpuError('GpuUnavailable', `software GPU adapter, slower than the CPU and not allowed: ${description}`)
  const { limits } = gpuAdapter
  const requiredLimits = {
    maxStorageBufferBindingSize: Math.min(limits.maxStorageBufferBindingSize, BINDING_BYTES_MAX),
    maxBufferSize: Math.min(limits.maxBufferSize, BINDING_BYTES_MAX),
  }
  const device = await gpuAdapter.requestDevice({ requiredLimits }).catch((cause: unknown) => {
    throw new GpuError('GpuUnavailable', `no device from ${description}`, cause)
  })
  const hasPackedDot = opened.wgslLanguageFeatures.has('packed_4x8_integer_dot_product')
  return watchDevice(device, description, isSoftware, hasPackedDot)
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const describe = (info: GPUAdapterInfo): string =>
  [info.description, info.device, info.vendor, info.architecture].filter((part) => part !== '').join(', ')

function watchDevice(device: GPUDevice, description: string, isSoftware: boolean, hasPackedDot: boolean): GpuDevice {
  let lostError: GpuError | undefined
  const waiting = new Set<(error: GpuError) => void>()
  void device.lost.then((info) => {
    lostError = new GpuError('GpuLost', `device lost (${info.reason}): ${info.message}`)
    for (const reject of waiting) reject(lostError)
  })
  const orLost = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      // First: the work of a lost device rejects as well, now and then before the loss is told, and nobody else listens.
      const failed = (cause: unknown): void =>
        reject(cause instanceof GpuError ? cause : (lostError ?? new GpuError('GpuLost', messageOf(cause), cause)))
      work.then(resolve, failed).finally(() => waiting.delete(reject))
      if (lostError) reject(lostError)
      else waiting.add(reject)
    })
  return {
    device,
    description,
    isSoftware,
    hasPackedDot,
    scoped: async (what, body) => {
      if (lostError) throw lostError
      return scoped(device, orLost, what, body)
    },
    orLost,
    close: () => device.destroy(),
  }
}

async function scoped<T>(device: GPUDevice, orLost: GpuDevice['orLost'], what: string, body: () => T): Promise<T> {
  for (const scope of SCOPES) device.pushErrorScope(scope)
  let outcome: { readonly value: T } | { readonly cause: unknown }
  try {
    outcome = { value: body() }
  } catch (cause) {
    outcome = { cause }
  }
  // Popped before anything else can push: the body is synchronous.
  const errors = await orLost(Promise.all(SCOPES.map(() => device.popErrorScope())))
  for (const [i, error] of errors.entries()) {
    if (error === null) continue
    const isMemory = SCOPES[SCOPES.length - 1 - i] === 'out-of-memory'
    throw new GpuError(isMemory ? 'OutOfMemory' : 'GpuLost', `${what}: ${error.message}`)
  }
  if ('value' in outcome) return outcome.value
  // Mapping a buffer at its creation throws where there is no memory for it.
  const { cause } = outcome
  throw new GpuError(cause instanceof RangeError ? 'OutOfMemory' : 'GpuLost', `${what}: ${messageOf(cause)}`, cause)
}
