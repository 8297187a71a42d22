/** The subject `influence` of the conformance command: a folder of vectors against the back ends. */
import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { Tally } from './tally.ts'
import { checkFolder } from './vectorChecks.ts'

export const USAGE = `influence DIR [--backend gpu|wasm|js|all] [--software]
    DIR has MANIFEST.json, small/*.json, main/manifest.json and selftest.json, or some of them.
    --backend   where the dots run; all by default: those that this machine does not have are named
    --software  allow a software gpuAdapter (SwiftShader, lavapipe): exact, and slow`

type Choice = 'gpu' | 'wasm' | 'js'
const ALL: readonly Choice[] = ['js', 'wasm', 'gpu']
const CHOICES: Readonly<Record<string, readonly Choice[]>> = { gpu: ['gpu'], wasm: ['wasm'], js: ['js'], all: ALL }

/** Exit status: 0 when all is equal, 1 when something differs or was not there, 2 for wrong arguments. */
export async function checkInfluence(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { backend: { type: 'string', default: 'all' }, software: { type: 'boolean', default: false } },
  })
  const [folder, ...others] = positionals
  const choices = CHOICES[values.backend]
  if (folder === undefined || others.length > 0 || choices === undefined) {
    console.error(`usage: ${USAGE}`)
    return 2
  }
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(`${folder} is no folder`)
    return 2
  }
  let checks = 0
  let differ = 0
  for (const choice of choices) {
    const tally = await checkWith(choice, folder, values.software, choices.length > 1)
    checks += tally.checks
    differ += tally.differ
  }
  if (checks === 0) console.error(`no vectors in ${folder}`)
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
