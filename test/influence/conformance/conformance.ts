/** The subject `influence` of the conformance command: a folder of vectors against the back ends. */
import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { ArgumentError, oneOf } from '../../commandLine.ts'
import { Tally } from './tally.ts'
import { checkFolder, isVectorFolder } from './vectorChecks.ts'

export const USAGE = `influence DIR [--backend gpu|wasm|js|all] [--software]
    DIR has MANIFEST.json, small/*.json, main/manifest.json and selftest.json, or some of them.
    --backend   where the dots run; all by default: those that this machine does not have are named
    --software  allow a software GPU adapter (SwiftShader, lavapipe): exact, and slow`

const ALL = ['js', 'wasm', 'gpu'] as const
type Choice = (typeof ALL)[number]

/** Exit status: 0 when all is equal, 1 when something differs or was not there. */
export async function checkInfluence(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { backend: { type: 'string', default: 'all' }, software: { type: 'boolean', default: false } },
  })
  const [folder, ...others] = positionals
  const choice = oneOf('--backend', values.backend, [...ALL, 'all'])
  const choices = choice === 'all' ? ALL : [choice]
  if (folder === undefined || others.length > 0) throw new ArgumentError('DIR', 'one folder', positionals.join(' '))
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new ArgumentError('DIR', 'a folder of vectors', `${folder}, which is no folder`)
  // Nothing checked is no success.
  if (!isVectorFolder(folder)) {
    console.error(`no vectors in ${folder}: expected MANIFEST.json, small/*.json, main/manifest.json or selftest.json`)
    console.log('0 checks, 0 differ')
    return 1
  }
  let checks = 0
  let differ = 0
  for (const choice of choices) {
    const tally = await checkWith(choice, folder, values.software, choices.length > 1)
    checks += tally.checks
    differ += tally.differ
  }
  console.log(`${checks} checks, ${differ} differ`)
  return checks > 0 && differ === 0 ? 0 : 1
}

/** A back end that this machine lacks is a difference only when it was asked for by name. */
async function checkWith(choice: Choice, folder: string, isSoftware: boolean, isOneOfAll: boolean): Promise<Tally> {
  const tally = new Tally()
  let backend: ComputeBackend
  try {
    backend = await openBackend(choice, isSoftware)
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    if (isOneOfAll) console.log(`${choice}: not checked: ${code}: ${message}`)
    else tally.broken(choice, `${code}: ${message}`)
    for (const difference of tally.differences) console.log(difference)
    return tally
  }
  const startMs = performance.now()
  const read = await checkFolder(tally, folder, backend)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  backend.close()
  console.log(`${choice}: ${backend.description}: ${read} files and cases, ${tally.checks} checks in ${seconds} s`)
  for (const note of tally.notes) console.log(`${choice}: ${note}`)
  for (const difference of tally.differences) console.log(`${choice}: ${difference}`)
  const more = tally.differ - tally.differences.length
  if (more > 0) console.log(`${choice}: … and ${more} more`)
  return tally
}
