/** Opens the studio worker on the base model that ships with the project. */
import { readBase } from '../../studio/base/shippedBase.ts'
import { parseModelConfig } from '../../studio/format/modelConfig.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import { openStudioWorker } from '../../studio/worker/studioWorker.ts'

/** Bytes of input and output together that the base reads: one position goes to the separator. */
export async function baseRowBytes(): Promise<number> {
  const config = parseModelConfig((await readBase()).config)
  if ('kind' in config) throw new Error(`base model: ${config.code}: expected ${config.expected}, got ${config.got}`)
  return config.contextTokens - 1
}

/** Throws when the shipped files are no base of engine 1: then the installation is broken. */
export async function openStudio(): Promise<StudioWorker> {
  const studio = await openStudioWorker(await readBase())
  if ('kind' in studio) throw new Error(`base model: ${studio.code}: expected ${studio.expected}, got ${studio.got}`)
  return studio
}
