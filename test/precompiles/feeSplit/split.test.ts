/** Fee arithmetic: the paper's example, floors, dust, and that no wei is lost or made. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BPS_WHOLE, type FeeTerms, feeOf, splitFee, WEIGHT_WHOLE } from '../../../precompiles/feeSplit/split.ts'

const OPEN = 10n ** 18n
const rates = {
  inputWei: 2n * OPEN,
  outputWei: 4n * OPEN,
  providerBps: 0n,
  modelBps: 7_000n,
  stakersBps: 1_000n,
  contributorsBps: 2_000n,
}
const paper: FeeTerms = { rates, platformFlatWei: OPEN / 2n, platformBps: 0n }
const tokens = { inputTokens: 120n, outputTokens: 100n }
const milli = OPEN / 1_000n

test("split: the paper's example holds to the wei", () => {
  const payees = [1n, 2n, 3n, 4n].map((contributorId) => ({ contributorId, weight: WEIGHT_WHOLE / 4n }))
  const { split, rewardsWei } = splitFee(paper, tokens, [], payees)
  assert.equal(split, {
    feeWei: 1_140n * milli,
    platformWei: 500n * milli,
    ownerWei: 448n * milli,
    providerWei: 0n,
    parentsWei: 0n,
    stakersWei: 64n * milli,
    rewardsWei: 128n * milli,
    dustWei: 0n,
  })
  assert.equal(rewardsWei, Array(4).fill(32n * milli))
})

test('split: each product is floored once and the remainders are dust', () => {
  const terms = {
    ...paper,
    rates: { ...rates, inputWei: 1n, outputWei: 1_999n, providerBps: 3_333n },
    platformFlatWei: 0n,
  }
  // tokenPart = ⌊(3·1 + 1·1999)/1000⌋ = 2: every share of it floors to 0 or 1.
  const { split } = splitFee(
    terms,
    { inputTokens: 3n, outputTokens: 1n },
    [],
    [{ contributorId: 1n, weight: WEIGHT_WHOLE }],
  )
  assert.is(split.feeWei, 2n)
  assert.is(split.ownerWei, 1n)
  assert.is(split.dustWei, 1n)
})

test('split: platform part is flat plus a share of the token part, and never of the net', () => {
  const fee = feeOf({ ...paper, platformBps: 250n }, 120n, 100n)
  assert.is(fee.tokenPartWei, 640n * milli)
  assert.is(fee.platformWei, 516n * milli)
})

test('split: without a paid row, or for a withdrawn one, the contributors’ part is dust', () => {
  assert.is(splitFee(paper, tokens, [], []).split.dustWei, 128n * milli)
  const half = WEIGHT_WHOLE / 2n
  const { split } = splitFee(
    paper,
    tokens,
    [],
    [
      { contributorId: 0n, weight: half },
      { contributorId: 9n, weight: half },
    ],
  )
  assert.is(split.rewardsWei, 64n * milli)
  assert.is(split.dustWei, 64n * milli)
})

const uint = (max: bigint) => fc.bigInt({ min: 0n, max })
const termsAndTokens = fc
  .record({
    inputWei: uint((1n << 96n) - 1n),
    outputWei: uint((1n << 96n) - 1n),
    modelBps: uint(BPS_WHOLE),
    cut: uint(BPS_WHOLE),
    providerBps: uint(5_000n),
    royalties: fc.array(uint(625n), { maxLength: 8 }),
    flat: uint(10n ** 21n),
    eta: uint(3_000n),
    inputTokens: uint((1n << 32n) - 1n),
    outputTokens: uint((1n << 32n) - 1n),
    weights: fc.array(uint(1n << 32n), { minLength: 1, maxLength: 64 }),
  })
  .map((raw) => {
    const stakersBps = ((BPS_WHOLE - raw.modelBps) * raw.cut) / BPS_WHOLE
    const contributorsBps = BPS_WHOLE - raw.modelBps - stakersBps
    const { inputWei, outputWei, providerBps, modelBps } = raw
    const shares = { inputWei, outputWei, providerBps, modelBps, stakersBps, contributorsBps }
    const sum = raw.weights.reduce((total, weight) => total + weight, 0n) + 1n
    const payees = raw.weights.map((w, i) => ({ contributorId: BigInt(i % 5), weight: (w * WEIGHT_WHOLE) / sum }))
    return { terms: { rates: shares, platformFlatWei: raw.flat, platformBps: raw.eta }, raw, payees }
  })

test('split: for any terms the parts sum to the fee and none is negative; a bigger answer never costs less', () => {
  fc.assert(
    fc.property(termsAndTokens, ({ terms, raw, payees }) => {
      const { split } = splitFee(terms, raw, raw.royalties, payees)
      const { feeWei, ...parts } = split
      assert.is(
        Object.values(parts).reduce((total, part) => total + part, 0n),
        feeWei,
      )
      for (const [name, part] of Object.entries(parts)) assert.ok(part >= 0n, name)
      assert.ok(feeOf(terms, raw.inputTokens + 1n, raw.outputTokens).feeWei >= feeWei)
    }),
    { numRuns: 300 },
  )
})

test.run()
