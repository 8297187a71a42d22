/** Strict ABI coding: equal to viem on random values, and nothing but the canonical encoding is taken. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAbiParameters } from 'viem'
import { AbiFault, decodeAbi, encodeAbi } from '../../precompiles/abi.ts'
import { type AbiParameter, type AbiValue, parseAbiType, signatureHash, tupleType } from '../../precompiles/abiTypes.ts'
import { bytesToUint, concat, fromHex, toHex, uintToBytes } from '../../primitives/bytes.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

interface Typed {
  readonly parameter: AbiParameter
  /** Ours. */
  readonly value: AbiValue
  /** viem's: hex for bytes, numbers for small integers. */
  readonly twin: unknown
}

const integer = (kind: 'uint' | 'int'): fc.Arbitrary<Typed> =>
  fc.integer({ min: 1, max: 32 }).chain((size) => {
    const span = 1n << BigInt(8 * size - (kind === 'int' ? 1 : 0))
    const range = kind === 'int' ? { min: -span, max: span - 1n } : { min: 0n, max: span - 1n }
    return fc.bigInt(range).map((value) => {
      const twin = size <= 6 ? Number(value) : value
      return { parameter: { name: 'n', type: `${kind}${8 * size}` }, value, twin }
    })
  })

const scalar: fc.Arbitrary<Typed> = fc.oneof(
  integer('uint'),
  integer('int'),
  fc.boolean().map((value) => ({ parameter: { name: 'b', type: 'bool' }, value, twin: value })),
  bytes(20).map((value) => ({ parameter: { name: 'a', type: 'address' }, value, twin: toHex(value) })),
  fc
    .integer({ min: 1, max: 32 })
    .chain(bytes)
    .map((value) => ({ parameter: { name: 'f', type: `bytes${value.length}` }, value, twin: toHex(value) })),
  fc
    .uint8Array({ maxLength: 70 })
    .map((value) => ({ parameter: { name: 'x', type: 'bytes' }, value, twin: toHex(value) })),
  fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((value) => ({ parameter: { name: 's', type: 'string' }, value, twin: value })),
)

function tupleOf(items: readonly Typed[]): Typed {
  const components = items.map(({ parameter }, i) => ({ ...parameter, name: `f${i}` }))
  return {
    parameter: { name: 't', type: 'tuple', components },
    value: Object.fromEntries(items.map(({ value }, i) => [`f${i}`, value])),
    twin: Object.fromEntries(items.map(({ twin }, i) => [`f${i}`, twin])),
  }
}

/** Arrays repeat one value, since all elements share a type. */
const arrayOf = (item: Typed, count: number, isFixed: boolean): Typed => ({
  parameter: { ...item.parameter, type: `${item.parameter.type}[${isFixed ? count : ''}]` },
  value: Array<AbiValue>(count).fill(item.value),
  twin: Array(count).fill(item.twin),
})

const typed: fc.Arbitrary<Typed> = fc.letrec<{ value: Typed }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { minLength: 1, maxLength: 4 }).map(tupleOf),
    fc.tuple(tie('value'), fc.integer({ min: 1, max: 3 })).map(([item, count]) => arrayOf(item, count, true)),
    fc.tuple(tie('value'), fc.integer({ min: 0, max: 4 })).map(([item, count]) => arrayOf(item, count, false)),
  ),
})).value

const lists = fc.array(typed, { minLength: 1, maxLength: 4 })

test("encodeAbi: the bytes are viem's, and decode gives the values back", () => {
  let cases = 0
  fc.assert(
    fc.property(lists, (items) => {
      const parameters = items.map(({ parameter }) => parameter)
      const type = tupleType(parameters)
      const data = encodeAbi(
        type,
        items.map(({ value }) => value),
      )
      assert.is(toHex(data), encodeAbiParameters(parameters as never, items.map(({ twin }) => twin) as never))
      assert.equal(
        decodeAbi(type, data),
        items.map(({ value }) => value),
      )
      cases++
    }),
    { numRuns: 400 },
  )
  assert.is(cases, 400)
})

test('decodeAbi: whatever bytes it takes, encoding the values gives the same bytes', () => {
  let taken = 0
  const flip = fc.record({ at: fc.nat(), to: fc.oneof(fc.constantFrom(0, 1, 32, 64, 255), fc.nat(255)) })
  fc.assert(
    fc.property(lists, fc.array(flip, { minLength: 1, maxLength: 3 }), (items, flips) => {
      const type = tupleType(items.map(({ parameter }) => parameter))
      const data = encodeAbi(
        type,
        items.map(({ value }) => value),
      )
      for (const { at, to } of flips) data[at % data.length] = to
      try {
        const values = decodeAbi(type, data)
        taken++
        assert.is(toHex(encodeAbi(type, values)), toHex(data))
      } catch (fault) {
        if (!(fault instanceof AbiFault)) throw fault
        assert.ok(fault.offset >= 0 && fault.offset <= data.length)
      }
    }),
    { numRuns: 600 },
  )
  assert.ok(taken > 20)
})

test('decodeAbi: random bytes, cut and grown ones are faults', () => {
  const type = tupleType([
    { name: 'a', type: 'bytes[]' },
    { name: 'b', type: 'uint64' },
  ])
  const good = encodeAbi(type, [[Uint8Array.of(1), new Uint8Array(33)], 7n])
  assert.equal(decodeAbi(type, good), [[Uint8Array.of(1), new Uint8Array(33)], 7n])
  for (let length = 0; length < good.length; length++)
    assert.throws(() => decodeAbi(type, good.slice(0, length)), 'ABI')
  assert.throws(() => decodeAbi(type, concat(good, Uint8Array.of(0))), `at byte ${good.length}`)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      assert.throws(() => decodeAbi(type, data), 'ABI')
    }),
    { numRuns: 200 },
  )
})

const word = (value: bigint) => uintToBytes(value, 32)
const loose: readonly [string, string, Uint8Array, number][] = [
  ['a dirty uint8', 'uint8', word(256n), 0],
  ['an int8 without its sign', 'int8', word(128n), 0],
  ['a bool of 2', 'bool', word(2n), 0],
  ['an address of 21 bytes', 'address', word(1n << 160n), 0],
  ['a dirty bytes4', 'bytes4', word(1n), 0],
  ['an offset beyond the head', 'bytes', concat(word(64n), word(0n), word(0n)), 0],
  ['an offset into the head', 'bytes', concat(word(0n)), 0],
  ['dirty padding of bytes', 'bytes', concat(word(32n), word(1n), fromHex(`0xff01${'00'.repeat(30)}`)), 65],
  ['a length beyond the data', 'bytes', concat(word(32n), word(33n), word(0n)), 96],
  ['a length of 2^255', 'bytes', concat(word(32n), word(1n << 255n)), 32],
  ['a count of 2^64', 'uint8[]', concat(word(32n), word(1n << 64n)), 32],
  ['more elements than bytes', 'uint8[]', concat(word(32n), word(2n), word(1n)), 32],
  ['ill-formed UTF-8', 'string', concat(word(32n), word(1n), fromHex(`0xff${'00'.repeat(31)}`)), 32],
  ['half a surrogate pair', 'string', concat(word(32n), word(3n), fromHex(`0xeda080${'00'.repeat(29)}`)), 32],
]
for (const [what, type, data, offset] of loose)
  test(`decodeAbi: refuses ${what}, at its offset`, () => {
    try {
      decodeAbi(tupleType([{ name: 'v', type }]), data)
    } catch (fault) {
      assert.instance(fault, AbiFault)
      assert.is((fault as AbiFault).offset, offset)
      return
    }
    assert.unreachable()
  })

test('encodeAbi: a value of another type or size is an error, never other bytes', () => {
  const bad: readonly [string, unknown][] = [
    ['uint8', 256n],
    ['uint8', -1n],
    ['uint8', 1],
    ['int8', 128n],
    ['bool', 1n],
    ['address', new Uint8Array(19)],
    ['bytes4', new Uint8Array(5)],
    ['bytes', '0x00'],
    ['string', new Uint8Array(1)],
    ['uint8[2]', [1n]],
    ['uint8[]', 1n],
  ]
  for (const [type, value] of bad)
    assert.throws(() => encodeAbi(tupleType([{ name: 'v', type }]), [value as AbiValue]), /expected/, type)
  assert.throws(() => parseAbiType({ name: 'v', type: 'uint' }), /no ABI type/)
})

test('decodeAbi: hands out copies, so nobody can change call data behind it', () => {
  const type = tupleType([{ name: 'v', type: 'bytes' }])
  const data = encodeAbi(type, [Uint8Array.of(1, 2)])
  const [value] = decodeAbi(type, data) as [Uint8Array]
  value[0] = 9
  assert.is(data[64], 1)
})

test('signatureHash: selector and topic as the ecosystem knows them', () => {
  const transfer = {
    type: 'function',
    name: 'transfer',
    inputs: [
      { name: 'to', type: 'address' },
      { name: 'v', type: 'uint256' },
    ],
  }
  assert.is(bytesToUint(signatureHash(transfer).slice(0, 4)), 0xa9059cbbn)
  const components = [
    { name: 'a', type: 'uint8' },
    { name: 'b', type: 'bytes[]' },
  ]
  assert.is(tupleType([{ name: 't', type: 'tuple[2][]', components }]).canonical, '((uint8,bytes[])[2][])')
})

test.run()
