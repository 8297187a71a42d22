/** Storage: slot for slot what a Solidity contract writes, compiled by solc and run by an EVM. */
import { readFileSync } from 'node:fs'
import { createEVM } from '@ethereumjs/evm'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import { createAddressFromString } from '@ethereumjs/util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Abi, encodeFunctionData } from 'viem'
import { compileSolidity, storageVariables } from '../../precompiles/compile.ts'
import { openStorage, readStorage } from '../../precompiles/storage.ts'
import { bytesToUint, fromHex, toHex } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { keptSolc } from '../solidity.ts'

const source = readFileSync(new URL('StorageProbe.sol', import.meta.url), 'utf8')
const probe = compileSolidity({ 'StorageProbe.sol': source }, ['evm.deployedBytecode.object'], keptSolc).contracts[
  'StorageProbe.sol'
]!['StorageProbe']!
const ADDRESS = createAddressFromString(`0x${'11'.repeat(20)}`)

type Filled = readonly [bigint, `0x${string}`, Uint8Array, string]

/** Slots that the compiled contract leaves after each `fill`, without zeros. */
async function filledBySolidity(calls: readonly Filled[]): Promise<Map<bigint, bigint>> {
  const stateManager = new SimpleStateManager()
  const evm = await createEVM({ stateManager })
  await stateManager.putCode(ADDRESS, fromHex(`0x${probe.evm.deployedBytecode.object}`))
  for (const [n, who, data, words] of calls) {
    const args = [n, who, toHex(data), words]
    const input = fromHex(encodeFunctionData({ abi: probe.abi as Abi, functionName: 'fill', args }))
    const { execResult } = await evm.runCall({ to: ADDRESS, data: input, gasLimit: 50_000_000n })
    assert.is(execResult.exceptionError, undefined)
  }
  const slots = new Map<bigint, bigint>()
  for (const stack of stateManager['storageStack'] as Map<string, Uint8Array>[])
    for (const [key, value] of stack)
      slots.set(BigInt(`0x${key.split('_').at(-1)!.replace('0x', '')}`), bytesToUint(value))
  return new Map([...slots].filter(([, word]) => word !== 0n))
}

function memoryHost() {
  const slots = new Map<bigint, bigint>()
  const reads: bigint[] = []
  const writes: bigint[] = []
  return {
    slots,
    reads,
    writes,
    keccak: keccak256,
    sload(slot: bigint) {
      reads.push(slot)
      return slots.get(slot) ?? 0n
    },
    sstore(slot: bigint, word: bigint) {
      writes.push(slot)
      slots.set(slot, word)
    },
  }
}

/** The probe's layout is known at run time only, so places are reached without types here. */
// biome-ignore lint/suspicious/noExplicitAny: see above
const untyped = (host: ReturnType<typeof memoryHost>): any => openStorage(storageVariables(probe), host)

function fill(host: ReturnType<typeof memoryHost>, [n, who, data, words]: Filled): void {
  const s = untyped(host)
  const address = fromHex(who)
  s.small.set(n & 255n)
  s.signed.set(-n)
  s.byAddress.at(address).set(n << 200n)
  const inner = {
    a: n,
    b: true,
    c: address,
    d: -n,
    e: fromHex('0xaabbccdd'),
    f: n << 64n,
    g: words,
    h: keccak256(data),
  }
  s.byBytes.at(fromHex('0x01020304')).store(inner)
  s.nested.at(n).at(true).set(-n)
  s.byText.at(words).set(7n)
  for (let i = 0n; i < 23n; i++) s.packed.push().set((i * 70_000n) % 16_777_216n)
  s.packed.pop()
  s.structs.push()
  s.structs.push().store({ a: 1n, f: 1n })
  const last = s.structs.push()
  last.store({ a: n, b: true, c: address, d: -1n, e: fromHex('0xffffffff'), f: (1n << 128n) - 1n })
  last.g.set(words)
  last.h.set(fromHex(`0x${'00'.repeat(31)}01`))
  s.fixedList.at(4n).set(n)
  s.fixedList.at(1n).set(n + 1n)
  s.blob.set(data)
  s.text.set(words)
}

const WHO = `0x${'a1'.repeat(20)}` as const
const long = 'ü'.repeat(50)
const stories: readonly [string, readonly Filled[]][] = [
  ['short byte strings', [[77n, WHO, Uint8Array.of(1, 2, 3), 'hello']]],
  ['byte strings of 31 and 32 bytes', [[5n, WHO, new Uint8Array(31).fill(7), 'x'.repeat(32)]]],
  ['long byte strings', [[255n, WHO, new Uint8Array(130).fill(9), long]]],
  [
    'long made short: the tail is cleared',
    [
      [1n, WHO, new Uint8Array(130).fill(9), long],
      [2n, WHO, new Uint8Array(0), 'a'],
    ],
  ],
  [
    'long made longer',
    [
      [1n, WHO, new Uint8Array(40).fill(9), 'b'],
      [2n, WHO, new Uint8Array(99).fill(3), long],
    ],
  ],
]

for (const [what, calls] of stories)
  test(`storage: every slot as Solidity writes it: ${what}`, async () => {
    const host = memoryHost()
    for (const call of calls) fill(host, call)
    const expected = await filledBySolidity(calls)
    const got = new Map([...host.slots].filter(([, word]) => word !== 0n))
    const sorted = (slots: Map<bigint, bigint>) =>
      [...slots].map(([k, v]) => `${k.toString(16)}=${v.toString(16)}`).sort()
    assert.ok(expected.size > 20)
    assert.equal(sorted(got), sorted(expected))
  })

test('storage: reads back what was written', () => {
  const host = memoryHost()
  fill(host, [77n, WHO, new Uint8Array(64).fill(1), long])
  const s = untyped(host)
  assert.is(s.signed.get(), -77n)
  assert.is(s.text.get(), long)
  assert.equal(s.blob.get(), new Uint8Array(64).fill(1))
  assert.is(s.packed.length(), 22n)
  assert.is(s.packed.at(21n).get(), (21n * 70_000n) % 16_777_216n)
  assert.is(s.packed.at(22n).get(), 0n)
  assert.throws(() => s.structs.pop(), /plain values/)
  assert.is(s.nested.at(77n).at(true).get(), -77n)
  assert.is(s.nested.at(77n).at(false).get(), 0n)
  const { a, b, c, d, g } = s.byBytes.at(fromHex('0x01020304')).load()
  assert.equal([a, b, toHex(c), d, g], [77n, true, WHO, -77n, long])
})

test('storage: a struct costs one read per slot, and no read for a slot that is wholly written', () => {
  const host = memoryHost()
  const place = untyped(host).byBytes.at(fromHex('0x01020304'))
  place.store({ a: 1n, b: true, c: fromHex(WHO), d: 1n })
  assert.equal([host.reads.length, host.writes.length], [0, 1])
  place.store({ a: 2n })
  assert.equal([host.reads.length, host.writes.length], [1, 2])
  host.reads.length = 0
  place.pick('a', 'b', 'd')
  assert.is(host.reads.length, 1)
})

test('storage: values that do not fit are errors, readers cannot write', () => {
  const host = memoryHost()
  const s = untyped(host)
  assert.throws(() => s.small.set(256n), RangeError)
  assert.throws(() => s.small.set(-1n), RangeError)
  assert.throws(() => s.signed.set(1n << 63n), RangeError)
  assert.throws(() => s.byAddress.at(new Uint8Array(19)), RangeError)
  assert.throws(() => s.byBytes.at(fromHex('0x01020304')).c.set(new Uint8Array(21)), RangeError)
  assert.throws(() => s.byBytes.at(fromHex('0x01020304')).store({ nope: 1n }), /no plain field nope/)
  // biome-ignore lint/suspicious/noExplicitAny: the layout is known at run time only
  const reader = readStorage(storageVariables(probe), host) as any
  assert.throws(() => reader.small.set(1n), /for reading/)
  assert.is(host.writes.length, 0)
})

test.run()
