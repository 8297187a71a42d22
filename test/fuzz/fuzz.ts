/** `npm run fuzz -- SUBJECT [--cases N] [--seed S] …`: differential and decoder fuzzing with numbered cases. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ArgumentError, runProgram, someOf, wholeNumber } from '../commandLine.ts'
import { type Failure, runCases } from './runCases.ts'
import type { FuzzOptions, FuzzSubject } from './subject.ts'
import { SUBJECTS, subjectsOf } from './subjects.ts'

const USAGE = `usage: npm run fuzz -- SUBJECT [options]
       npm run fuzz -- --replay FILE

subjects (a room's name runs all of its subjects)
${SUBJECTS.map(({ name, says }) => `  ${name.padEnd(22)}${says}`).join('\n')}

options
  --cases N       cases of each subject (default 1000)
  --seed S        default: drawn, and printed
  --first I       number of the first case (default 0)
  --case I        this one case only
  --backend LIST  of js, wasm, gpu (default all of them)
  --software      allow a software GPU adapter (SwiftShader, lavapipe)
  --out DIR       where failing cases are written as JSON (default fuzz-failures)
  --replay FILE   check the case that such a file holds`

const BACKENDS = ['js', 'wasm', 'gpu'] as const

const OPTIONS = {
  cases: { type: 'string', default: '1000' },
  seed: { type: 'string' },
  first: { type: 'string', default: '0' },
  case: { type: 'string' },
  backend: { type: 'string', default: 'js,wasm,gpu' },
  software: { type: 'boolean', default: false },
  out: { type: 'string', default: 'fuzz-failures' },
  replay: { type: 'string' },
} as const

/** A throw's stack is in the file. */
const firstLine = (text: string): string => text.split('\n')[0]!

interface Run {
  readonly seed: number
  readonly first: number
  readonly count: number
  readonly folder: string
}

async function report(subject: FuzzSubject, { seed, folder }: Run, failure: Failure): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${subject.name.replaceAll('/', '-')}-${seed}-${failure.caseNumber}.json`)
  await writeFile(file, `${JSON.stringify({ subject: subject.name, seed, ...failure }, undefined, 1)}\n`)
  console.log(`case ${failure.caseNumber} differs: ${firstLine(failure.difference)}`)
  console.log(`  smallest: ${firstLine(failure.smallDifference)}`)
  console.log(`  written to ${file}; again: npm run fuzz -- --replay ${file}`)
  console.log(`  or: npm run fuzz -- ${subject.name} --seed ${seed} --case ${failure.caseNumber}`)
}

async function fuzz(subject: FuzzSubject, run: Run, options: FuzzOptions): Promise<{ cases: number; differ: number }> {
  const opened = await subject.open(options)
  console.log(`${subject.name}: seed ${run.seed}, ${run.count} cases from ${run.first}: ${opened.compares.join(', ')}`)
  for (const line of opened.notRun) console.log(`${subject.name}: NOT RUN: ${line}`)
  const onProgress = (done: number, casesPerSecond: number, differ: number) =>
    console.error(
      `${subject.name}: ${done} of ${run.count} cases, ${casesPerSecond.toFixed(0)} cases/s, ${differ} differ`,
    )
  const { cases, failures, casesPerSecond } = await runCases(opened, { ...run, onProgress })
  opened.close()
  for (const failure of failures) await report(subject, run, failure)
  console.log(`${subject.name}: ${cases} cases, ${failures.length} differ, ${casesPerSecond.toFixed(0)} cases/s`)
  return { cases, differ: failures.length }
}

async function readFailure(file: string): Promise<{ readonly subject: string; readonly small: unknown }> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ArgumentError('--replay', 'a file that a failing run wrote', error.message)
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ArgumentError('--replay', 'a file that a failing run wrote', `${file}: ${(error as Error).message}`)
  }
}

async function replay(file: string, options: FuzzOptions): Promise<{ cases: number; differ: number }> {
  const { subject: name, small } = await readFailure(file)
  const subject = SUBJECTS.find((own) => own.name === name)
  if (subject === undefined) throw new ArgumentError('--replay', 'the file of a subject below', `${file} of ${name}`)
  const opened = await subject.open(options)
  const difference = await opened.check(small)
  opened.close()
  console.log(difference === undefined ? 'equal now' : `differs: ${difference}`)
  return { cases: 1, differ: difference === undefined ? 0 : 1 }
}

function subjectsNamed(name: string): FuzzSubject[] {
  const found = subjectsOf(name)
  if (found.length === 0) throw new ArgumentError('SUBJECT', 'one of those below, or a room', name)
  return found
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS })
  const wanted = positionals.flatMap(subjectsNamed)
  if (values.replay === undefined && wanted.length === 0)
    throw new ArgumentError('SUBJECT', 'one of those below', undefined)
  const backends = someOf('--backend', values.backend, BACKENDS)
  const options = { backends, isSoftwareAdapterAllowed: values.software }
  const tallies: { cases: number; differ: number }[] = []
  if (values.replay !== undefined) tallies.push(await replay(values.replay, options))
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : wholeNumber('--seed', values.seed)
  const [first, count] =
    values.case === undefined
      ? [wholeNumber('--first', values.first), wholeNumber('--cases', values.cases, 1)]
      : [wholeNumber('--case', values.case), 1]
  for (const subject of wanted) tallies.push(await fuzz(subject, { seed, first, count, folder: values.out }, options))
  const cases = tallies.reduce((total, tally) => total + tally.cases, 0)
  const differ = tallies.reduce((total, tally) => total + tally.differ, 0)
  console.log(`${cases} cases, ${differ} differ`)
  return differ === 0 && cases > 0 ? 0 : 1
}

await runProgram(USAGE, main)
