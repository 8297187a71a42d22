/** Reads JSON of a vector folder; a file that is missing or no JSON is named in the error. */
import { readFileSync } from 'node:fs'

export function readJson(path: string): unknown {
  const text = readFileSync(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`)
  }
}
