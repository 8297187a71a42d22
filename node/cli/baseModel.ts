/** Opens the studio worker on the base model that ships with the project. */
import { readFileSync } from 'node:fs'
import type { StudioWorker } from '../../studio/surface.ts'
import { openStudioWorker } from '../../studio/worker/openStudioWorker.ts'

const file = (name: string): Uint8Array => readFileSync(new URL(`../../studio/base/${name}`, import.meta.url))

export function openStudio(): Promise<StudioWorker> {
  return openStudioWorker({
    weights: file('model.safetensors'),
    config: file('config.json'),
    tokenizer: file('tokenizer.json'),
  })
}
