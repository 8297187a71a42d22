/** The back ends that a run asks for, and those of them that are not there. */
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import type { FuzzOptions } from '../subject.ts'

export async function openBackends({ backends: names, isSoftwareAdapterAllowed }: FuzzOptions): Promise<{
  backends: ComputeBackend[]
  notRun: string[]
}> {
  const backends: ComputeBackend[] = []
  const notRun: string[] = []
  for (const name of names) {
    try {
      backends.push(await openBackend(name, isSoftwareAdapterAllowed))
    } catch (error) {
      notRun.push(`${name}: ${(error as Error).message}`)
    }
  }
  return { backends, notRun }
}

export const namesOf = (backends: readonly ComputeBackend[]): string[] =>
  backends.map(({ backend, description }) => `${backend} (${description})`)
