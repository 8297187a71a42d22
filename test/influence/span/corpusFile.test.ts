/** The corpus file: round trips, every damage refused with its code, and the proof that a suffix array is not sorted. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import {
  bytesOfWords,
  type CorpusFile,
  type CorpusParts,
  decodeCorpusFile,
  encodeCorpusFile,
  wordsOfBytes,
} from '../../../influence/span/corpusFile.ts'
import {
  CORPUS_HEADER_BYTES,
  type CorpusHeader,
  corpusRootOf,
  decodeCorpusHeader,
  encodeCorpusHeader,
} from '../../../influence/span/corpusHeader.ts'
import { corpusRoots, growCorpusTrees } from '../../../influence/span/corpusTrees.ts'
import { decodeOrderProof, encodeOrderProof } from '../../../influence/span/proof/orderProof.ts'
import { verifyOrder } from '../../../influence/span/proof/verifyOrder.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { infoHashOf } from '../../../influence/span/tokenInfo.ts'
import type { DisorderRefused } from '../../../influence/span/verifyCorpus.ts'
import { concat, toHex } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { corpusOf } from './spanOracle.ts'

const ROWS = [[1, 2, 3, 1, 2], [3, 1, 2], [1, 2, 3, 1, 2], [], [2, 2]]
const { file } = corpusOf(ROWS, { vocabulary: 4 })

/** A copy whose typed parts do not share memory with the original. */
function copyOf(own: CorpusFile): CorpusParts {
  const rows = Object.fromEntries(Object.entries(own.rows).map(([name, column]) => [name, column.slice()]))
  return {
    ...own,
    infoTable: own.infoTable.slice(),
    rows: rows as unknown as CorpusFile['rows'],
    text: own.text.slice(),
    order: own.order.slice(),
  }
}

/** The file with some values changed, and all of its commitments made to fit again: the forger's best effort. */
function forged(change: (parts: CorpusParts) => Partial<CorpusHeader> | void, own = file): CorpusFile {
  const parts = copyOf(own)
  const counts = change(parts) ?? {}
  const trees = growCorpusTrees(parts, keccak256)
  const { rowsRoot, textRoot, suffixRoot } = corpusRoots(trees, parts.text.length, keccak256)
  const infoHash = infoHashOf(parts.infoTable, keccak256)
  const header: CorpusHeader = { ...parts.header, infoHash, rowsRoot, textRoot, ...counts }
  const commitment = concat(encodeCorpusHeader(header), suffixRoot)
  const complete = { ...parts, header, commitment }
  return { ...complete, bytes: encodeCorpusFile(complete) }
}

const openedCode = async (bytes: Uint8Array): Promise<string | undefined> => {
  const engine = await SpanEngine.open(bytes)
  return isRefused(engine) ? engine.code : undefined
}

test('corpus file: decoding and encoding give the bytes back, whatever their alignment', async () => {
  for (const shift of [0, 1, 4]) {
    const shifted = new Uint8Array(file.bytes.length + shift).subarray(shift)
    shifted.set(file.bytes)
    const decoded = decodeCorpusFile(shifted)
    assert.not.ok(isRefused(decoded))
    assert.equal(encodeCorpusFile(decoded as CorpusFile), file.bytes)
    assert.is(await openedCode(shifted), undefined)
  }
})

test('corpus file: words are little-endian on every machine', () => {
  assert.equal([...bytesOfWords(Uint32Array.of(0x04030201, 5))], [1, 2, 3, 4, 5, 0, 0, 0])
  assert.equal([...wordsOfBytes(Uint8Array.of(9, 1, 2, 3, 4).subarray(1))], [0x04030201])
})

test('corpus file: every single changed byte is refused, but for those of the tokenizer, which the root holds', async () => {
  const codes = new Map<string, number>()
  for (let at = 0; at < file.bytes.length; at++) {
    if (at >= 32 && at < 64) continue
    const bytes = file.bytes.slice()
    bytes[at]! ^= 1 << (at & 7)
    const code = await openedCode(bytes)
    assert.ok(code !== undefined, `byte ${at}`)
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  for (const code of [
    'BadMagic',
    'BadVersion',
    'BadPadding',
    'BadLength',
    'RootMismatch',
    'LevelMismatch',
    'CodeRange',
  ])
    assert.ok(codes.has(code), code)
  const other = file.bytes.slice()
  other[40]! ^= 1
  assert.is.not(toHex(((await SpanEngine.open(other)) as SpanEngine).info.corpusRoot), toHex(rootOf(file)))
})

test('corpus file: shorter, longer and random bytes are refused', async () => {
  for (const length of [0, 4, 175, 207, 208, file.bytes.length - 1])
    assert.is(await openedCode(file.bytes.slice(0, length)), 'BadLength')
  assert.is(await openedCode(concat(file.bytes, Uint8Array.of(0))), 'BadLength')
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
      assert.ok((await openedCode(bytes)) !== undefined)
    }),
  )
})

test('corpus header: fields outside their bounds are refused, others come back', () => {
  const header = file.commitment.slice(0, CORPUS_HEADER_BYTES)
  const bad: [number, number[], string][] = [
    [8, [0, 0, 0, 0], 'BadLimit'],
    [8, [1, 0, 16, 0], 'BadLimit'],
    [12, [0, 0, 0, 0], 'BadLimit'],
    [12, [1, 0, 16, 0], 'BadLimit'],
    [16, [0, 0, 0, 0, 0, 0, 0, 0], 'BadLimit'],
    [16, [1, 0, 0, 8, 0, 0, 0, 0], 'BadLimit'],
    [16, [0, 0, 0, 0, 0, 0, 0, 255], 'BadLimit'],
    [6, [1], 'BadPadding'],
    [24, [1], 'BadPadding'],
    [175, [1], 'BadPadding'],
  ]
  for (const [at, values, code] of bad) {
    const bytes = header.slice()
    bytes.set(values, at)
    assert.is((decodeCorpusHeader(bytes) as Refused).code, code, `at ${at}`)
  }
  fc.assert(
    fc.property(fc.nat(175), fc.nat(255), (at, byte) => {
      const bytes = header.slice()
      bytes[at] = byte
      const decoded = decodeCorpusHeader(bytes)
      if (!isRefused(decoded)) assert.equal(encodeCorpusHeader(decoded), bytes)
    }),
  )
})

test('corpus file: of several roots the wrong one is named', async () => {
  for (const name of ['infoHash', 'rowsRoot', 'textRoot'] as const) {
    const refused = await SpanEngine.open(forged(() => ({ [name]: new Uint8Array(32) })).bytes)
    assert.ok(isRefused(refused))
    assert.equal([refused.code, refused.place], ['RootMismatch', `header, ${name}`])
  }
})

test('corpus file: what the forger makes fit again is refused by what it says', async () => {
  const cases: [string, (parts: CorpusParts) => Partial<CorpusHeader> | void][] = [
    ['BadOrder', ({ rows }) => void rows.orderKeys.set([0n], 1)],
    ['FlagMismatch', ({ rows }) => void rows.duplicateOf.set([1], 2)],
    ['FlagMismatch', ({ rows }) => void rows.duplicateOf.set([2], 2)],
    ['FlagMismatch', ({ rows }) => void rows.lengths.set([4], 2)],
    ['FlagMismatch', ({ rows }) => void rows.starts.set([1], 2)],
    ['ShapeMismatch', ({ rows }) => void rows.starts.set([1], 0)],
    ['ShapeMismatch', ({ rows }) => void rows.lengths.set([1000], 4)],
    ['CodeRange', ({ rows }) => void rows.lengths.set([1], 4)],
    ['CodeRange', ({ text }) => void text.set([5], 0)],
    ['CodeRange', ({ text }) => void text.set([0], 1)],
    ['LevelMismatch', ({ infoTable }) => void infoTable.set([9], 0)],
    ['RootMismatch', () => ({ infoHash: new Uint8Array(32) })],
    ['RootMismatch', () => ({ rowsRoot: new Uint8Array(32) })],
    ['RootMismatch', () => ({ textRoot: new Uint8Array(32) })],
    ['BadOrder', ({ order }) => void order.set([order[0]!], 1)],
    ['BadOrder', ({ order }) => void order.set([order[1]!, order[0]!], 0)],
  ]
  for (const [i, [code, change]] of cases.entries())
    assert.is(await openedCode(forged(change).bytes), code, `case ${i}`)
  // The same text as two rows of which neither is called a duplicate.
  const twins = corpusOf(
    [
      [1, 2],
      [1, 3],
    ],
    { vocabulary: 4 },
  ).file
  const same = forged(({ text }) => void text.set([text[1]!], 4), twins)
  assert.is(await openedCode(same.bytes), 'FlagMismatch')
})

/** The order proof in the refusal of a file whose suffix array is not sorted. */
async function disorderOf(wrong: CorpusFile): Promise<Uint8Array> {
  const refused = (await SpanEngine.open(wrong.bytes)) as DisorderRefused
  assert.is(refused.code, 'BadOrder')
  assert.match(refused.place!, /^suffix array, place \d+$/)
  return refused.proof
}

const rootOf = (own: CorpusFile): Uint8Array => corpusRootOf(own.commitment)

test('order proof: every exchange of two entries is proved from the refusal, and only against its own corpus', async () => {
  const rows = fc.array(fc.array(fc.nat(1), { maxLength: 9 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(rows, fc.nat(), fc.nat(), async (own, i, j) => {
      const right = corpusOf([...own, [0, 1]], { vocabulary: 2 }).file
      const [a, b] = [i % right.text.length, j % right.text.length]
      if (a === b) return
      const wrong = forged(({ order }) => {
        const kept = order[a]!
        order[a] = order[b]!
        order[b] = kept
      }, right)
      const bytes = await disorderOf(wrong)
      const proof = decodeOrderProof(bytes)
      if (isRefused(proof)) throw new Error(proof.code)
      assert.equal(encodeOrderProof(proof), bytes)
      assert.is((verifyOrder(proof, rootOf(wrong)) as { kind: string }).kind, 'valid')
      assert.is((verifyOrder(proof, rootOf(right)) as Refused).code, 'ProofMismatch')
    }),
    { numRuns: 200 },
  )
})

test('order proof: a sorted array cannot be called unsorted', async () => {
  // Five rows of one letter: neighbours share their first symbol, so followers decide.
  const long = corpusOf(
    [
      [1, 1, 1, 1, 1],
      [1, 1, 1],
      [2, 1, 1],
    ],
    { vocabulary: 4 },
  ).file
  const wrong = forged(({ order }) => {
    const [first, second] = order.slice(-2)
    order.set([second!, first!], order.length - 2)
  }, long)
  const proof = decodeOrderProof(await disorderOf(wrong))
  if (isRefused(proof)) throw new Error(proof.code)
  const right = decodeCorpusFile(long.bytes) as CorpusFile
  const header = right.commitment.slice(0, CORPUS_HEADER_BYTES)
  const trees = growCorpusTrees(right, keccak256)
  const opening = {
    ...proof.opening,
    suffixLeaves: [concat(proof.opening.suffixLeaves[0]!.slice(0, 9), bytesOfPositions(right.order))],
    suffixSiblings: [],
  }
  assert.is(trees.suffixes.length, 1)
  for (let place = 0; place + 1 < right.order.length; place++) {
    for (const followers of [undefined, ...pairs(right.order.length)]) {
      const verdict = verifyOrder({ header, place, followers, opening }, rootOf(right))
      assert.is((verdict as Refused).code, 'ProofMismatch', `place ${place}, followers ${followers}`)
    }
  }
})

const bytesOfPositions = (order: Uint32Array): Uint8Array => new Uint8Array(BigUint64Array.from(order, BigInt).buffer)

function* pairs(count: number): Generator<readonly [number | undefined, number | undefined]> {
  const places = [undefined, ...Array.from({ length: count }, (_, i) => i)]
  for (const a of places) for (const b of places) yield [a, b]
}

test('order proof: every changed byte, and every shorter or longer string, is refused', async () => {
  const wrong = forged(({ order }) => void order.set([order[4]!, order[3]!], 3))
  const bytes = await disorderOf(wrong)
  const root = rootOf(wrong)
  const verdict = (own: Uint8Array): string => {
    const proof = decodeOrderProof(own)
    if (isRefused(proof)) return proof.code
    assert.equal(encodeOrderProof(proof), own)
    const verified = verifyOrder(proof, root)
    return isRefused(verified) ? verified.code : 'valid'
  }
  assert.is(verdict(bytes), 'valid')
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of [0, 7]) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << bit
      assert.is.not(verdict(changed), 'valid', `byte ${at}`)
    }
    assert.is.not(verdict(bytes.slice(0, at)), 'valid', `${at} bytes`)
  }
  assert.is(verdict(concat(bytes, Uint8Array.of(0))), 'BadLength')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (own) => verdict(own) !== 'valid'))
})

test.run()
