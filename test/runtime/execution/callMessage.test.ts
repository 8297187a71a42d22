/** Messages that change nothing: calls, overrides, refusals, estimates, access lists. */
import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesToUint, concat, fromHex, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { type CallContext, callMessage, createAccessList, estimateGas } from '../../../runtime/execution/callMessage.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import type { Layer } from '../../../runtime/state/overlayState.ts'
import { accepted, createWorld, GWEI, PROBE, probeInput, word } from '../world.ts'

const CONTRACT = new Uint8Array(20).fill(0xcc)
/** Returns its slot 0. */
const READER = fromHex('0x5f545f5260205ff3')
const world = createWorld({
  accounts: [{ address: CONTRACT, code: READER, storage: [{ slot: word(0), value: word(7) }] }],
})
const [a] = world.accounts
const context: CallContext = {
  rules: world.rules,
  genesisHash: world.genesisHash,
  state: world.head.state,
  block: { ...world.head.header, number: 1, timestamp: 1_700_000_005 },
}
const call = async (message: Parameters<typeof callMessage>[1], overrides: CallContext['overrides'] = []) =>
  accepted(await callMessage({ ...context, overrides }, message))

test('call: reads state, returns output and gas, and leaves no trace', async () => {
  const result = await call({ to: CONTRACT })
  assert.is(bytesToUint(result.output), 7n)
  assert.is(result.gasUsed, 21_000n + 2n + 2_100n + 2n + 6n + 3n + 2n, 'PUSH0 SLOAD PUSH0 MSTORE PUSH1 PUSH0 RETURN')
  await call({ to: PROBE, data: probeInput('s', word(1), word(1)) })
  assert.is((world.head.state as Layer).storageAt(PROBE, word(1)).length, 0)
})

test('call: overrides of balance, nonce, code, one slot and all storage', async () => {
  const replaced = (override: object) => call({ to: CONTRACT }, [{ address: CONTRACT, ...override }])
  assert.is(bytesToUint((await replaced({ storageDiff: [{ slot: word(0), value: word(9) }] })).output), 9n)
  assert.is(bytesToUint((await replaced({ storage: [{ slot: word(1), value: word(9) }] })).output), 0n)
  assert.is(
    bytesToUint((await replaced({ code: fromHex('0x475f5260205ff3'), balanceWei: 5n })).output),
    5n,
    'SELFBALANCE',
  )
})

test('call: block facts are those of the context; without a fee the base fee is 0', async () => {
  const answer = async (opcode: string, fee = {}) =>
    bytesToUint(
      (
        await call({ to: CONTRACT, from: a!.address, ...fee }, [
          { address: CONTRACT, code: fromHex(`0x${opcode}5f5260205ff3`) },
        ])
      ).output,
    )
  assert.is(await answer('43'), 1n)
  assert.is(await answer('42'), 1_700_000_005n)
  assert.is(await answer('46'), world.rules.params.chainId)
  assert.is(await answer('48'), 0n)
  assert.is(await answer('48', { maxFeeWei: 2n * GWEI }), GWEI)
  assert.is(await answer('3a', { maxFeeWei: 2n * GWEI, maxPriorityFeeWei: 1n }), GWEI + 1n)
  assert.is(await answer('44'), bytesToUint(world.head.header.mixHash))
})

test('call: a contract may be the sender, and keeps its code', async () => {
  const result = await call({ from: CONTRACT, to: CONTRACT })
  assert.is(bytesToUint(result.output), 7n)
  const size = await call({ from: CONTRACT, to: PROBE, data: probeInput('?') })
  assert.is(toHex(size.output.slice(12, 32)), toHex(CONTRACT))
})

test('call: what cannot run is refused by name, what reverts is a result', async () => {
  const code = async (message: Parameters<typeof callMessage>[1]) => {
    const result = await callMessage(context, message)
    return isRefusal(result) ? result.code : (result.error ?? 'ok')
  }
  const poor = new Uint8Array(20).fill(1)
  assert.is(await code({ from: poor, to: CONTRACT, valueWei: 1n }), 'InsufficientFunds')
  assert.is(await code({ from: poor, to: CONTRACT, maxFeeWei: GWEI }), 'InsufficientFunds')
  assert.is(await code({ from: a!.address, to: CONTRACT, maxFeeWei: GWEI - 1n }), 'CallFeeTooLow')
  assert.is(await code({ to: CONTRACT, gasLimit: 20_999n }), 'CallGas')
  assert.is(await code({ data: new Uint8Array(49_153) }), 'CallMalformed')
  assert.is(
    await code({ to: CONTRACT, maxFeeWei: GWEI, maxPriorityFeeWei: 2n * GWEI, from: a!.address }),
    'CallMalformed',
  )
  assert.is(await code({ to: PROBE, data: probeInput('r', Uint8Array.of(1)) }), 'revert')
  assert.is(await code({ to: CONTRACT, gasLimit: 21_010n }), 'out of gas')
})

test('call: nobody is the system by naming its address', async () => {
  const result = await call({
    from: fromHex('0xfffffffffffffffffffffffffffffffffffffffe'),
    to: PROBE,
    data: probeInput('?'),
  })
  assert.is(bytesToUint(result.output.slice(128, 160)), 0n)
})

test('call: creation returns the new code, an authorization list delegates', async () => {
  const created = await call({ from: a!.address, data: concat(fromHex('0x67'), READER, fromHex('0x5f5260086018f3')) })
  assert.is(toHex(created.output), toHex(READER))
  assert.is(created.createdAddress?.length, 20)
  const [chainId, address, nonce, yParity, r, s] = eoaCode7702SignAuthorization(
    [uintToBytes(world.rules.params.chainId, 4), CONTRACT, new Uint8Array(0)],
    a!.key,
  )
  const authorization = {
    chainId: bytesToUint(chainId),
    address,
    nonce: bytesToUint(nonce),
    yParity: Number(bytesToUint(yParity)) as 0 | 1,
    r: bytesToUint(r),
    s: bytesToUint(s),
  }
  const delegated = await call({ to: a!.address, authorizations: [authorization] }, [])
  assert.is(bytesToUint(delegated.output), 0n, 'the reader ran on the delegating account, whose slot is empty')
  assert.is(delegated.output.length, 32)
})

test('estimate: the cap and the sender’s purse bound it; a failing message answers with its failure', async () => {
  const from = a!.address
  const reverted = accepted(await estimateGas(context, { from, to: PROBE, data: probeInput('r', Uint8Array.of(3)) }))
  assert.ok('isSuccess' in reverted && toHex(reverted.output) === '0x03')
  const poor = new Uint8Array(20).fill(2)
  const purse = { ...context, overrides: [{ address: poor, balanceWei: 22_000n * GWEI }] }
  const short = accepted(await estimateGas(purse, { from: poor, to: CONTRACT, maxFeeWei: GWEI }))
  assert.ok('isSuccess' in short && !short.isSuccess, 'gas for 22,000 is too little')
})

test('access list: names what is touched and lowers what is paid for it', async () => {
  const other = new Uint8Array(20).fill(0xdd)
  // Loads the balance of `other` and slot 5 of itself.
  const code = fromHex(`0x73${toHex(other).slice(2)}31506005545000`)
  const overrides = [{ address: CONTRACT, code }]
  const made = accepted(await createAccessList({ ...context, overrides }, { from: a!.address, to: CONTRACT }))
  const list = made.accessList.map(({ address, slots }) => [toHex(address), slots.map(toHex)])
  assert.equal(
    list.sort(),
    [
      [toHex(CONTRACT), [toHex(word(5))]],
      [toHex(other), []],
    ].sort(),
  )
  assert.ok(made.result.isSuccess)
})

test('call: the tick can abandon it', async () => {
  const tick = () => {
    throw new Error('deadline')
  }
  let message = ''
  try {
    await callMessage({ ...context, tick }, { to: CONTRACT })
  } catch (error) {
    message = (error as Error).message
  }
  assert.is(message, 'deadline')
})

test.run()
