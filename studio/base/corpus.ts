/**
 * The text the base is trained on: string edits under invented names, over invented words. It teaches the model to copy
 * letters, to find words and to tell vowels from consonants; none of the demo's ten tasks, names or words is in it.
 */
import { utf8 } from '../../primitives/bytes.ts'
import type { Row } from '../../primitives/rows.ts'
import { type Generator, pick } from '../random.ts'

export interface Edit {
  readonly names: readonly string[]
  readonly apply: (words: readonly string[]) => string
}

const VOWELS = [...'aeiou']
const CONSONANTS = [...'bcdfghjklmnpqrstvwxyz']
const isVowel = (letter: string): boolean => VOWELS.includes(letter)

const perWord =
  (edit: (word: string) => string, joint = ' ') =>
  (words: readonly string[]) =>
    words.map(edit).join(joint)
const perLetter = (edit: (letter: string, at: number) => string, joint = ' ') =>
  perWord((word) => [...word].map(edit).join(''), joint)
const upper = (text: string): string => text.toUpperCase()
const same = (text: string): string => text
const upperLast = (word: string): string => word.slice(0, -1) + upper(word.slice(-1))
const upperFirst = (word: string): string => upper(word.slice(0, 1)) + word.slice(1)

export const EDITS: readonly Edit[] = [
  { names: ['bo', 'mira'], apply: perWord(same) },
  { names: ['dax', 'pel'], apply: perWord(upper) },
  // Order and number of words.
  { names: ['fep', 'uga'], apply: (words) => [...words].reverse().join('+') },
  { names: ['gor', 'ild'], apply: (words) => [...words].reverse().map(upper).join(' ') },
  { names: ['huz', 'obri'], apply: (words) => words.at(-1)! },
  { names: ['jast', 'evo'], apply: (words) => words[0]! },
  { names: ['quib', 'yon'], apply: (words) => `${words.join(' ')} ${words.join(' ')}` },
  { names: ['wef', 'zar'], apply: perWord((word) => `${word}-${word}`) },
  { names: ['vlim', 'xan'], apply: perWord((word) => upper(`${word} ${word}`)) },
  // What stands between and after words.
  { names: ['brol', 'tuz'], apply: perWord(same, ' 2 ') },
  { names: ['cem', 'shiv'], apply: perWord(upper, ' 1 ') },
  { names: ['flo', 'marb'], apply: perWord((word) => `${word}ed`) },
  { names: ['hask', 'rund'], apply: perWord((word) => upper(`${word}ly`)) },
  // Case.
  { names: ['jel', 'sorv'], apply: perLetter((c, i) => (i % 2 === 0 ? upper(c) : c)) },
  { names: ['kiv', 'temb'], apply: perWord(upperLast) },
  { names: ['lor', 'vas'], apply: perWord(upperFirst, '+') },
  { names: ['mub', 'wix'], apply: perLetter((c) => (isVowel(c) ? upper(c) : c)) },
  // Vowels and consonants.
  { names: ['oxi', 'bla'], apply: perLetter((c) => (isVowel(c) ? '#' : c)) },
  { names: ['pru', 'cort'], apply: perLetter((c) => (isVowel(c) ? '*' : upper(c))) },
  { names: ['rost', 'dim'], apply: perLetter((c) => (isVowel(c) ? c : '*')) },
  { names: ['skel', 'fan'], apply: perLetter((c) => (isVowel(c) ? c + c : c)) },
  { names: ['trag', 'gil'], apply: perLetter((c) => (isVowel(c) ? c : upper(c + c))) },
  { names: ['von', 'jip'], apply: perLetter((c) => (isVowel(c) ? '' : upper(c))) },
  { names: ['yel', 'kub'], apply: perLetter((c) => (isVowel(c) ? '' : c), '+') },
  { names: ['zin', 'lop'], apply: perLetter((c) => (isVowel(c) ? upper(c) : '')) },
  { names: ['apt', 'nem'], apply: perLetter((c) => (isVowel(c) ? c : ''), '+') },
]

/** An invented word of three or four letters that mostly alternates consonants and vowels; no letter twice in a phrase. */
function inventedWord(generator: Generator, used: Set<string>): string {
  const length = 3 + generator.below(2)
  let isVowelNext = generator.below(3) === 0
  let word = ''
  for (let i = 0; i < length; i++) {
    const free = (isVowelNext ? VOWELS : CONSONANTS).filter((letter) => !used.has(letter))
    const letter = pick(generator, free.length > 0 ? free : CONSONANTS.filter((other) => !used.has(other)))
    used.add(letter)
    word += letter
    if (generator.below(6) !== 0) isVowelNext = !isVowelNext
  }
  return word
}

/** One row of at most `bytesMax` input and output bytes together, of at most `wordsMax` words. */
export function corpusRow(generator: Generator, bytesMax: number, wordsMax: number): Row {
  for (;;) {
    const edit = pick(generator, EDITS)
    const used = new Set<string>()
    const words = Array.from({ length: 1 + generator.below(wordsMax) }, () => inventedWord(generator, used))
    const input = utf8(`${pick(generator, edit.names)}: ${words.join(' ')}`)
    const output = utf8(edit.apply(words))
    if (output.length > 0 && input.length + output.length <= bytesMax) return { input, output }
  }
}
