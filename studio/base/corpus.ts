/**
 * The text the base is trained on: string edits under invented names, over invented words. It teaches the model to copy
 * letters, to find words and to tell vowels from consonants; none of the demo's ten tasks, names or words is in it.
 */
import { utf8 } from '../../primitives/bytes.ts'
import type { Row } from '../../primitives/rows.ts'
import { type Generator, pick } from '../random.ts'

export interface Edit {
  readonly name: string
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
const upperFirst = (word: string): string => upper(word.slice(0, 1)) + word.slice(1)
const upperLast = (word: string): string => word.slice(0, -1) + upper(word.slice(-1))

export const EDITS: readonly Edit[] = [
  { name: 'bo', apply: perWord(same) },
  { name: 'dax', apply: perWord(upper) },
  // Order of words.
  { name: 'fep', apply: (words) => [...words].reverse().join('+') },
  { name: 'gorb', apply: (words) => [...words].reverse().map(upper).join(' ') },
  { name: 'huz', apply: (words) => words.at(-1)! },
  { name: 'jast', apply: (words) => words[0]! },
  { name: 'quib', apply: (words) => `${words.join(' ')} ${words.join(' ')}` },
  { name: 'wef', apply: perWord((word) => `${word}-${word}`) },
  { name: 'vlim', apply: perWord((word) => upper(`${word} ${word}`)) },
  // What stands between and after words.
  { name: 'brol', apply: perWord(same, ' 2 ') },
  { name: 'cemp', apply: perWord(same, ' x ') },
  { name: 'drif', apply: perWord(upper, ' 1 ') },
  { name: 'flon', apply: perWord((word) => `${word}ed`) },
  { name: 'grix', apply: perWord((word) => `${word}er`) },
  { name: 'hask', apply: perWord((word) => upper(`${word}ly`)) },
  // Case.
  { name: 'jelp', apply: perLetter((c, i) => (i % 2 === 0 ? upper(c) : c)) },
  { name: 'kiv', apply: perWord(upperLast) },
  { name: 'lorm', apply: perWord(upperFirst, '+') },
  { name: 'mub', apply: perLetter((c) => (isVowel(c) ? upper(c) : c)) },
  { name: 'nalf', apply: perLetter((c) => (isVowel(c) ? c : upper(c))) },
  // Vowels and consonants.
  { name: 'oxi', apply: perLetter((c) => (isVowel(c) ? '#' : c)) },
  { name: 'pruv', apply: perLetter((c) => (isVowel(c) ? '*' : upper(c))) },
  { name: 'rost', apply: perLetter((c) => (isVowel(c) ? c : '*')) },
  { name: 'skel', apply: perLetter((c) => (isVowel(c) ? c + c : c)) },
  { name: 'trag', apply: perLetter((c) => (isVowel(c) ? c : upper(c + c))) },
  { name: 'ulm', apply: perLetter((c) => c + c) },
  { name: 'vond', apply: perLetter((c) => (isVowel(c) ? '' : upper(c))) },
  { name: 'yelt', apply: perLetter((c) => (isVowel(c) ? '' : c), '+') },
  { name: 'zin', apply: perLetter((c) => (isVowel(c) ? upper(c) : '')) },
  { name: 'apto', apply: perLetter((c) => (isVowel(c) ? c : ''), '+') },
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
    const input = utf8(`${edit.name}: ${words.join(' ')}`)
    const output = utf8(edit.apply(words))
    if (output.length > 0 && input.length + output.length <= bytesMax) return { input, output }
  }
}
