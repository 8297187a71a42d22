/** Byte strings: hex, integers, joining and order, against the obvious definitions and garbage. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  bytesToUint,
  compare,
  concat,
  equal,
  fromHex,
  padLeft,
  toHex,
  uintToBytes,
  utf8,
} from '../../primitives/bytes.ts'

const bytes = fc.uint8Array({ maxLength: 80 })

test('hex: every byte string survives the way there and back', () => {
  fc.assert(fc.property(bytes, (b) => equal(fromHex(toHex(b)), b)))
  assert.is(toHex(Uint8Array.of(0, 15, 255)), '0x000fff')
  assert.equal(fromHex('0xAbCd'), Uint8Array.of(0xab, 0xcd))
})

test('hex: a view into a larger buffer gives its own bytes only', () => {
  const whole = Uint8Array.of(1, 2, 3, 4, 5)
  assert.is(toHex(whole.subarray(1, 3)), '0x0203')
  assert.is(bytesToUint(whole.subarray(1, 3)), 0x0203n)
})

test('hex: fromHex gives bytes of its own', () => {
  const first = fromHex('0x0102')
  first[0] = 9
  assert.equal(fromHex('0x0102'), Uint8Array.of(1, 2))
  assert.is(first.buffer.byteLength, 2)
})

test('hex: anything else is refused with a TypeError that quotes it', () => {
  for (const text of ['', '0', '0x0', '00', '0xzz', '0X00', ' 0x00', '0x00 ', '0x00\n', '0x0g', '0x0️0'])
    assert.throws(
      () => fromHex(text),
      (error: unknown) => error instanceof TypeError && error.message.includes('expected 0x-prefixed hex'),
      JSON.stringify(text),
    )
})

test('integers: big-endian, exactly as long as asked', () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (n) => bytesToUint(uintToBytes(n, 32)) === n))
  assert.equal(uintToBytes(258, 4), Uint8Array.of(0, 0, 1, 2))
  assert.equal(uintToBytes(0, 0), new Uint8Array(0))
  assert.is(bytesToUint(new Uint8Array(0)), 0n)
})

test('integers: what does not fit, is negative or is no integer is refused', () => {
  assert.throws(() => uintToBytes(256, 1), /256 does not fit 1 bytes/)
  assert.throws(() => uintToBytes(2n ** 256n, 32), /does not fit 32 bytes/)
  assert.throws(() => uintToBytes(1, 0), /does not fit 0 bytes/)
  assert.throws(() => uintToBytes(-1, 8), /non-negative/)
  for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => uintToBytes(value, 8))
})

test('concat: joins in order and copies', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), (parts) =>
      equal(concat(...parts), Uint8Array.from(parts.flatMap((part) => [...part]))),
    ),
  )
  const part = Uint8Array.of(1)
  const joined = concat(part)
  part[0] = 2
  assert.equal(joined, Uint8Array.of(1))
})

test('compare: a total order by unsigned bytes in which a prefix comes first', () => {
  const sign = (a: Uint8Array, b: Uint8Array) => Math.sign(compare(a, b))
  fc.assert(fc.property(bytes, bytes, (a, b) => sign(a, b) === -sign(b, a) && (sign(a, b) === 0) === equal(a, b)))
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const [x, y] = [toHex(a), toHex(b)]
      return sign(a, b) === (x < y ? -1 : x > y ? 1 : 0)
    }),
  )
  assert.is(sign(Uint8Array.of(0x7f), Uint8Array.of(0x80)), -1)
  assert.is(sign(Uint8Array.of(1), Uint8Array.of(1, 0)), -1)
})

test('padLeft: zeros in front, never a cut', () => {
  assert.equal(padLeft(Uint8Array.of(7), 3), Uint8Array.of(0, 0, 7))
  assert.throws(() => padLeft(new Uint8Array(4), 3), /4 bytes do not fit 3/)
  fc.assert(fc.property(bytes, (b) => bytesToUint(padLeft(b, 80)) === bytesToUint(b)))
})

test('utf8: text as its bytes', () => {
  assert.is(toHex(utf8('aé€😀')), '0x61c3a9e282acf09f9880')
})

test.run()
