/** What natives are told and may do: every call form, rollback, static frames, gas against bytecode, estimates. */
import { Address } from '@ethereumjs/util'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesToUint, concat, fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { ChainEvm } from '../../../runtime/evm/chainEvm.ts'
import {
  type CallResult,
  callMessage,
  estimateGas,
  type Message,
  type StateOverride,
} from '../../../runtime/execution/callMessage.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { createLayer, type Layer } from '../../../runtime/state/overlayState.ts'
import { accepted, asWord, createWorld, OPEN, PROBE, probeInput, signed, word } from '../world.ts'

const PROXY = new Uint8Array(20).fill(0xaa)
const [ALICE] = createWorld().accounts
const world = createWorld({ accounts: [{ address: PROBE, balanceWei: 10n * OPEN }] })
const { rules } = world

function call(message: Message, overrides: readonly StateOverride[] = []): Promise<CallResult> {
  const context = {
    rules,
    genesisHash: world.genesisHash,
    state: world.head.state,
    block: world.head.header,
    overrides,
  }
  return callMessage(context, { from: ALICE!.address, ...message }).then(accepted)
}

/** Forwards its calldata to the probe by one opcode, with `wei`, and returns or reverts with what came back. */
function forwarder(opcode: 'CALL' | 'STATICCALL' | 'DELEGATECALL' | 'CALLCODE', wei = 0, last = ''): Uint8Array {
  const byte = { CALL: 'f1', CALLCODE: 'f2', DELEGATECALL: 'f4', STATICCALL: 'fa' }[opcode]
  const value = opcode === 'CALL' || opcode === 'CALLCODE' ? `60${wei.toString(16).padStart(2, '0')}` : ''
  const target = `73${toHex(PROBE).slice(2)}`
  const forward = `365f5f375f5f365f${value}${target}5a${byte}`
  const size = forward.length / 2
  const answer = last === '' ? `3d5f5f3e60${(size + 10).toString(16).padStart(2, '0')}573d5ffd5b3d5ff3` : `50${last}`
  return fromHex(`0x${forward}${answer}`)
}

const through = (opcode: Parameters<typeof forwarder>[0], wei = 0, last = ''): StateOverride[] => [
  { address: PROXY, code: forwarder(opcode, wei, last), balanceWei: OPEN },
]
const selector = (signature: string) => toHex(keccak256(utf8(signature)).slice(0, 4))

interface Facts {
  readonly caller: string
  readonly wei: bigint
  readonly flags: readonly bigint[]
  readonly depth: bigint
}
function factsOf({ output }: CallResult): Facts {
  const at = (i: number) => output.slice(32 * i, 32 * i + 32)
  return {
    caller: toHex(at(0).slice(12)),
    wei: bytesToUint(at(1)),
    flags: [2, 3, 4].map((i) => bytesToUint(at(i))),
    depth: bytesToUint(at(5)),
  }
}

test('native: is told caller, value, static, direct and depth by every way of calling', async () => {
  const [alice, proxy] = [toHex(ALICE!.address), toHex(PROXY)]
  const facts = async (...args: Parameters<typeof call>) => factsOf(await call(...args))
  const input = probeInput('?')
  assert.equal(await facts({ to: PROBE, data: input, valueWei: 3n }), {
    caller: alice,
    wei: 3n,
    flags: [0n, 1n, 0n],
    depth: 0n,
  })
  const to = { to: PROXY, data: input }
  assert.equal(await facts(to, through('CALL', 5)), { caller: proxy, wei: 5n, flags: [0n, 1n, 0n], depth: 1n })
  assert.equal(await facts(to, through('STATICCALL')), { caller: proxy, wei: 0n, flags: [1n, 1n, 0n], depth: 1n })
  assert.equal(await facts(to, through('DELEGATECALL')), { caller: alice, wei: 0n, flags: [0n, 0n, 0n], depth: 1n })
  assert.equal(await facts(to, through('CALLCODE')), { caller: proxy, wei: 0n, flags: [0n, 0n, 0n], depth: 1n })
})

test('native: code marker passes extcodesize; reached by an EIP-7702 delegation it reverts', async () => {
  const size = fromHex(`0x73${toHex(PROBE).slice(2)}3b5f5260205ff3`)
  const sized = await call({ to: PROXY }, [{ address: PROXY, code: size }])
  assert.is(bytesToUint(sized.output), 3n)
  const delegated = await call({ to: PROXY, data: probeInput('?') }, [
    { address: PROXY, code: concat(fromHex('0xef0100'), PROBE) },
  ])
  assert.is(delegated.isSuccess, false)
  assert.is(delegated.output.length, 0)
})

test('native: a revert gives its data, takes gas used so far and keeps nothing', async () => {
  const reverted = await call({ to: PROBE, data: probeInput('r', Uint8Array.of(0xde, 0xad)), gasLimit: 1_000_000n })
  assert.is(reverted.error, 'revert')
  assert.is(toHex(reverted.output), '0xdead')
  assert.ok(reverted.gasUsed < 50_000n)
  // The proxy stores through the probe, then reverts (5f5ffd), then the slot is read in a fresh call.
  const input = probeInput('s', word(5), word(9))
  const outer = await call({ to: PROXY, data: input }, through('CALL', 0, '5f5ffd'))
  assert.is(outer.isSuccess, false)
})

test('native: rollback is the journal’s, in one block', async () => {
  const chain = createWorld({
    accounts: [
      { address: PROXY, code: forwarder('CALL', 0, '5f5ffd') },
      { address: new Uint8Array(20).fill(0xab), code: forwarder('CALL') },
    ],
  })
  const [a] = chain.accounts
  const store = (value: bigint) => probeInput('s', word(5), word(value))
  const block = await chain.mine([
    signed(chain, a!, { nonce: 0n, to: new Uint8Array(20).fill(0xab), data: store(1n) }),
    signed(chain, a!, { nonce: 1n, to: PROXY, data: store(2n) }),
    signed(chain, a!, { nonce: 2n, to: PROBE, data: probeInput('e', word(4), Uint8Array.of(1)) }),
  ])
  assert.equal(
    block.receipts.map(({ isSuccess }) => isSuccess),
    [true, false, true],
  )
  assert.is(toHex(block.layer.storageAt(PROBE, word(5))), '0x01')
  assert.equal(
    block.receipts[2]!.logs.map((log) => [toHex(log.address), log.topics.map(toHex), toHex(log.data)]),
    [[toHex(PROBE), [toHex(word(4))], '0x01']],
  )
})

test('native: writes, logs and payments under STATICCALL are refused with StaticWrite()', async () => {
  const inputs = [
    probeInput('s', word(1), word(1)),
    probeInput('e', word(1)),
    probeInput('p', asWord(PROXY), word(1)),
    probeInput('n', word(1)),
  ]
  for (const data of inputs) {
    const refused = await call({ to: PROXY, data }, through('STATICCALL'))
    assert.is(refused.isSuccess, false)
    assert.is(toHex(refused.output), selector('StaticWrite()'))
  }
  assert.ok((await call({ to: PROXY, data: probeInput('l', word(1)) }, through('STATICCALL'))).isSuccess)
})

test('native: pay moves wei, prices new accounts, and reverts when short', async () => {
  const fresh = new Uint8Array(20).fill(0x77)
  const paid = await call({ to: PROBE, data: probeInput('p', asWord(fresh), word(OPEN)) })
  assert.ok(paid.isSuccess)
  const old = await call({ to: PROBE, data: probeInput('p', asWord(PROXY), word(OPEN)) }, [
    { address: PROXY, balanceWei: 1n },
  ])
  // The two inputs differ in how many zero bytes they have: nowhere, both addresses are full.
  assert.is(paid.gasUsed - old.gasUsed, 25_000n)
  const short = await call({ to: PROBE, data: probeInput('p', asWord(fresh), word(11n * OPEN)) })
  assert.is(
    toHex(short.output),
    toHex(concat(fromHex(selector('InsufficientBalance(uint256,uint256)')), word(10n * OPEN), word(11n * OPEN))),
  )
})

test('native: calls another native with value as itself; its revert is this call’s', async () => {
  const facts = factsOf(await call({ to: PROBE, data: probeInput('n', word(7), probeInput('?')) }))
  assert.equal(facts, { caller: toHex(PROBE), wei: 7n, flags: [0n, 1n, 0n], depth: 1n })
  const reverted = await call({ to: PROBE, data: probeInput('n', word(0), probeInput('r', Uint8Array.of(9))) })
  assert.is(toHex(reverted.output), '0x09')
})

test('native: running out of gas takes all of it', async () => {
  const result = await call({ to: PROBE, data: probeInput('g', word(1_000_000n)), gasLimit: 100_000n })
  assert.is(result.error, 'out of gas')
  assert.is(result.gasUsed, 100_000n)
})

type Access = readonly [isStore: boolean, slot: number, value: number]

/** Execution gas of one call on a layer where slots 0 … 3 of the target hold 0, 1, 0, 2. */
async function executionGas(target: Uint8Array, data: Uint8Array, prepare: (layer: Layer) => void): Promise<bigint> {
  const layer = createLayer(world.head.state)
  prepare(layer)
  layer.setStorage(target, word(1), word(1))
  layer.setStorage(target, word(3), word(2))
  layer.startTransaction()
  const evm = new ChainEvm(rules, layer, { ...world.head.header, number: 1 }, { genesisHash: world.genesisHash })
  const caller = new Address(ALICE!.address)
  const { execResult } = await evm.runCall({
    caller,
    to: new Address(target),
    data,
    gasLimit: 10_000_000n,
    block: evm.blockView,
  })
  assert.is(execResult.exceptionError, undefined)
  return execResult.executionGasUsed
}

test('native: slots cost exactly what SLOAD and SSTORE cost, warm, cold, clean and dirty', async () => {
  const access = fc.tuple(fc.boolean(), fc.nat(3), fc.nat(2))
  await fc.assert(
    fc.asyncProperty(fc.array(access, { minLength: 1, maxLength: 12 }), async (accesses: Access[]) => {
      const input = concat(
        ...accesses.map(([isStore, slot, value]) => concat(Uint8Array.of(isStore ? 1 : 0), word(slot), word(value))),
      )
      // PUSH value, PUSH slot, SSTORE costs 6 beside the store; PUSH slot, SLOAD, POP costs 5 beside the load.
      const code = concat(
        ...accesses.map(([isStore, slot, value]) =>
          isStore ? Uint8Array.of(0x60, value, 0x60, slot, 0x55) : Uint8Array.of(0x60, slot, 0x54, 0x50),
        ),
      )
      const overhead = accesses.reduce((sum, [isStore]) => sum + (isStore ? 6n : 5n), 0n)
      const native = await executionGas(PROBE, probeInput('q', input), () => undefined)
      const contract = await executionGas(PROXY, new Uint8Array(0), (layer) => layer.setCode(PROXY, code))
      assert.is(native, contract - overhead)
    }),
    { numRuns: 60 },
  )
})

test('estimateGas: is exact for natives and contracts: enough at the estimate, too little one below', async () => {
  const context = { rules, genesisHash: world.genesisHash, state: world.head.state, block: world.head.header }
  const messages: [Message, readonly StateOverride[]][] = [
    [{ to: PROXY, valueWei: 1n }, []],
    [{ to: PROBE, data: probeInput('s', word(1), word(1)) }, []],
    [{ to: PROBE, data: probeInput('e', word(1), new Uint8Array(100)) }, []],
    [{ to: PROBE, data: probeInput('g', word(123_456n)) }, []],
    [{ to: PROXY, data: probeInput('s', word(1), word(1)) }, through('CALL', 1)],
    [{ data: fromHex('0x602a5f5260205ff3') }, []],
    [{ to: PROBE, data: probeInput('p', asWord(new Uint8Array(20).fill(1)), word(1)) }, []],
  ]
  for (const [message, overrides] of messages) {
    const full = { ...context, overrides }
    const from = ALICE!.address
    const estimate = accepted(await estimateGas(full, { from, ...message }))
    assert.ok('gas' in estimate)
    if (!('gas' in estimate)) continue
    const enough = accepted(await callMessage(full, { from, ...message, gasLimit: estimate.gas }))
    assert.ok(enough.isSuccess)
    const less = await callMessage(full, { from, ...message, gasLimit: estimate.gas - 1n })
    assert.ok(isRefusal(less) || !less.isSuccess, `${estimate.gas} − 1`)
  }
})

test.run()
