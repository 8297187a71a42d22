/** Match proofs: accepted as they are made, refused after every tampering, whatever the forger makes fit again. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { encodeResult } from '../../../influence/result.ts'
import { byteOutput, outputHashOf, spansRootOf } from '../../../influence/span/outputHash.ts'
import { decodeSpanProof, encodeSpanProof } from '../../../influence/span/proof/spanProof.ts'
import { verifySpan } from '../../../influence/span/proof/verifySpan.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import type { OutputTokens, SpanAttribution, SpanOptions, SpanProof } from '../../../influence/surface.ts'
import { concat, utf8 } from '../../../primitives/bytes.ts'
import { createNoise } from '../noise.ts'
import { corpusOf } from './spanOracle.ts'

const hash = await createFastKeccak()

interface Proved {
  readonly engine: SpanEngine
  readonly output: OutputTokens
  readonly result: SpanAttribution
  readonly proofs: readonly SpanProof[]
}

async function prove(
  rows: readonly (readonly number[])[],
  answer: readonly number[],
  options: SpanOptions,
): Promise<Proved> {
  const engine = await SpanEngine.open(corpusOf(rows).bytes, { hash })
  if (isRefused(engine)) throw new Error(engine.code)
  const output = byteOutput(5n, Uint8Array.from(answer))
  const result = await engine.attribute(output, options)
  if (isRefused(result)) throw new Error(result.code)
  const proofs: SpanProof[] = []
  for (const place of result.spans.keys()) {
    const proof = await engine.proveSpan(output, place, options)
    if (isRefused(proof)) throw new Error(proof.code)
    proofs.push(proof)
  }
  return { engine, output, result, proofs }
}

const verdict = (proof: SpanProof, { engine, result }: Proved, bytes = result.bytes): string => {
  const verified = verifySpan(proof, engine.info.corpusRoot, bytes, hash)
  return isRefused(verified) ? verified.code : 'valid'
}

/** Texts of several suffix-array leaves and text chunks: rows over few letters, so that spans occur often. */
function noisyRows(seed: number, rowCount: number, length: number): number[][] {
  const noise = createNoise(seed)
  return Array.from({ length: rowCount }, () => Array.from({ length }, () => 97 + ((noise.code() + 127) % 3)))
}

const ROWS = noisyRows(3, 24, 160)
const ANSWER = [...utf8('-'), ...ROWS[4]!.slice(20, 90), ...utf8('??'), ...ROWS[17]!, ...ROWS[2]!.slice(0, 9)]
const SMALL = await prove(
  [[...utf8('the quick brown fox')], [...utf8('a quick brown hen')]],
  [...utf8('my quick brown hen')],
  {
    lMin: 4,
    iMin: 1,
  },
)

test('span proof: every span of a corpus of several leaves is proved', async () => {
  const proved = await prove(ROWS, ANSWER, { lMin: 4, iMin: 1 })
  assert.ok(proved.engine.info.textLength > 7 * 512)
  assert.ok(proved.proofs.length >= 3, `${proved.proofs.length} spans`)
  assert.ok(proved.proofs.some(({ lo, hi }) => hi - lo > 1))
  for (const [place, proof] of proved.proofs.entries()) {
    assert.is(verdict(proof, proved), 'valid', `span ${place}`)
    assert.equal(decodeSpanProof(encodeSpanProof(proof)), proof)
  }
})

test('span proof: a range of thousands of suffixes takes its first place from the minima of closed nodes', async () => {
  const rows = Array.from({ length: 600 }, (_, row) => [...utf8(`${row}: so it goes`)])
  const proved = await prove(rows, [...utf8('and so it goes')], { lMin: 8, iMin: 1 })
  const [proof] = proved.proofs
  assert.is(proof!.hi - proof!.lo, 600)
  assert.is(proved.result.spans[0]!.owner, 0)
  assert.ok(proof!.opening.suffixSiblings.length > 2)
  assert.is(verdict(proof!, proved), 'valid')
  // A later copy as the owner, with a list that says so.
  for (const change of [{ owner: 1, position: proof!.spans[0]!.position + 1 }, { owner: 599 }]) {
    const spans = [{ ...proof!.spans[0]!, ...change }]
    assert.is(verdict({ ...proof!, spans }, proved, reRooted(proved, { ...proof!, spans })), 'ProofMismatch')
  }
})

test('span proof: random corpora and answers prove all of their spans', async () => {
  const words = fc.array(fc.nat(1), { maxLength: 14 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(words, { minLength: 1, maxLength: 6 }),
      words,
      fc.integer({ min: 1, max: 4 }),
      async (rows, answer, lMin) => {
        const proved = await prove(rows, answer, { lMin, iMin: 0 })
        for (const proof of proved.proofs) assert.is(verdict(proof, proved), 'valid')
      },
    ),
    { numRuns: 200 },
  )
})

test('span proof: every changed byte, and every shorter or longer string, is refused', async () => {
  const [own] = SMALL.proofs
  const bytes = encodeSpanProof(own!)
  const verdictOf = (changed: Uint8Array): string => {
    const proof = decodeSpanProof(changed)
    if (isRefused(proof)) return proof.code
    assert.equal(encodeSpanProof(proof), changed)
    return verdict(proof, SMALL)
  }
  assert.is(verdictOf(bytes), 'valid')
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1 << (at & 7)
    assert.is.not(verdictOf(changed), 'valid', `byte ${at}`)
    assert.is.not(verdictOf(bytes.slice(0, at)), 'valid', `${at} bytes`)
  }
  assert.is(verdictOf(concat(bytes, Uint8Array.of(0))), 'BadLength')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (garbage) => verdictOf(garbage) !== 'valid'))
})

/** The result's bytes with the context of a changed list, as an attested lie would have it. */
function reRooted({ output, result }: Proved, proof: SpanProof): Uint8Array {
  const contextRoot = spansRootOf(outputHashOf(output, hash), proof, hash)
  return encodeResult({ ...result, contextRoot })
}

test('span proof: an attested list that lies about a span is refused with what is wrong', () => {
  const [own] = SMALL.proofs
  const [span] = own!.spans
  assert.is(span!.length, ' quick brown hen'.length)
  const lies: [string, object, object][] = [
    ['ScoreMismatch', { info: span!.info + 1 }, {}],
    ['ScoreMismatch', {}, { lMin: span!.length + 1 }],
    ['ScoreMismatch', {}, { iMin: span!.info + 1 }],
    ['ProofMismatch', { position: span!.position - 1 }, {}],
    ['ProofMismatch', { owner: 0 }, {}],
    ['ProofMismatch', { owner: 9 }, {}],
    ['BadLimit', { start: span!.start + 1 }, {}],
    ['BadLimit', { length: 0 }, {}],
    ['BadLimit', {}, { lo: own!.hi }],
    ['BadLimit', {}, { hi: 10_000 }],
    ['BadLimit', {}, { place: 1 }],
    ['BadParameter', {}, { lMin: 0 }],
  ]
  for (const [code, spanChange, change] of lies) {
    const proof = { ...own!, spans: [{ ...span!, ...spanChange }, ...own!.spans.slice(1)], ...change }
    assert.is(verdict(proof, SMALL, reRooted(SMALL, proof)), code, JSON.stringify([spanChange, change]))
  }
})

test('span proof: a span that could be longer on either side is refused', async () => {
  const rows = [[...utf8('abcdefgh')]]
  const proved = await prove(rows, [...utf8('xabcdefghx')], { lMin: 4, iMin: 1 })
  const [own] = proved.proofs
  const { infoTable } = own!
  const infoOf = (from: number, to: number) =>
    [...utf8('xabcdefghx').slice(from, to)].reduce((sum, t) => sum + infoTable[t]!, 0)
  for (const [start, length] of [
    [1, 7],
    [2, 7],
  ] as const) {
    const span = { ...own!.spans[0]!, start, length, info: infoOf(start, start + length), position: start - 1 }
    const proof = { ...own!, spans: [span] }
    // One row, so the suffix array has one leaf, and every place can be claimed.
    for (let right = 0; right <= 9; right++) {
      for (let left = 0; left <= 9; left++) {
        for (let lo = 0; lo < 9; lo++) {
          const claimed = { ...proof, lo, hi: lo + 1, right, left }
          assert.is.not(verdict(claimed, proved, reRooted(proved, claimed)), 'valid')
        }
      }
    }
  }
})

test('span proof: scores that do not follow from the list, other methods and other roots are refused', () => {
  const [own] = SMALL.proofs
  const { result, engine } = SMALL
  const entries = result.entries.map((entry) => ({ ...entry, score: entry.score + 1n }))
  assert.is(verdict(own!, SMALL, encodeResult({ ...result, entries })), 'ScoreMismatch')
  assert.is(verdict(own!, SMALL, encodeResult({ ...result, method: 'rag' })), 'WrongKind')
  assert.is(verdict(own!, SMALL, encodeResult({ ...result, sourceRoot: new Uint8Array(32) })), 'RootMismatch')
  assert.is(verdict(own!, SMALL, encodeResult({ ...result, queryHash: new Uint8Array(32) })), 'ProofMismatch')
  assert.is(verdict(own!, SMALL, result.bytes.slice(1)), 'BadMagic')
  const other = engine.info.corpusRoot.slice()
  other[0]! ^= 1
  assert.is((verifySpan(own!, other, result.bytes, hash) as Refused).code, 'RootMismatch')
  const moved = encodeResult({ ...result, sourceRoot: other })
  assert.is((verifySpan(own!, other, moved, hash) as Refused).code, 'ProofMismatch')
})

test.run()
