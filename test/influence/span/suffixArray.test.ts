/** Suffix arrays: against a naive one on random and adversarial texts, and the check of other people's. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findSharedPrefixes, sharingRange } from '../../../influence/span/sharedPrefixes.ts'
import {
  buildSuffixArray,
  findDisorder,
  findForeignPosition,
  suffixRanks,
} from '../../../influence/span/suffixArray.ts'
import { matchLengths, placeOf } from '../../../influence/span/suffixSearch.ts'
import { createNoise } from '../noise.ts'
import { naiveSuffixArray } from './spanOracle.ts'

/** What is wrong with a suffix array. */
function faultOf(text: Uint32Array, order: Uint32Array): 'position' | 'order' | undefined {
  if (findForeignPosition(order) !== undefined) return 'position'
  return findDisorder(text, order) === undefined ? undefined : 'order'
}

/** Words over an alphabet of this size. */
const words = (alphabet: number, maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(alphabet - 1), { maxLength })

function fibonacciWord(length: number): Uint32Array {
  let [before, word] = ['0', '01']
  while (word.length < length) [before, word] = [word, word + before]
  return Uint32Array.from(word.slice(0, length), Number)
}

test('suffix array: equals the naive one on random words of 1 to 5 letters', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), words(5, 60), (alphabet, letters) => {
      const text = Uint32Array.from(letters, (letter) => letter % alphabet)
      assert.equal([...buildSuffixArray(text, alphabet)], naiveSuffixArray(text))
    }),
    { numRuns: 2000 },
  )
})

test('suffix array: equals the naive one on equal, periodic, Fibonacci, falling and rare words', () => {
  const texts: Record<string, Uint32Array> = {
    none: new Uint32Array(0),
    one: Uint32Array.of(3),
    equal: new Uint32Array(700).fill(2),
    'period 2': Uint32Array.from({ length: 701 }, (_, i) => i & 1),
    'period 3': Uint32Array.from({ length: 700 }, (_, i) => [1, 0, 2][i % 3]!),
    'nested periods': Uint32Array.from({ length: 800 }, (_, i) => (i % 7 === 0 ? 1 : 0) + (i % 49 === 0 ? 1 : 0)),
    Fibonacci: fibonacciWord(987),
    falling: Uint32Array.from({ length: 600 }, (_, i) => 600 - i),
    rising: Uint32Array.from({ length: 600 }, (_, i) => i),
    'wide symbols': Uint32Array.from({ length: 500 }, (_, i) => (i * 2_654_435_761) % 1_048_576),
  }
  for (const [name, text] of Object.entries(texts)) {
    const alphabet = text.reduce((most, symbol) => Math.max(most, symbol + 1), 1)
    assert.equal([...buildSuffixArray(text, alphabet)], naiveSuffixArray(text), name)
  }
})

test('suffix array: the linear check accepts every right one', () => {
  fc.assert(
    fc.property(words(3, 80), (letters) => {
      const text = Uint32Array.from(letters)
      assert.is(faultOf(text, buildSuffixArray(text, 3)), undefined)
    }),
  )
})

test('suffix array: the linear check finds every exchange of two entries and every repeated or foreign position', () => {
  fc.assert(
    fc.property(words(2, 40), fc.nat(), fc.nat(), (letters, i, j) => {
      const text = Uint32Array.from([...letters, 1, 0])
      const order = buildSuffixArray(text, 2)
      const [a, b] = [i % text.length, j % text.length]
      const exchanged = order.slice()
      exchanged[a] = order[b]!
      exchanged[b] = order[a]!
      assert.is(faultOf(text, exchanged), a === b ? undefined : 'order')
      const repeated = order.slice()
      repeated[a] = order[b]!
      assert.is(faultOf(text, repeated), a === b ? undefined : 'position')
      const foreign = order.slice()
      foreign[a] = text.length
      assert.is(findForeignPosition(foreign), a)
    }),
    { numRuns: 1000 },
  )
})

test('suffix array: a quarter of a million symbols of text pass the linear check, alike or not', () => {
  const noise = createNoise(5)
  const length = 2 ** 18
  for (const text of [
    Uint32Array.from({ length }, () => noise.code() + 128),
    Uint32Array.from({ length }, () => (noise.code() & 1) + 1),
    fibonacciWord(length),
    new Uint32Array(length).fill(1),
  ]) {
    const order = buildSuffixArray(text, 257)
    assert.is(faultOf(text, order), undefined)
    assert.is(suffixRanks(order)[order[length - 1]!], length - 1)
  }
})

test('suffix search: places, ranges and match lengths equal those of plain search', () => {
  fc.assert(
    fc.property(words(3, 60), words(3, 20), (letters, pattern) => {
      const text = Uint32Array.from([...letters.map((letter) => letter + 1), 0])
      const order = buildSuffixArray(text, 4)
      const index = { text, order, prefixes: findSharedPrefixes(text, order) }
      const suffixes = [...order].map((i) => [...text.subarray(i)].map((symbol) => symbol - 1))
      const own = Uint32Array.from(pattern, (letter) => letter + 1)
      const { at, matched } = placeOf(index, own)
      assert.is(at, suffixes.filter((suffix) => isBelow(suffix, pattern)).length)
      const occurs = (part: readonly number[]) => suffixes.some((suffix) => startsWith(suffix, part))
      const longest = (s: number) => {
        let length = 0
        while (s + length < pattern.length && occurs(pattern.slice(s, s + length + 1))) length++
        return length
      }
      assert.is(matched, pattern.length === 0 ? 0 : longest(0))
      const { lengths, places } = matchLengths(index, own)
      assert.equal([...lengths], [...pattern.keys()].map(longest))
      for (const [s, place] of places.entries())
        assert.ok(startsWith(suffixes[place]!, pattern.slice(s, s + lengths[s]!)))
    }),
    { numRuns: 1000 },
  )
})

test('shared prefixes: the range of suffixes that share a prefix is found for every place and length', () => {
  const check = (text: Uint32Array) => {
    const order = buildSuffixArray(text, 4)
    const prefixes = findSharedPrefixes(text, order)
    const shared = (a: number, b: number) => {
      let length = 0
      while (Math.max(a, b) + length < text.length && text[a + length] === text[b + length]) length++
      return length
    }
    for (let place = 0; place < order.length; place += 1 + (order.length >> 6)) {
      const own = Array.from(order, (position) => shared(position, order[place]!))
      for (let length = 0; length <= own[place]!; length += 1 + (length >> 2)) {
        const { first, end } = sharingRange(prefixes, place, length)
        assert.is(
          first,
          own.findIndex((most) => most >= length),
          `place ${place}, length ${length}`,
        )
        assert.is(end, own.findLastIndex((most) => most >= length) + 1, `place ${place}, length ${length}`)
      }
    }
  }
  fc.assert(
    fc.property(words(3, 50), (letters) => check(Uint32Array.from(letters))),
    { numRuns: 200 },
  )
  // More than one level of minima above the leaves.
  check(fibonacciWord(1500))
  check(Uint32Array.from({ length: 1300 }, (_, i) => (i % 325 === 324 ? 0 : 1)))
})

test('suffix search: long equal texts and answers take time in proportion to the answer', () => {
  const text = Uint32Array.from({ length: 200_000 }, (_, i) => ((i + 1) % 50_000 === 0 ? 0 : 1))
  const order = buildSuffixArray(text, 2)
  const index = { text, order, prefixes: findSharedPrefixes(text, order) }
  // Symbol by symbol this would be 2^16 · 50,000 comparisons.
  const { lengths } = matchLengths(index, new Uint32Array(2 ** 16).fill(1))
  assert.is(lengths[0], 49_999)
  assert.is(lengths[2 ** 16 - 49_999], 49_999)
  assert.is(lengths[2 ** 16 - 49_998], 49_998)
})

const startsWith = (suffix: readonly number[], pattern: readonly number[]): boolean =>
  pattern.every((symbol, i) => suffix[i] === symbol)

function isBelow(suffix: readonly number[], pattern: readonly number[]): boolean {
  const at = pattern.findIndex((symbol, i) => suffix[i] !== symbol)
  return at >= 0 && (suffix[at] === undefined || suffix[at]! < pattern[at]!)
}

test.run()
