/** Checks a whole folder of influence vectors against a back end. */
import { existsSync } from 'node:fs'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { checkLimits, checkQuantiser, checkSelfTest } from './arithmeticChecks.ts'
import { checkCase } from './caseChecks.ts'
import { checkFiles } from './fileChecks.ts'
import { checkMain } from './mainChecks.ts'
import { checkManifest } from './manifestChecks.ts'
import { checkCitations } from './ragChecks.ts'
import { readJson } from './readJson.ts'
import { checkSpans } from './spanChecks.ts'
import type { Tally } from './tally.ts'
import type { VectorCase } from './vectorCases.ts'

/** How to check one file's content; the cases that it holds come on top. */
type FileCheck = (tally: Tally, parsed: unknown, backend: ComputeBackend) => void | Promise<void>

/** The files of values in a folder, in the order in which they are checked. */
const VALUE_FILES: Readonly<Record<string, FileCheck>> = {
  'small/quantiser.json': checkQuantiser,
  'small/limits.json': checkLimits,
  'small/files.json': checkFiles,
  'small/span.json': checkSpans,
  'small/rag.json': checkCitations,
  'selftest.json': checkSelfTest,
}

/** The files that hold cases, and where in them. */
const CASE_FILES: Readonly<Record<string, (parsed: never) => readonly VectorCase[]>> = {
  'small/pipeline.json': ({ cases }: { cases: VectorCase[] }) => cases,
  'small/attribution.json': ({ cases }: { cases: VectorCase[] }) => cases,
  'small/files.json': (parsed: { case: VectorCase }) => [parsed.case],
  'selftest.json': ({ pipeline }: { pipeline: VectorCase[] }) => pipeline,
}

/** Does the folder have anything to check? */
export const isVectorFolder = (folder: string): boolean =>
  ['MANIFEST.json', 'main/manifest.json', ...Object.keys(VALUE_FILES), ...Object.keys(CASE_FILES)].some((name) =>
    existsSync(`${folder}/${name}`),
  )

/** Everything that the folder has; returns the number of files and cases read. What cannot be read is a difference. */
export async function checkFolder(tally: Tally, folder: string, backend: ComputeBackend): Promise<number> {
  let read = 0
  const attempt = async (name: string, check: () => void | Promise<void>) => {
    read++
    try {
      await check()
    } catch (error) {
      tally.broken(name, error)
    }
  }
  for (const [name, check] of Object.entries(VALUE_FILES)) {
    if (existsSync(`${folder}/${name}`)) await attempt(name, () => check(tally, readJson(`${folder}/${name}`), backend))
  }
  for (const [name, casesOf] of Object.entries(CASE_FILES)) {
    for (const vector of existsSync(`${folder}/${name}`) ? readCases(tally, folder, name, casesOf) : [])
      await attempt(vector.name, () => checkCase(tally, vector, `${folder}/small`, backend))
  }
  if (existsSync(`${folder}/main/manifest.json`))
    await attempt('main/manifest.json', () => checkMain(tally, `${folder}/main`, backend))
  if (read > 0 || existsSync(`${folder}/MANIFEST.json`)) checkManifest(tally, folder)
  return read
}

function readCases(
  tally: Tally,
  folder: string,
  name: string,
  casesOf: (parsed: never) => readonly VectorCase[],
): readonly VectorCase[] {
  try {
    // Files may hold cases of the same name.
    return casesOf(readJson(`${folder}/${name}`) as never).map((own) => ({ ...own, name: `${name}, ${own.name}` }))
  } catch (error) {
    tally.broken(name, error)
    return []
  }
}
