/** Opens the studio worker on the base model that ships with the project. */
import { readFileSync } from 'node:fs'
import type { StudioWorker } from '../../studio/surface.ts'
import { openStudioWorker } from '../../studio/worker/studioWorker.ts'

const file = (name: string): Uint8Array => readFileSync(new URL(`../../studio/base/${name}`, import.meta.url))

/** Throws when the shipped files are no base of engine 1: then the installation is broken. */
export async function openStudio(): Promise<StudioWorker> {
  const studio = await openStudioWorker({
    weights: file('model.safetensors'),
    config: file('config.json'),
    tokenizer: file('tokenizer.json'),
  })
  if ('kind' in studio) throw new Error(`base model: ${studio.code}: expected ${studio.expected}, got ${studio.got}`)
  return studio
}
