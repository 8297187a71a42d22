/** Quorums and signer bitmaps: the arithmetic that safety rests on, checked by counting. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../primitives/bytes.ts'
import { decodeSigners, encodeSigners, hasQuorum } from '../../primitives/signers.ts'
import { quorumPower, totalPower, VALIDATORS_MAX, type ValidatorSet } from '../../primitives/validatorSet.ts'

const setOf = (powers: readonly bigint[]): ValidatorSet =>
  powers.map((power, i) => ({
    operator: new Uint8Array(20).fill(i),
    blsKey: new Uint8Array(48).fill(i),
    p2pKey: new Uint8Array(32).fill(i),
    power,
  }))

const powersArbitrary = fc.array(fc.bigInt({ min: 1n, max: 2n ** 50n }), { minLength: 1, maxLength: 21 })

test('quorum: the values of consensus.md §3', () => {
  const values = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 100n].map((total) => quorumPower(total))
  assert.equal(values, [1n, 2n, 3n, 3n, 4n, 5n, 5n, 67n])
})

test('quorum: two quorums share honest power, and the honest are a quorum', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (total) => {
      const quorum = quorumPower(total)
      // The most Byzantine power that is still below a third.
      const faulty = (total - 1n) / 3n
      return 2n * quorum - total > faulty && total - faulty >= quorum && quorum <= total
    }),
    { numRuns: 1000 },
  )
})

test('quorum: signers hold one exactly when their power is above two thirds', () => {
  fc.assert(
    fc.property(powersArbitrary, fc.infiniteStream(fc.boolean()), (powers, coin) => {
      const set = setOf(powers)
      const signers = powers.map((_, i) => i).filter(() => coin.next().value)
      const power = signers.reduce((sum, i) => sum + powers[i]!, 0n)
      return hasQuorum(set, signers) === 3n * power > 2n * totalPower(set)
    }),
    { numRuns: 500 },
  )
})

test('quorum: power counts, heads do not', () => {
  assert.is(hasQuorum(setOf([90n, 1n, 1n, 1n]), [0]), true)
  assert.is(hasQuorum(setOf([90n, 1n, 1n, 1n]), [1, 2, 3]), false)
  assert.is(hasQuorum(setOf([1n]), [0]), true)
  assert.is(hasQuorum(setOf([1n]), []), false)
})

test('signers: bit i is byte i>>3, bit i&7', () => {
  assert.is(toHex(encodeSigners([0, 1, 9], 10)), '0x0302')
  assert.is(toHex(encodeSigners([], 3)), '0x00')
  assert.is(encodeSigners([0], VALIDATORS_MAX).length, 13)
})

test('signers: any set of indexes survives, ascending and without repeats', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: VALIDATORS_MAX }), fc.array(fc.nat(VALIDATORS_MAX - 1)), (count, drawn) => {
      const indexes = drawn.filter((i) => i < count)
      const decoded = decodeSigners(encodeSigners(indexes, count), count)
      assert.equal(
        decoded,
        [...new Set(indexes)].sort((a, b) => a - b),
      )
    }),
  )
})

test('signers: a bitmap has one form; other lengths and bits beyond the set are refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: VALIDATORS_MAX }), fc.uint8Array({ maxLength: 16 }), (count, bitmap) => {
      const indexes = decodeSigners(bitmap, count)
      if (indexes === undefined) {
        const highest = bitmap.length * 8 - Math.clz32(bitmap.at(-1) ?? 0) + 24
        return bitmap.length !== Math.ceil(count / 8) || highest > count
      }
      return toHex(encodeSigners(indexes, count)) === toHex(bitmap)
    }),
    { numRuns: 500 },
  )
  assert.is(decodeSigners(Uint8Array.of(0b1000), 3), undefined)
  assert.equal(decodeSigners(Uint8Array.of(0b0111), 3), [0, 1, 2])
  assert.is(decodeSigners(new Uint8Array(0), 3), undefined)
  assert.is(decodeSigners(Uint8Array.of(1, 0), 3), undefined)
})

test('signers: an index outside the set is a bug', () => {
  for (const index of [-1, 3, 1.5, Number.NaN]) assert.throws(() => encodeSigners([index], 3), /outside 0 … 2/)
})

test.run()
