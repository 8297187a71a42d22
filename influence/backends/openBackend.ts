/** Chooses where the dots run: a tested GPU, else the CPU twin with the reason why (influence.md §10). */

import { openGpuBackend } from '../gpu/gpuBackend.ts'
import { GpuError } from '../gpu/gpuDevice.ts'
import { createJsBackend } from './jsBackend.ts'
import type { ComputeBackend } from './kernels.ts'

export type BackendChoice = 'auto' | 'gpu' | 'js'

/**
 * `auto` falls back to plain JavaScript and says why in the description; `gpu` throws the `GpuError` instead. A software
 * gpuAdapter is refused unless `isSoftwareAdapterAllowed`.
 */
export async function openBackend(choice: BackendChoice, isSoftwareAdapterAllowed = false): Promise<ComputeBackend> {
  if (choice === 'js') return createJsBackend('plain JavaScript, as asked')
  try {
    return await openGpuBackend({ isSoftwareAdapterAllowed })
  } catch (error) {
    if (choice === 'gpu' || !(error instanceof GpuError)) throw error
    return createJsBackend(`plain JavaScript, since ${error.code}: ${error.message}`)
  }
}
