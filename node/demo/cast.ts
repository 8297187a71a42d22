/** Who takes part in a demo and with which rows: generated tasks with a copier and a noise-maker, or a user's own file. */
import { utf8 } from '../../primitives/bytes.ts'
import type { Row } from '../../primitives/rows.ts'
import { randomGenerator } from '../../studio/random.ts'
import { noiseRows, TASKS, taskSet } from '../../studio/tasks.ts'
import type { ContributorResult } from './result.ts'
import type { ContributedRow } from './rowsFile.ts'

export interface Contributor {
  readonly name: string
  readonly kind: ContributorResult['kind']
  readonly task: string
  /** Empty for the copier, who takes what is on the chain. */
  readonly rows: readonly Row[]
}

export interface Question {
  readonly task: string
  readonly row: Row
}

export interface Cast {
  readonly source: string
  readonly contributors: readonly Contributor[]
  readonly questions: readonly Question[]
}

const NAMES = ['ada', 'ben', 'cleo', 'dan', 'eva', 'finn', 'gia', 'hugo', 'ida', 'jon']
const ROWS_MIN = 60
const ROWS_MAX = 90
const QUESTIONS_PER_TASK = 3
const NOISE_ROWS = 60
/** Of a user's own rows: enough to see pay move, few enough to wait for. */
const OWN_QUESTIONS_MAX = 10

/** Ten honest contributors of 60 – 90 rows each, one copier, one noise-maker, 30 held-out questions. */
export function generatedCast(seed: number): Cast {
  const generator = randomGenerator(seed)
  const set = taskSet({ seed, rowsPerTask: ROWS_MAX, questionsPerTask: QUESTIONS_PER_TASK })
  const honest = TASKS.map((task, t) => ({
    name: NAMES[t]!,
    kind: 'honest' as const,
    task: task.name,
    rows: set.rows[t]!.slice(0, ROWS_MIN + generator.below(ROWS_MAX - ROWS_MIN + 1)),
  }))
  const copier = { name: 'copier', kind: 'copier' as const, task: '', rows: [] }
  const noise = { name: 'noise', kind: 'noise' as const, task: '', rows: noiseRows(seed + 1, NOISE_ROWS) }
  const questions = TASKS.flatMap((task, t) => set.questions[t]!.map((row) => ({ task: task.name, row })))
  return { source: 'ten generated string-transformation tasks', contributors: [...honest, copier, noise], questions }
}

/** One contributor per name in the file; the questions are inputs of the file itself, spread over it. */
export function ownCast(rows: readonly ContributedRow[], file: string): Cast {
  const encoded = rows.map(({ contributor, input, output }) => ({
    contributor,
    row: { input: utf8(input), output: utf8(output) },
  }))
  const names = [...new Set(rows.map((row) => row.contributor))]
  const contributors = names.map((name) => ({
    name,
    kind: 'own data' as const,
    task: '',
    rows: encoded.filter((one) => one.contributor === name).map((one) => one.row),
  }))
  const stride = Math.max(1, Math.floor(rows.length / OWN_QUESTIONS_MAX))
  const questions = encoded
    .filter((_, i) => i % stride === 0)
    .slice(0, OWN_QUESTIONS_MAX)
    .map(({ row }) => ({ task: '', row }))
  return { source: `rows of ${file}`, contributors, questions }
}

/** The task that an input asks for: what stands before its first colon. */
export function taskOfInput(input: Uint8Array): string {
  const text = new TextDecoder().decode(input)
  return TASKS.find((task) => text.startsWith(`${task.name}:`))?.name ?? ''
}

/** Does the row answer its task rightly? What an owner finds when checking by hand. */
export function isRightRow(row: Row): boolean {
  const text = new TextDecoder().decode(row.input)
  const task = TASKS.find((one) => text.startsWith(`${one.name}: `))
  if (task === undefined) return false
  return task.apply(text.slice(task.name.length + 2)) === new TextDecoder().decode(row.output)
}
