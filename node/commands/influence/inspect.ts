/** `openledger influence inspect FILE`: what a file of the influence room says of itself, and with `--verify` whether it is true. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { BackendChoice } from '../../../influence/backends/backendChoice.ts'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { CommandError, startStep } from '../../cli/terminal.ts'
import { inspectCorpus } from './inspectCorpus.ts'
import type { Inspect, Inspected } from './inspected.ts'
import { inspectIndex } from './inspectIndex.ts'
import { inspectResult } from './inspectResult.ts'
import { plainRefusal, refusalText } from './refusalText.ts'

interface InspectOptions {
  readonly verify?: boolean
  readonly backend: BackendChoice
  readonly software?: boolean
  readonly all?: boolean
  readonly json?: boolean
}

/** By the first four bytes. */
const FORMS: Readonly<Record<string, Inspect>> = { DZI1: inspectIndex, SPX1: inspectCorpus, ATR1: inspectResult }

export async function inspectFile(file: string, options: InspectOptions): Promise<void> {
  const fileBytes = sizeOf(file)
  const magic = readMagic(file)
  const inspect = Object.hasOwn(FORMS, magic) ? FORMS[magic] : undefined
  if (inspect === undefined)
    throw new CommandError(
      `${file} is no file of influence: it begins with ${JSON.stringify(magic)}`,
      'An index begins with DZI1, a text corpus with SPX1, an attribution result with ATR1.',
    )
  const found = await inspect(file, fileBytes, options.all === true, await createFastKeccak())
  if (isRefused(found)) return refuseFile(file, found, options)
  try {
    if (options.json !== true) console.log(found.text)
    const verdict = options.verify === true ? await verify(found, options) : undefined
    const verified = verdict === 'valid' ? { isValid: true } : verdict && { isValid: false, ...plainRefusal(verdict) }
    if (options.json === true) console.log(JSON.stringify({ ...found.plain, ...(verified && { verified }) }))
    if (verdict !== undefined && verdict !== 'valid') process.exitCode = 1
  } finally {
    await found.close()
  }
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) throw new CommandError(`cannot read ${file}: there is no such file`)
  if (!found.isFile()) throw new CommandError(`cannot read ${file}: it is no file`)
  return found.size
}

function readMagic(file: string): string {
  try {
    const handle = openSync(file, 'r')
    const bytes = Buffer.alloc(4)
    const length = readSync(handle, bytes)
    closeSync(handle)
    return bytes.subarray(0, length).toString('latin1')
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`)
  }
}

function refuseFile(file: string, refused: Refused, { json }: InspectOptions): void {
  if (json !== true) throw new CommandError(`${file} is refused: ${refusalText(refused)}`)
  console.log(JSON.stringify({ refused: plainRefusal(refused) }))
  process.exitCode = 1
}

async function verify(found: Inspected, options: InspectOptions): Promise<'valid' | Refused> {
  const step = options.json === true ? undefined : startStep('Verifying')
  const verdict = await found.verify(options.backend, options.software ?? false)
  if (verdict === 'valid') step?.done(found.verified)
  else step?.fail(refusalText(verdict))
  return verdict
}
