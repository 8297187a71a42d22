/** Opens the studio worker on the base model that ships with the project. */
import { readBase } from '../../studio/base/shippedBase.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import { openStudioWorker } from '../../studio/worker/studioWorker.ts'

/** Throws when the shipped files are no base of engine 1: then the installation is broken. */
export async function openStudio(): Promise<StudioWorker> {
  const studio = await openStudioWorker(await readBase())
  if ('kind' in studio) throw new Error(`base model: ${studio.code}: expected ${studio.expected}, got ${studio.got}`)
  return studio
}
