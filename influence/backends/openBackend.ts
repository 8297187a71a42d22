/** Chooses where the dots run: a tested GPU, else the WebAssembly twin, else plain JavaScript, with the reason (influence.md §10). */

import { openGpuBackend } from '../gpu/gpuBackend.ts'
import { GpuError } from '../gpu/gpuDevice.ts'
import type { Backend } from '../surface.ts'
import { WasmError } from '../wasm/lanes/lanes.ts'
import { openWasmBackend } from '../wasm/wasmBackend.ts'
import type { BackendChoice } from './backendChoice.ts'
import { createJsBackend } from './jsBackend.ts'
import type { ComputeBackend } from './kernels.ts'

/**
 * `auto` falls back and says why in the description; `gpu` and `wasm` throw the `GpuError` or `WasmError` instead; `cpu` is
 * `auto` without a GPU. A software GPU adapter is refused unless `isSoftwareAdapterAllowed`. `lanes`: threads of the
 * WebAssembly twin, by default what the machine has.
 */
export async function openBackend(
  choice: BackendChoice | 'cpu',
  isSoftwareAdapterAllowed = false,
  lanes?: number,
): Promise<ComputeBackend> {
  const wasm = () => openWasmBackend(lanes === undefined ? {} : { lanes })
  switch (choice) {
    case 'js':
      return createJsBackend()
    case 'wasm':
      return wasm()
    case 'gpu':
      return openGpuBackend({ isSoftwareAdapterAllowed })
    case 'cpu':
      return openTwin(wasm)
    case 'auto':
      try {
        return await openGpuBackend({ isSoftwareAdapterAllowed })
      } catch (error) {
        if (!(error instanceof GpuError)) throw error
        return passOver('gpu', error, await openTwin(wasm))
      }
  }
}

async function openTwin(wasm: () => Promise<ComputeBackend>): Promise<ComputeBackend> {
  try {
    return await wasm()
  } catch (error) {
    if (!(error instanceof WasmError)) throw error
    return passOver('wasm', error, createJsBackend())
  }
}

function passOver(backend: Backend, { code, message }: GpuError | WasmError, next: ComputeBackend): ComputeBackend {
  const passedOver = [{ backend, code, message }, ...(next.passedOver ?? [])]
  return { ...next, description: `${next.description}, since ${code}: ${message}`, passedOver }
}
