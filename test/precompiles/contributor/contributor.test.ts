/** IContributor: numbers for wallets, recovery, and rotation with its delay. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CONTRIBUTOR_ADDRESS, DATANET_ADDRESS } from '../../../precompiles/addresses.ts'
import { contributorAbi } from '../../../precompiles/generated/contributor.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { account, expectRefused, freshWorld, send, view, type World } from '../world.ts'

const identity = { address: CONTRIBUTOR_ADDRESS, abi: contributorAbi }
const wallet = { from: account(1) }
const recovery = { from: account(2) }
const fresh = { from: account(3) }
const thief = { from: account(4) }
const DELAY_S = 60n
const hex = (caller: { from: Uint8Array }) => toHex(caller.from)

function openWorld(): World {
  const world = freshWorld({ params: { rotationDelayS: DELAY_S } })
  send(world, identity, 'register', [], wallet)
  return world
}
const walletOf = (world: World) => String(view(world, identity, 'walletOf', [1n])).toLowerCase()
const isFrozen = (world: World) => view(world, identity, 'isFrozen', [1n])

test('numbers: count from 1, one per wallet, the same when asked again', () => {
  const world = openWorld()
  assert.is(send(world, identity, 'register', [], wallet).result, 1n)
  const { result, events } = send(world, identity, 'ensureId', [hex(thief)], { from: DATANET_ADDRESS })
  assert.is(result, 2n)
  assert.is(events[0]!.name, 'ContributorCreated')
  assert.is(view(world, identity, 'contributorCount'), 2n)
  assert.is(view(world, identity, 'idOf', [hex(thief)]), 2n)
  assert.is(view(world, identity, 'idOf', [hex(fresh)]), 0n)
  assert.is(walletOf(world), hex(wallet))
})

test('ensureId: only natives, never for the zero address', () => {
  const world = openWorld()
  expectRefused(world, identity, 'ensureId', [hex(fresh)], thief, 'NotNative', [hex(thief)])
  expectRefused(world, identity, 'ensureId', [toHex(new Uint8Array(20))], { from: DATANET_ADDRESS }, 'ZeroWallet')
  expectRefused(world, identity, 'walletOf', [7n], {}, 'UnknownContributor', [7])
  expectRefused(world, identity, 'walletOf', [0n], {}, 'UnknownContributor', [0])
})

test('rotation by the wallet: requested, accepted, finished after the delay; the number keeps its income', () => {
  const world = openWorld()
  send(world, identity, 'requestRotation', [1n, hex(fresh)], wallet)
  assert.is(isFrozen(world), true)
  expectRefused(world, identity, 'acceptRotation', [1n], thief, 'NotNewWallet', [hex(fresh), hex(thief)])
  expectRefused(world, identity, 'finishRotation', [1n], thief, 'NotAccepted', [hex(fresh)])
  send(world, identity, 'acceptRotation', [1n], fresh)
  const readyAt = world.block.timestamp + DELAY_S
  expectRefused(world, identity, 'finishRotation', [1n], thief, 'TooEarly', [readyAt])
  world.mine(DELAY_S)
  send(world, identity, 'finishRotation', [1n], thief)
  assert.is(walletOf(world), hex(fresh))
  assert.is(isFrozen(world), false)
  assert.is(view(world, identity, 'idOf', [hex(fresh)]), 1n)
  assert.is(view(world, identity, 'idOf', [hex(wallet)]), 0n)
  expectRefused(world, identity, 'finishRotation', [1n], thief, 'NoRotation', [1])
})

test('rotation: strangers, taken wallets and the zero wallet are refused', () => {
  const world = openWorld()
  send(world, identity, 'register', [], thief)
  expectRefused(world, identity, 'requestRotation', [1n, hex(fresh)], thief, 'NotWallet', [1, hex(thief)])
  expectRefused(world, identity, 'requestRotation', [1n, hex(thief)], wallet, 'WalletTaken', [hex(thief), 2])
  expectRefused(world, identity, 'requestRotation', [1n, toHex(new Uint8Array(20))], wallet, 'ZeroWallet')
  expectRefused(world, identity, 'requestRotation', [9n, hex(fresh)], wallet, 'UnknownContributor', [9])
  expectRefused(world, identity, 'requestRotation', [1n, hex(fresh)], { from: new Uint8Array(20) }, 'NotWallet')
  expectRefused(world, identity, 'cancelRotation', [1n], wallet, 'NoRotation', [1])
})

test('rotation: a new wallet that got a number of its own meanwhile cannot take another', () => {
  const world = openWorld()
  send(world, identity, 'requestRotation', [1n, hex(fresh)], wallet)
  send(world, identity, 'acceptRotation', [1n], fresh)
  send(world, identity, 'register', [], fresh)
  world.mine(DELAY_S)
  expectRefused(world, identity, 'finishRotation', [1n], thief, 'WalletTaken', [hex(fresh), 2])
  send(world, identity, 'cancelRotation', [1n], wallet)
  assert.is(isFrozen(world), false)
})

test('recovery: active after the delay, and not before', () => {
  const world = openWorld()
  expectRefused(world, identity, 'setRecovery', [hex(recovery)], fresh, 'NoContributor', [hex(fresh)])
  send(world, identity, 'setRecovery', [hex(recovery)], wallet)
  expectRefused(world, identity, 'requestRotation', [1n, hex(fresh)], recovery, 'NotWallet')
  world.mine(DELAY_S)
  assert.is(String(view(world, identity, 'recoveryOf', [1n])).toLowerCase(), hex(recovery))
  send(world, identity, 'setRecovery', [hex(thief)], wallet)
  send(world, identity, 'requestRotation', [1n, hex(fresh)], recovery)
  expectRefused(world, identity, 'setRecovery', [hex(thief)], wallet, 'RotationPending', [1])
})

test('recovery: overrules a stolen wallet, which can neither replace nor cancel its request', () => {
  const world = openWorld()
  send(world, identity, 'setRecovery', [hex(recovery)], wallet)
  world.mine(DELAY_S)
  send(world, identity, 'requestRotation', [1n, hex(thief)], wallet)
  send(world, identity, 'acceptRotation', [1n], thief)
  send(world, identity, 'requestRotation', [1n, hex(fresh)], recovery)
  expectRefused(world, identity, 'cancelRotation', [1n], wallet, 'RequestedByRecovery', [1])
  expectRefused(world, identity, 'requestRotation', [1n, hex(thief)], wallet, 'RequestedByRecovery', [1])
  world.mine(DELAY_S)
  expectRefused(world, identity, 'finishRotation', [1n], thief, 'NotAccepted', [hex(fresh)])
  send(world, identity, 'acceptRotation', [1n], fresh)
  send(world, identity, 'finishRotation', [1n], thief)
  assert.is(walletOf(world), hex(fresh))
})

test('cancel: the recovery address can withdraw its own request', () => {
  const world = openWorld()
  send(world, identity, 'setRecovery', [hex(recovery)], wallet)
  world.mine(DELAY_S)
  send(world, identity, 'requestRotation', [1n, hex(fresh)], recovery)
  assert.equal(view(world, identity, 'rotationOf', [1n]), {
    newWallet: (view(world, identity, 'rotationOf', [1n]) as { newWallet: string }).newWallet,
    isByRecovery: true,
    isAccepted: false,
    readyAt: world.block.timestamp + DELAY_S,
  })
  send(world, identity, 'cancelRotation', [1n], recovery)
  assert.is(isFrozen(world), false)
})

test('writes: refused by delegation, under static, with value, and at any gas below the need', () => {
  const world = openWorld()
  world.setBalance(account(1), 5n)
  const calls: [string, readonly unknown[]][] = [
    ['register', []],
    ['ensureId', [hex(fresh)]],
    ['setRecovery', [hex(recovery)]],
    ['requestRotation', [1n, hex(fresh)]],
    ['acceptRotation', [1n]],
    ['cancelRotation', [1n]],
    ['finishRotation', [1n]],
  ]
  for (const [name, args] of calls) {
    expectRefused(world, identity, name, args, { ...wallet, isStatic: true }, 'StaticWrite')
    expectRefused(world, identity, name, args, { ...wallet, isDirect: false }, 'NotDirect')
    expectRefused(world, identity, name, args, { ...wallet, wei: 1n }, 'NotPayable')
  }
  const { gasUsed } = send(openWorld(), identity, 'requestRotation', [1n, hex(fresh)], wallet)
  for (let gas = 0n; gas < gasUsed; gas += gasUsed / 30n)
    expectRefused(world, identity, 'requestRotation', [1n, hex(fresh)], { ...wallet, gas }, 'outOfGas')
})

test.run()
