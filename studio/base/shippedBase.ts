/** The base that ships with the repository: three files beside this one, made by `train.ts`. */
import { readFile } from 'node:fs/promises'
import type { BaseFiles } from '../surface.ts'

export const BASE_FILE_NAMES = {
  weights: 'model.safetensors',
  config: 'config.json',
  tokenizer: 'tokenizer.json',
} as const

/** Reads a base from a folder (URL ending in `/`); fails as `readFile` does. */
export async function readBase(folder: URL = new URL('./', import.meta.url)): Promise<BaseFiles> {
  const read = async (name: string) => new Uint8Array(await readFile(new URL(name, folder)))
  const [weights, config, tokenizer] = await Promise.all([
    read(BASE_FILE_NAMES.weights),
    read(BASE_FILE_NAMES.config),
    read(BASE_FILE_NAMES.tokenizer),
  ])
  return { weights, config, tokenizer }
}
