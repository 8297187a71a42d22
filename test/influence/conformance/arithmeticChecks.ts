/** Checks T2 and T3 of influence.md §14: the quantiser, and the limits of dots, limbs, roundings, guard and trees. */

import { bitLengthBig, isqrt, rdiv, rhaBig } from '../../../influence/arithmetic.ts'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { memoryCodes } from '../../../influence/codeSource.ts'
import { splitLimbs } from '../../../influence/gpu/gpuKernels.ts'
import { createXorshift } from '../../../influence/gpu/operatorTable.ts'
import { isDuplicate } from '../../../influence/gradients/guard.ts'
import { quantise } from '../../../influence/quantise.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { apportion } from '../../../influence/scoring/payment.ts'
import { treeRoot } from '../../../influence/tree.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { checkGenerators, type GeneratorVectors } from './generatorChecks.ts'
import type { Tally } from './tally.ts'
import { hexOf, sha256Of } from './vectorCases.ts'

interface QuantiserVectors {
  readonly cases: readonly { name: string; words: string[]; codes?: number[]; exponent?: number; error?: string }[]
  readonly fuzz: {
    readonly runs: readonly {
      mode: string
      start: number
      rows: number
      wordsPerRow: number
      nonFiniteRows: number
      sha256: string
    }[]
  }
}

export function checkQuantiser(tally: Tally, parsed: unknown): void {
  const { cases, fuzz } = parsed as QuantiserVectors
  for (const { name, words, codes, exponent, error } of cases) {
    const result = quantise(Uint32Array.from(words, (word) => Number.parseInt(word, 16)))
    if (isRefused(result)) {
      tally.check(`quantiser, ${name}`, error, result.code)
      continue
    }
    tally.check(`quantiser, ${name}, exponent`, exponent, result.exponent)
    tally.checkList(`quantiser, ${name}, codes`, codes!, [...result.codes])
  }
  for (const run of fuzz.runs) {
    const { hash, nonFinite } = quantiseStream(run.mode, run.start, run.rows, run.wordsPerRow)
    tally.check(`quantiser, ${run.mode}, rows that are not finite`, run.nonFiniteRows, nonFinite)
    tally.check(`quantiser, ${run.mode}`, run.sha256, hash)
  }
}

/** How each stream makes a word of the generator's outputs. */
const STREAMS: Readonly<Record<string, (next: () => number) => number>> = {
  raw: (next) => next(),
  narrow: (next) => {
    const x = next()
    return ((x & 0x807fffff) | ((100 + (next() % 40)) << 23)) >>> 0
  },
  subnormal: (next) => {
    const x = next()
    return (x & (0x80000000 | (2 ** (1 + (next() % 23)) - 1))) >>> 0
  },
}

function quantiseStream(
  mode: string,
  start: number,
  rows: number,
  wordsPerRow: number,
): { hash: string; nonFinite: number } {
  const next = createXorshift(start)
  const parts: Uint8Array[] = []
  let nonFinite = 0
  for (let row = 0; row < rows; row++) {
    const result = quantise(Uint32Array.from({ length: wordsPerRow }, () => STREAMS[mode]!(next)))
    if (isRefused(result)) {
      nonFinite++
      parts.push(Uint8Array.of(0xff))
    } else {
      parts.push(new Uint8Array(result.codes.buffer), new Uint8Array(Int16Array.of(result.exponent).buffer))
    }
  }
  return { hash: sha256Of(...parts), nonFinite }
}

/** `selftest.json`, beside its cases: the T1 and T4 of a device, of the table that `limits.json` spells out. */
export async function checkSelfTest(tally: Tally, parsed: unknown, backend: ComputeBackend): Promise<void> {
  await checkGenerators(tally, 'selftest.json', parsed as GeneratorVectors, backend)
}

interface LimitVectors extends GeneratorVectors {
  readonly dots: readonly { k: number; a: number | string; b: number; sum: string }[]
  readonly limbs: readonly { y: number; hi: number; lo: number }[]
  readonly limbOverflow: { y: number; hi: number }
  readonly rha: readonly { x: string; s: number; y: string }[]
  readonly rdiv: readonly { a: string; b: string; q: string }[]
  readonly isqrt: readonly { x: string; r: string }[]
  readonly bitLength: readonly { x: string; bl: number }[]
  readonly apportion: readonly { B: string[]; weights: string[] }[]
  readonly dup: readonly { dot: number; Ni: number; Nj: number; tau: number; dup: boolean }[]
  readonly empty: { padding: string; treeOfNone: string; treeOfOne: string; treeOfThree: string }
}

export async function checkLimits(tally: Tally, parsed: unknown, backend: ComputeBackend): Promise<void> {
  const vectors = parsed as LimitVectors
  await checkGenerators(tally, 'limits', vectors, backend)
  for (const [i, dot] of vectors.dots.entries())
    tally.check(`limits, dot ${i}`, dot.sum, await extremeDot(backend, dot))
  for (const { y, hi, lo } of vectors.limbs)
    tally.check(`limits, limbs of ${y}`, [lo, hi], [...splitLimbs(Int16Array.of(y))])
  // 32,640 would need hi = 128, which wraps in an int8: the bound of 2^14 on W and H keeps far away from it.
  tally.check(
    'limits, limb overflow',
    vectors.limbOverflow.hi - 256,
    splitLimbs(Int16Array.of(vectors.limbOverflow.y))[1],
  )
  for (const { x, s, y } of vectors.rha) tally.check(`limits, rha(${x}, ${s})`, y, `${rhaBig(BigInt(x), s)}`)
  for (const { a, b, q } of vectors.rdiv) tally.check(`limits, rdiv(${a}, ${b})`, q, `${rdiv(BigInt(a), BigInt(b))}`)
  for (const { x, r } of vectors.isqrt) tally.check(`limits, isqrt(${x})`, r, `${isqrt(BigInt(x))}`)
  for (const { x, bl } of vectors.bitLength) tally.check(`limits, bl(${x})`, bl, bitLengthBig(BigInt(x)))
  for (const [i, { B, weights }] of vectors.apportion.entries()) {
    tally.checkList(`limits, apportion ${i}`, weights, apportion(B.map(BigInt)).map(String))
  }
  for (const [i, { dot, Ni, Nj, tau, dup }] of vectors.dup.entries()) {
    tally.check(`limits, guard ${i}`, dup, isDuplicate(dot, Ni, Nj, tau))
  }
  const { padding, treeOfNone, treeOfOne, treeOfThree } = vectors.empty
  const pad = keccak256(Uint8Array.of(0))
  tally.check('limits, padding leaf', padding, hexOf(pad))
  tally.check('limits, tree of none', treeOfNone, hexOf(treeRoot([], keccak256)))
  tally.check('limits, tree of one', treeOfOne, hexOf(treeRoot([pad], keccak256)))
  const three = [1, 2, 3].map((byte) => keccak256(Uint8Array.of(byte)))
  tally.check('limits, tree of three', treeOfThree, hexOf(treeRoot(three, keccak256)))
}

/** k products of a and b through the back end's kernels; b beyond a byte goes through the wide ones. */
async function extremeDot(backend: ComputeBackend, { k, a, b }: LimitVectors['dots'][number]): Promise<string> {
  const width = Math.ceil(k / 16) * 16
  const codes = new Int8Array(width)
  for (let j = 0; j < k; j++) codes[j] = typeof a === 'number' ? a : j % 2 === 0 ? 127 : -127
  const index = { rowCount: 1, rowBytes: width, offsets: [0], paddedDims: [width], codes: memoryCodes(codes, 1, width) }
  const kernels = await backend.openKernels(index)
  const isWide = Math.abs(b) > 128
  const sums = isWide
    ? await kernels.dotRowsWide(new Int16Array(width).fill(b, 0, k), 1)
    : await kernels.dotRows(new Int8Array(width).fill(b, 0, k), 1)
  kernels.close()
  return `${sums[0]}`
}
