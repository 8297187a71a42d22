/** IParams: bounds, governor, rules between parameters, total readers. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PARAMS_ADDRESS } from '../../../precompiles/addresses.ts'
import { paramsAbi, paramsStorage } from '../../../precompiles/generated/params.ts'
import { parameterKey, readParamFrom } from '../../../precompiles/params/contract.ts'
import { PARAMETERS, type Parameter, RULES } from '../../../precompiles/params/parameters.ts'
import { params } from '../../../precompiles/params/params.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { account, DEV_ADMIN, expectRefused, freshWorld, GOVERNOR, send, view, World } from '../world.ts'

const bound = { address: PARAMS_ADDRESS, abi: paramsAbi }
const key = (name: string) => toHex(parameterKey(name))
const governor = { from: GOVERNOR }

/** The storage of IParams as the executor sees it. */
function reader(world: World) {
  const sload = (slot: bigint) => world.slots.get(`${toHex(PARAMS_ADDRESS)}:${slot.toString(16)}`) ?? 0n
  return { sload, keccak: keccak256 }
}

test('parameters: names are unique ASCII words, defaults lie within bounds and keep every rule', () => {
  assert.is(new Set(PARAMETERS.map(({ name }) => name)).size, PARAMETERS.length)
  assert.ok(PARAMETERS.length <= paramsStorage.entries.type.length)
  for (const { name, min, max, default: value } of PARAMETERS as readonly Parameter[]) {
    assert.match(name, /^[a-z][A-Za-z]{1,31}$/)
    assert.ok(min <= value && value <= max, name)
    assert.ok(max < 1n << 248n, name)
  }
  const byName = new Map<string, bigint>(PARAMETERS.map((parameter) => [parameter.name, parameter.default]))
  for (const rule of RULES)
    assert.ok(
      rule.holds((name) => byName.get(name)!),
      rule.text,
    )
})

test("parameters: block 0 holds defaults and the network's own values; the executor reads the same", () => {
  const world = freshWorld({ params: { revealWindowS: 5n } })
  assert.is(view(world, bound, 'get', [key('blockGasLimit')]), 30_000_000n)
  assert.equal(view(world, bound, 'getMany', [[key('revealWindowS'), key('attributionK')]]), [5n, 64n])
  assert.is(readParamFrom(reader(world), 'revealWindowS'), 5n)
  const list = view(world, bound, 'list') as { name: string; unit: string; value: bigint }[]
  assert.is(list.length, PARAMETERS.length)
  assert.equal(view(world, bound, 'describe', [key('guardTau')]), {
    name: key('guardTau'),
    unit: 'tau256',
    min: 0n,
    max: 256n,
    value: 96n,
  })
  assert.is(String(view(world, bound, 'governor')).toLowerCase(), toHex(GOVERNOR))
  assert.is(String(view(world, bound, 'devAdmin')).toLowerCase(), toHex(DEV_ADMIN))
})

test('parameters: readers are total, whatever the slot holds', () => {
  const empty = new World([params])
  assert.is(readParamFrom(reader(empty), 'blockGasLimit'), 30_000_000n)
  const world = freshWorld()
  const place = PARAMETERS.findIndex(({ name }) => name === 'blockGasLimit')
  const slot = `${toHex(PARAMS_ADDRESS)}:${(paramsStorage.entries.slot + BigInt(place)).toString(16)}`
  world.slots.set(slot, (1n << 248n) + 5n)
  assert.is(readParamFrom(reader(world), 'blockGasLimit'), 25_000_000n)
  world.slots.set(slot, (1n << 249n) - 1n)
  assert.is(readParamFrom(reader(world), 'blockGasLimit'), 60_000_000n)
})

test('set: governor and dev admin write, with the previous value in the event', () => {
  const world = freshWorld()
  const { events } = send(world, bound, 'set', [key('guardTau'), 100n], governor)
  assert.equal(events, [{ name: 'ParameterSet', args: { name: key('guardTau'), previous: 96n, value: 100n } }])
  send(world, bound, 'set', [key('guardTau'), 64n], { from: DEV_ADMIN })
  assert.is(view(world, bound, 'get', [key('guardTau')]), 64n)
})

test('set: others, unknown names and values out of bounds are refused with the facts', () => {
  const world = freshWorld({ devAdmin: null })
  const stranger = { from: account(5) }
  expectRefused(world, bound, 'set', [key('guardTau'), 1n], stranger, 'NotGovernor', [toHex(account(5))])
  expectRefused(world, bound, 'set', [key('guardTau'), 1n], { from: new Uint8Array(20) }, 'NotGovernor')
  expectRefused(world, bound, 'set', [key('guardTau'), 257n], governor, 'OutOfBounds', [
    key('guardTau'),
    0n,
    256n,
    257n,
  ])
  expectRefused(world, bound, 'set', [key('noSuch'), 1n], governor, 'UnknownParameter', [key('noSuch')])
  expectRefused(world, bound, 'get', [key('noSuch')], {}, 'UnknownParameter', [key('noSuch')])
  expectRefused(world, bound, 'set', [key('guardTau'), 1n], { ...governor, isStatic: true }, 'StaticWrite')
  expectRefused(world, bound, 'set', [key('guardTau'), 1n], { ...governor, isDirect: false }, 'NotDirect')
  world.setBalance(GOVERNOR, 1n)
  expectRefused(world, bound, 'set', [key('guardTau'), 1n], { ...governor, wei: 1n }, 'NotPayable')
})

test('setMany: shares change together or not at all', () => {
  const world = freshWorld()
  expectRefused(world, bound, 'set', [key('betaBps'), 6_000n], governor, 'Inconsistent', [RULES[0]!.text])
  const names = [key('betaBps'), key('deltaBps')]
  send(world, bound, 'setMany', [names, [6_000n, 3_000n]], governor)
  assert.equal(view(world, bound, 'getMany', [names]), [6_000n, 3_000n])
  expectRefused(world, bound, 'setMany', [names, [1n]], governor, 'LengthMismatch', [2n, 1n])
  const many = Array.from({ length: PARAMETERS.length + 1 }, () => key('level'))
  expectRefused(world, bound, 'setMany', [many, []], governor, 'TooMany', [PARAMETERS.length, many.length])
})

test('set: every gas limit below the need runs out and changes nothing', () => {
  const world = freshWorld()
  const { gasUsed } = send(world, bound, 'set', [key('guardTau'), 97n], governor)
  for (let gas = 0n; gas < gasUsed; gas += 997n)
    expectRefused(world, bound, 'set', [key('guardTau'), 98n], { ...governor, gas }, 'outOfGas')
})

test('initialise: a network file with a bad parameter is refused by name', () => {
  assert.throws(() => freshWorld({ params: { noSuch: 1n } }), /no parameter noSuch/)
  assert.throws(() => freshWorld({ params: { guardTau: 300n } }), /guardTau: expected 0 … 256, got 300/)
  assert.throws(() => freshWorld({ params: { betaBps: 1n } }), /betaBps \+ gammaBps/)
})

test.run()
