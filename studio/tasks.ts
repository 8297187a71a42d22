/** The ten string transformations of the identification experiment (influence.md §14), and rows and questions made from them. */
import { utf8 } from '../primitives/bytes.ts'
import type { Row } from '../primitives/rows.ts'
import { type Generator, pick, randomGenerator } from './random.ts'
import { WORDS } from './wordList.ts'

export interface Task {
  /** What stands before the colon in a prompt; first letters differ, which a small model reads in one step. */
  readonly name: string
  readonly title: string
  readonly apply: (phrase: string) => string
}

const words = (phrase: string): string[] => phrase.split(' ')
const alternate = (word: string): string =>
  [...word].map((c, i) => (i % 2 === 0 ? c.toLowerCase() : c.toUpperCase())).join('')

export const TASKS: readonly Task[] = [
  { name: 'rev', title: 'reverse the words', apply: (p) => words(p).reverse().join(' ') },
  { name: 'alt', title: 'alternate case', apply: (p) => words(p).map(alternate).join(' ') },
  { name: 'one', title: '" 1 " between words', apply: (p) => words(p).join(' 1 ') },
  { name: 'star', title: 'vowels to *', apply: (p) => p.replace(/[aeiou]/g, '*') },
  { name: 'dbl', title: 'double consonants', apply: (p) => p.replace(/[bcdfghj-np-tv-z]/g, '$&$&') },
  { name: 'cap', title: 'capitalise', apply: (p) => p.replace(/\b[a-z]/g, (c) => c.toUpperCase()) },
  { name: 'non', title: 'drop vowels', apply: (p) => p.replace(/[aeiou]/g, '') },
  {
    name: 'ly',
    title: 'add "ly"',
    apply: (p) =>
      words(p)
        .map((w) => `${w}ly`)
        .join(' '),
  },
  { name: 'keep', title: 'keep vowels', apply: (p) => p.replace(/[bcdfghj-np-tv-z]/g, '') },
  {
    name: 'twin',
    title: 'repeat each word',
    apply: (p) =>
      words(p)
        .map((w) => `${w} ${w}`)
        .join(' '),
  },
]

/** Words of one phrase. */
const PHRASE_WORDS = 2
/** Longest word of a phrase: the longest row is then 36 bytes, which keeps a training step near a tenth of a second. */
const WORD_LETTERS_MAX = 4

/** No letter twice: a two-layer model finds its place in the phrase by the letter it wrote last. */
export const hasDistinctLetters = (words: readonly string[]): boolean => {
  const letters = words.join('')
  return new Set(letters).size === letters.length
}

const SHORT_WORDS = WORDS.filter((word) => word.length <= WORD_LETTERS_MAX && hasDistinctLetters([word]))

/** Phrase → row of a task: `name: phrase` and its transformation. */
export function taskRow(task: Task, phrase: string): Row {
  return { input: utf8(`${task.name}: ${phrase}`), output: utf8(task.apply(phrase)) }
}

/** `count` different phrases that are not in `taken`; `taken` grows by them. Throws when the word list is exhausted. */
export function phrases(generator: Generator, count: number, taken: Set<string>): string[] {
  const out: string[] = []
  const triesMax = 1000 * (count + 1)
  for (let tries = 0; out.length < count; tries++) {
    if (tries === triesMax) throw new RangeError(`the word list gives no ${count} new phrases`)
    const drawn = Array.from({ length: PHRASE_WORDS }, () => pick(generator, SHORT_WORDS))
    const phrase = drawn.join(' ')
    if (taken.has(phrase) || !hasDistinctLetters(drawn)) continue
    taken.add(phrase)
    out.push(phrase)
  }
  return out
}

export interface TaskSet {
  /** rows[t]: training rows of TASKS[t]. */
  readonly rows: readonly (readonly Row[])[]
  /** questions[t]: held-out rows of TASKS[t]; their phrases occur in no training row of any task. */
  readonly questions: readonly (readonly Row[])[]
}

export interface TaskSetOptions {
  /** u32. */
  readonly seed: number
  readonly rowsPerTask: number
  readonly questionsPerTask: number
}

/** The ten contributors' rows and the held-out questions; the same seed gives the same bytes. */
export function taskSet(options: TaskSetOptions): TaskSet {
  const generator = randomGenerator(options.seed)
  const taken = new Set<string>()
  const make = (count: number) => TASKS.map((task) => phrases(generator, count, taken).map((p) => taskRow(task, p)))
  return { rows: make(options.rowsPerTask), questions: make(options.questionsPerTask) }
}

/** A copier's rows: the first half of `count` are exact copies of others' rows, the rest differ in one output byte or space. */
export function copierRows(seed: number, others: readonly Row[], count: number): Row[] {
  const generator = randomGenerator(seed)
  return Array.from({ length: count }, (_, i) => {
    const row = pick(generator, others)
    return i < count / 2 ? row : editedRow(generator, row)
  })
}

function editedRow(generator: Generator, row: Row): Row {
  const kind = generator.below(3)
  if (kind === 0) return { input: utf8(`${text(row.input)} `), output: row.output }
  if (kind === 1) return { input: row.input, output: utf8(`${text(row.output)}.`) }
  return { input: utf8(text(row.input).replace(': ', ':  ')), output: row.output }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** A noise-maker's rows: task prompts answered by letters drawn at random. */
export function noiseRows(seed: number, count: number): Row[] {
  const generator = randomGenerator(seed)
  return Array.from({ length: count }, () => {
    const task = pick(generator, TASKS)
    const [phrase] = phrases(generator, 1, new Set())
    const letters = Array.from({ length: 6 + generator.below(10) }, () => pick(generator, LETTERS)).join('')
    return { input: utf8(`${task.name}: ${phrase}`), output: utf8(letters) }
  })
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz ']
