/** Checks a whole folder of influence vectors against a back end. */
import { existsSync, readFileSync } from 'node:fs'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { checkLimits, checkQuantiser } from './arithmeticChecks.ts'
import { checkCase } from './caseChecks.ts'
import { checkFiles } from './fileChecks.ts'
import { checkMain } from './mainChecks.ts'
import type { Tally } from './tally.ts'
import type { VectorCase } from './vectorCases.ts'

/** The files of `small/` that hold cases, and how to check what else they hold. */
const CASE_FILES = ['pipeline', 'attribution', 'files']
const OTHER_FILES = { quantiser: checkQuantiser, limits: checkLimits, files: checkFiles } as const

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** Everything of method 1 that the folder has; returns the number of files and cases read. */
export async function checkFolder(tally: Tally, folder: string, backend: ComputeBackend): Promise<number> {
  let read = 0
  for (const [name, check] of Object.entries(OTHER_FILES)) {
    const path = `${folder}/small/${name}.json`
    if (!existsSync(path)) continue
    await check(tally, readJson(path), backend)
    read++
  }
  for (const name of CASE_FILES) {
    const path = `${folder}/small/${name}.json`
    if (!existsSync(path)) continue
    const parsed = readJson(path) as { cases?: VectorCase[]; case?: VectorCase }
    for (const vector of parsed.cases ?? [parsed.case!]) {
      await checkCase(tally, vector, `${folder}/small`, backend)
      read++
    }
  }
  if (existsSync(`${folder}/main/manifest.json`)) {
    await checkMain(tally, `${folder}/main`, backend)
    read++
  }
  return read
}
