/** The WebAssembly SIMD twin as a back end: threads started, self-tested, or refused with the reason (influence.md §10.4). */
import { availableParallelism } from 'node:os'
import type { ComputeBackend } from '../backends/kernels.ts'
import { checkBackend, SelfTestMismatch } from '../backends/selfTest.ts'
import { flagRowsOn } from './guardFlags.ts'
import { LANES_MAX, Lanes, WasmError } from './lanes/lanes.ts'
import { openWasmKernels } from './wasmKernels.ts'

export interface WasmBackendOptions {
  /** The host and its threads together; by default what the machine has. */
  readonly lanes?: number
}

/** Starts the threads and tests the kernels; throws a `WasmError` with the reason when they cannot be used. */
export async function openWasmBackend(options: WasmBackendOptions = {}): Promise<ComputeBackend> {
  const lanes = await Lanes.open(Math.min(LANES_MAX, Math.max(1, options.lanes ?? availableParallelism())))
  const backend = createWasmBackend(lanes)
  try {
    await checkBackend(backend)
    return backend
  } catch (error) {
    lanes.close()
    throw error instanceof SelfTestMismatch ? new WasmError('WasmSelfTest', error.message) : error
  }
}

function createWasmBackend(lanes: Lanes): ComputeBackend {
  return {
    backend: 'wasm',
    description: `WebAssembly SIMD, ${lanes.count === 1 ? 'one thread' : `${lanes.count} threads`}`,
    flagRows: flagRowsOn(lanes),
    openKernels: (index, options) => openWasmKernels(lanes, index, options),
    close: () => lanes.close(),
  }
}
