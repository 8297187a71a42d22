/** Entering a native: the refusals in their order, gas by size, and no garbage that gets through. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeErrorResult } from 'viem'
import { DATANET_ADDRESS, isNativeAddress, NATIVE_ADDRESSES, NATIVE_CODE } from '../../precompiles/addresses.ts'
import { defineContract } from '../../precompiles/contract.ts'
import { nativeAbi } from '../../precompiles/generated/native.ts'
import { NATIVES, nativeAt } from '../../precompiles/natives.ts'
import { concat, equal, toHex, uintToBytes } from '../../primitives/bytes.ts'
import { account, type CallOptions, freshWorld, type World } from './world.ts'

function refusal(world: World, input: Uint8Array, options: CallOptions = {}): string {
  const outcome = world.raw(DATANET_ADDRESS, input, options)
  if (outcome.kind !== 'reverted') return outcome.kind
  const { errorName, args } = decodeErrorResult({ abi: nativeAbi, data: toHex(outcome.data) })
  return `${errorName}(${(args ?? []).join(',')})`
}

const datanet = nativeAt(DATANET_ADDRESS)!
const selectorOf = (name: string) => [...datanet.methods.values()].find((method) => method.name === name)!.selector
const count = selectorOf('datanetCount')
const withdraw = selectorOf('withdrawRow')

test('dispatch: each refusal, and which one comes first', () => {
  const world = freshWorld()
  world.setBalance(account(1), 10n)
  const unknown = Uint8Array.of(1, 2, 3, 4)
  assert.is(refusal(world, unknown, { isDirect: false }), 'NotDirect()')
  assert.is(refusal(world, count, { isDirect: false, isStatic: true }), 'NotDirect()')
  assert.is(refusal(world, unknown), 'UnknownSelector(0x01020304)')
  assert.is(refusal(world, new Uint8Array(0), { wei: 1n }), 'UnknownSelector(0x00000000)')
  assert.is(refusal(world, count.slice(0, 3)), `UnknownSelector(${toHex(count.slice(0, 3))}00)`)
  assert.is(refusal(world, withdraw, { isStatic: true, wei: 1n }), 'StaticWrite()')
  assert.is(refusal(world, withdraw, { wei: 1n }), 'NotPayable()')
  assert.is(refusal(world, withdraw), 'BadInput(0)')
  assert.is(refusal(world, concat(count, Uint8Array.of(0))), 'BadInput(0)')
  assert.is(refusal(world, concat(withdraw, uintToBytes(1n << 64n, 32), uintToBytes(1n, 32))), 'BadInput(0)')
  assert.is(refusal(world, concat(withdraw, uintToBytes(1n, 32), uintToBytes(1n << 64n, 32))), 'BadInput(32)')
  assert.is(world.balanceOf(account(1)), 10n)
})

test('dispatch: 100 gas, 3 per word of input and of output', () => {
  const world = freshWorld()
  const outcome = world.raw(DATANET_ADDRESS, count)
  assert.is(outcome.gasUsed, 100n + 3n + 2_100n + 3n)
  const long = world.raw(DATANET_ADDRESS, concat(count, new Uint8Array(320)))
  assert.is(long.gasUsed, 100n + 3n * 11n)
  assert.is(world.raw(DATANET_ADDRESS, count, { gas: 102n }).kind, 'outOfGas')
})

test('dispatch: garbage behind every selector is refused by name and changes nothing', () => {
  const world = freshWorld()
  const before = world.fingerprint()
  let tried = 0
  for (const native of NATIVES)
    for (const method of native.methods.values()) {
      if (method.inputs.fields.length === 0) continue
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
          const outcome = world.raw(native.address, concat(method.selector, data), { gas: 1_000_000n })
          tried++
          if (outcome.kind === 'ok') assert.not.ok(method.isWrite, `${native.name}.${method.name}`)
          if (outcome.kind === 'reverted') assert.ok(outcome.data.length >= 4)
        }),
        { numRuns: 8 },
      )
    }
  assert.ok(tried > 300)
  assert.is(world.fingerprint(), before)
})

test('addresses: 0x…0A01 to 0x…0A08, each native at its own', () => {
  assert.is(toHex(NATIVE_ADDRESSES[0]!), `0x${'0'.repeat(36)}0a01`)
  assert.is(NATIVE_ADDRESSES.length, 8)
  assert.is(toHex(NATIVE_CODE), '0x5f5ffd')
  for (const native of NATIVES) assert.ok(isNativeAddress(native.address))
  assert.is(new Set(NATIVES.map(({ address }) => toHex(address))).size, NATIVES.length)
  assert.not.ok(isNativeAddress(account(1)))
  assert.ok(NATIVES.every((native) => NATIVE_ADDRESSES.some((address) => equal(address, native.address))))
})

test('defineContract: overloads and hashed topics are refused when the table is built', () => {
  const twice = [
    { type: 'function', name: 'f', inputs: [] },
    { type: 'function', name: 'f', inputs: [] },
  ] as const
  assert.throws(() => defineContract(DATANET_ADDRESS, twice), /overloaded/)
  const hashed = [{ type: 'event', name: 'E', inputs: [{ name: 's', type: 'string', indexed: true }] }] as const
  assert.throws(() => defineContract(DATANET_ADDRESS, hashed), /indexed s/)
})

test.run()
