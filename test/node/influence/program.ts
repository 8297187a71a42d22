/** Runs the `openledger` command as a user does, and makes index files for it to read. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { openCase, type VectorCase } from '../../influence/conformance/vectorCases.ts'

export interface Outcome {
  readonly status: number | null
  /** What it printed on standard output. */
  readonly output: string
  readonly errors: string
}

export function openledger(...args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: '1' }
  const child = spawn(process.execPath, ['node/main.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (errors += chunk))
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output, errors })))
}

const SMALL = new URL('../../vectors/influence/small', import.meta.url).pathname

/** The index of one case of the vectors. */
export function indexOfCase(file: string, name: string) {
  const { cases } = JSON.parse(readFileSync(`${SMALL}/${file}.json`, 'utf8')) as { cases: VectorCase[] }
  const vector = cases.find((own) => own.name === name)
  if (vector === undefined) throw new Error(`${file}.json has no case "${name}"`)
  return openCase(vector, SMALL)
}
