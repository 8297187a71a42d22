/** The WebAssembly SIMD twin as a back end: threads started, self-tested, or refused with the reason (influence.md §10.4). */
import { availableParallelism } from 'node:os'
import type { ComputeBackend } from '../backends/kernels.ts'
import { checkBackend, SelfTestMismatch } from '../backends/selfTest.ts'
import { flagRowsOn } from './guardFlags.ts'
import { VECTOR_BITS_MAX, type VectorBits } from './lanes/compileModule.ts'
import { LANES_MAX, Lanes, WasmError } from './lanes/lanes.ts'
import { openWasmKernels } from './wasmKernels.ts'

export interface WasmBackendOptions {
  /** The host and its threads together; by default what the machine has. */
  readonly lanes?: number
  /** By default the most that V8 makes here, and 128 where more fail the self-test. */
  readonly vectorBits?: VectorBits
}

/** Starts the threads and tests the kernels; throws a `WasmError` with the reason when they cannot be used. */
export async function openWasmBackend(options: WasmBackendOptions = {}, check = checkBackend): Promise<ComputeBackend> {
  const { vectorBits = VECTOR_BITS_MAX } = options
  try {
    return await openTested(options, vectorBits, check)
  } catch (error) {
    if (vectorBits === 128 || options.vectorBits || !(error instanceof WasmError && error.code === 'WasmSelfTest'))
      throw error
    const backend = await openTested(options, 128, check)
    const { code, message } = error
    const passedOver = [{ backend: 'wasm', code, message: `${vectorBits} bits: ${message}` }] as const
    return { ...backend, passedOver, description: `${backend.description}, since ${code}: ${passedOver[0].message}` }
  }
}

async function openTested(
  { lanes: count = availableParallelism() }: WasmBackendOptions,
  vectorBits: VectorBits,
  check: typeof checkBackend,
): Promise<ComputeBackend> {
  const lanes = await Lanes.open(Math.min(LANES_MAX, Math.max(1, count)), vectorBits)
  const backend = createWasmBackend(lanes)
  try {
    await check(backend)
    return backend
  } catch (error) {
    lanes.close()
    throw error instanceof SelfTestMismatch ? new WasmError('WasmSelfTest', error.message) : error
  }
}

function createWasmBackend(lanes: Lanes): ComputeBackend {
  const threads = lanes.count === 1 ? 'one thread' : `${lanes.count} threads`
  return {
    backend: 'wasm',
    description: `WebAssembly SIMD of ${lanes.vectorBits} bits, ${threads}`,
    flagRows: flagRowsOn(lanes),
    openKernels: (index, options) => openWasmKernels(lanes, index, options),
    close: () => lanes.close(),
  }
}
