/** The safetensors codec: what it writes it reads, and every broken rule is refused by name. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, utf8 } from '../../primitives/bytes.ts'
import { decodeSafetensors, encodeSafetensors, type HostTensor } from '../../studio/format/safetensors.ts'
import { isRefused } from '../../studio/refusal.ts'

/** A file from a header text and data. */
function fileOf(header: string | object, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = utf8(typeof header === 'string' ? header : JSON.stringify(header))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true)
  return concat(length, text, data)
}

function refusedCode(bytes: Uint8Array): string {
  const file = decodeSafetensors(bytes)
  return isRefused(file) ? `${file.code}: ${file.expected}` : 'accepted'
}

const entry = (shape: number[], start: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
})

test('safetensors: the layout of the format, byte for byte', () => {
  const bytes = encodeSafetensors({
    tensors: new Map([['a', { shape: [1], data: Float32Array.of(1) }]]),
    metadata: { format: 'pt' },
  })
  const header = '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8)
  assert.equal(new DataView(bytes.buffer).getBigUint64(0, true), BigInt(padded.length))
  assert.equal(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length)), padded)
  assert.equal([...bytes.subarray(8 + padded.length)], [0, 0, 0x80, 0x3f])
})

test('safetensors: any tensors survive, and the order they are given in does not show', () => {
  const tensor = fc
    .array(fc.float({ noNaN: true }), { maxLength: 12 })
    .map((values): HostTensor => ({ shape: [values.length], data: Float32Array.from(values) }))
  const name = fc
    .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
    .filter((text) => text !== '__metadata__' && text !== '__proto__')
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 5 }), (pairs) => {
      const bytes = encodeSafetensors({ tensors: new Map(pairs), metadata: {} })
      assert.equal(encodeSafetensors({ tensors: new Map([...pairs].reverse()), metadata: {} }), bytes)
      const file = decodeSafetensors(bytes)
      assert.not.ok(isRefused(file))
      if (isRefused(file)) return
      assert.is(file.tensors.size, pairs.length)
      for (const [key, { shape, data }] of pairs) {
        assert.equal(file.tensors.get(key)!.shape, shape)
        assert.equal(file.tensors.get(key)!.data, data)
      }
    }),
    { numRuns: 60 },
  )
})

test('safetensors: every broken rule is refused', () => {
  const data = new Uint8Array(8)
  const cases: [string, Uint8Array, RegExp][] = [
    ['no length', new Uint8Array(7), /a length of 8 bytes/],
    ['header beyond the file', concat(fileOf('{}').subarray(0, 8), new Uint8Array(1)), /a header of at most/],
    ['huge header length', new Uint8Array(64).fill(0xff), /a header of at most/],
    ['not JSON', fileOf('{'), /a JSON object/],
    ['a list', fileOf('[]'), /a JSON object/],
    ['header not UTF-8', concat(fileOf('{}').subarray(0, 8), Uint8Array.of(0xff, 0xfe)), /a JSON object/],
    ['metadata of numbers', fileOf({ __metadata__: { a: 1 } }), /metadata from text to text/],
    ['entry is a number', fileOf({ a: 1 }), /a: an object/],
    ['another dtype', fileOf({ a: entry([2], 0, 8, 'F16') }, data), /a: dtype F32/],
    ['negative size', fileOf({ a: entry([-2], 0, 8) }, data), /a: a shape/],
    ['five dimensions', fileOf({ a: entry([2, 1, 1, 1, 1], 0, 8) }, data), /a: a shape/],
    ['one offset', fileOf({ a: { dtype: 'F32', shape: [2], data_offsets: [0] } }, data), /a: two data_offsets/],
    ['length and shape disagree', fileOf({ a: entry([2], 0, 4) }, data), /a: 8 bytes/],
    ['overlap', fileOf({ a: entry([1], 0, 4), b: entry([1], 0, 4) }, data), /no gap, no overlap/],
    ['gap', fileOf({ a: entry([1], 4, 8) }, data), /no gap, no overlap/],
    ['beyond the data', fileOf({ a: entry([3], 0, 12) }, data), /within 8 bytes/],
    ['data left over', fileOf({ a: entry([1], 0, 4) }, data), /data to end at 4/],
  ]
  for (const [what, bytes, expected] of cases) assert.match(refusedCode(bytes), expected, what)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (garbage) => {
      const file = decodeSafetensors(garbage)
      assert.ok(isRefused(file) || file.tensors.size === 0)
    }),
  )
})

test.run()
