/** The pool: order, gaps, replacement, limits, wallet wordings, and a fate for all that was accepted. */
import { createEOACode7702Tx, type FeeMarketEIP1559TxData } from '@ethereumjs/tx'
import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex, uintToBytes } from '../../../primitives/bytes.ts'
import type { PoolHead } from '../../../runtime/pool/admission.ts'
import { type Added, createPool, type Pool } from '../../../runtime/pool/pool.ts'
import type { PoolLimits } from '../../../runtime/pool/poolLimits.ts'
import type { PoolRefusal } from '../../../runtime/pool/poolRefusal.ts'
import { refuse } from '../../../runtime/refusal.ts'
import type { Layer } from '../../../runtime/state/overlayState.ts'
import type { UserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import { COINBASE, createWorld, decoded, GWEI, OPEN, signed, type TestAccount, type World } from '../world.ts'

const world = createWorld()
const [a, b, c] = world.accounts as [TestAccount, TestAccount, TestAccount]

function headOf({ head }: World): PoolHead {
  const layer = head.state as Layer
  return {
    nonce: (address) => layer.accountOf(address)?.nonce ?? 0n,
    balanceWei: (address) => layer.accountOf(address)?.balanceWei ?? 0n,
    code: (address) => layer.codeOf(address),
    baseFeeWei: GWEI,
    gasLimit: 30_000_000n,
  }
}

function openPool(limits: Partial<PoolLimits> = {}, head: PoolHead = headOf(world)) {
  const clock = { ms: 0 }
  return { pool: createPool(world.rules, { head, nowMs: () => clock.ms, limits }), clock }
}

const made = (from: TestAccount, nonce: number, fields: FeeMarketEIP1559TxData = {}) =>
  signed(world, from, { nonce: BigInt(nonce), to: COINBASE, gasLimit: 21_000n, ...fields })
const send = (pool: Pool, transaction: UserTransaction) => pool.add(transaction.bytes, 'local')
const codeOf = (result: Added | PoolRefusal) => (result.kind === 'added' ? 'added' : result.code)
const hashes = (transactions: Iterable<UserTransaction>) => [...transactions].map(({ hash }) => toHex(hash))

test('pool: the order is tip down, then arrival; nonces of a sender ascend', () => {
  const { pool } = openPool()
  const low = made(a, 0, { maxPriorityFeePerGas: 1n })
  const after = made(a, 1, { maxPriorityFeePerGas: 5n * GWEI })
  const high = made(b, 0, { maxPriorityFeePerGas: 3n * GWEI })
  const equalLater = made(c, 0, { maxPriorityFeePerGas: 3n * GWEI })
  for (const transaction of [after, low, high, equalLater]) assert.is(codeOf(send(pool, transaction)), 'added')
  assert.equal(hashes(pool.best()), hashes([high, equalLater, low, after]))
  assert.equal(pool.status(low.hash), { kind: 'pending', position: 2 })
})

test('pool: the effective tip counts, not the wished one', () => {
  const { pool } = openPool()
  const capped = made(a, 0, { maxFeePerGas: GWEI + 1n, maxPriorityFeePerGas: GWEI })
  const honest = made(b, 0, { maxFeePerGas: 2n * GWEI, maxPriorityFeePerGas: 2n })
  for (const transaction of [capped, honest]) send(pool, transaction)
  assert.equal(hashes(pool.best()), hashes([honest, capped]))
})

test('pool: a gap waits and says for which nonce; filling it makes all executable', () => {
  const { pool } = openPool()
  const later = made(a, 2)
  const result = send(pool, later)
  assert.ok(result.kind === 'added' && !result.isExecutable)
  assert.equal(pool.status(later.hash), { kind: 'queued', missingNonce: 0n })
  send(pool, made(a, 0))
  assert.equal(pool.status(later.hash), { kind: 'queued', missingNonce: 1n })
  assert.is(pool.nextNonce(a.address), 1n)
  send(pool, made(a, 1))
  assert.equal(pool.status(later.hash), { kind: 'pending', position: 2 })
  assert.is(pool.nextNonce(a.address), 3n)
  assert.equal([pool.pendingCount, pool.queuedCount], [3, 0])
})

test('pool: replacement needs ten percent on both fees; the loser’s fate names the winner', () => {
  const { pool } = openPool()
  const first = made(a, 0, { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: 2n * GWEI })
  send(pool, first)
  const refused = [
    made(a, 0, { maxFeePerGas: 11n * GWEI - 1n, maxPriorityFeePerGas: 3n * GWEI }),
    made(a, 0, { maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: (22n * GWEI) / 10n - 1n }),
  ]
  for (const transaction of refused) {
    const result = send(pool, transaction)
    assert.ok(result.kind === 'invalid' && result.message === 'replacement transaction underpriced')
  }
  const winner = made(a, 0, { maxFeePerGas: 11n * GWEI, maxPriorityFeePerGas: (22n * GWEI) / 10n })
  const result = send(pool, winner)
  assert.ok(result.kind === 'added' && toHex(result.replaced!) === toHex(first.hash))
  assert.equal(pool.status(first.hash), { kind: 'replaced', by: winner.hash })
  assert.is(pool.pendingCount, 1)
})

test('pool: refusals carry the words that wallets match', () => {
  const { pool } = openPool()
  const known = made(a, 0)
  send(pool, known)
  const poor: TestAccount = { key: uintToBytes(99, 32), address: new Uint8Array(20) }
  const stranger = made(poor, 0)
  const cases: [Uint8Array, string][] = [
    [known.bytes, 'already known'],
    [stranger.bytes, 'insufficient funds for gas * price + value: address 0x'],
    [made(a, 1, { value: 2000n * OPEN }).bytes, 'insufficient funds'],
    [made(a, 1_200).bytes, 'nonce too high'],
    [made(b, 0, { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }).bytes, 'max fee per gas less than block base fee'],
    [new Uint8Array(131_073), 'oversized data'],
    [Uint8Array.of(3, 0xc0), 'transaction type not supported'],
    [Uint8Array.of(0x7e, 0xc0), 'transaction type not supported'],
    [Uint8Array.of(0xff), 'rlp'],
  ]
  for (const [bytes, words] of cases) {
    const result = pool.add(bytes, 'local')
    assert.ok(
      result.kind === 'invalid' && result.message.includes(words),
      `${words}: ${result.kind === 'invalid' ? result.message : 'added'}`,
    )
  }
  const low = createPool(world.rules, { head: { ...headOf(world), nonce: () => 5n }, nowMs: () => 0 }).add(
    made(a, 4).bytes,
    'peer',
  )
  assert.ok(low.kind === 'invalid' && low.message === 'nonce too low: next nonce 5, tx nonce 4')
})

test('pool: the balance must cover the whole queue', () => {
  const { pool } = openPool()
  assert.is(codeOf(send(pool, made(a, 0, { value: 600n * OPEN }))), 'added')
  assert.is(codeOf(send(pool, made(a, 1, { value: 600n * OPEN }))), 'PoolFunds')
  assert.is(codeOf(send(pool, made(a, 1, { value: 300n * OPEN }))), 'added')
})

test('pool: limits per account and pool; a better price evicts only beyond the guarantee', () => {
  const { pool } = openPool({
    executableGuaranteed: 1,
    executableMax: 3,
    queuedMax: 2,
    poolExecutableMax: 4,
    poolQueuedMax: 3,
  })
  for (const nonce of [0, 1, 2]) assert.is(codeOf(send(pool, made(a, nonce))), 'added')
  assert.is(codeOf(send(pool, made(a, 3))), 'PoolAccountFull')
  assert.is(codeOf(send(pool, made(b, 0))), 'added')
  assert.is(codeOf(send(pool, made(c, 0, { maxPriorityFeePerGas: GWEI }))), 'PoolFull', 'no better price')
  assert.is(codeOf(send(pool, made(c, 0, { maxPriorityFeePerGas: 2n * GWEI }))), 'added')
  const fate = pool.status(made(a, 2).hash)
  assert.ok(fate.kind === 'dropped' && fate.reason === 'PoolFull')
  for (const nonce of [3, 4]) assert.is(codeOf(send(pool, made(b, nonce))), 'added')
  assert.is(codeOf(send(pool, made(b, 5))), 'PoolAccountFull')
  assert.is(codeOf(send(pool, made(c, 5))), 'added')
  assert.is(codeOf(send(pool, made(c, 4))), 'PoolFull')
})

test('pool: a block takes its transactions; others of the same nonce learn what replaced them', () => {
  const { pool } = openPool()
  const [first, second] = [made(a, 0), made(a, 1)]
  for (const transaction of [first, second]) send(pool, transaction)
  const rival = made(b, 0, { value: 1n })
  send(pool, made(b, 0))
  const head = { ...headOf(world), nonce: (address: Uint8Array) => (toHex(address) === toHex(c.address) ? 0n : 1n) }
  pool.setHead(head, { number: 9, transactions: [first, rival] })
  assert.equal(pool.status(first.hash), { kind: 'mined', blockNumber: 9 })
  assert.equal(pool.status(made(b, 0).hash), { kind: 'replaced', by: rival.hash })
  assert.equal(pool.status(second.hash), { kind: 'pending', position: 0 })
  assert.equal(hashes(pool.best()), hashes([second]))
  pool.setHead({ ...head, balanceWei: () => 0n }, { number: 10, transactions: [] })
  const fate = pool.status(second.hash)
  assert.ok(fate.kind === 'dropped' && fate.reason === 'InsufficientFunds')
  assert.equal([pool.pendingCount, pool.queuedCount], [0, 0])
})

test('pool: a fee below the base fee waits, and holds up what follows it', () => {
  const { pool } = openPool()
  const cheap = made(a, 0, { maxFeePerGas: GWEI / 2n, maxPriorityFeePerGas: 1n })
  const next = made(a, 1)
  for (const transaction of [cheap, next]) assert.is(codeOf(send(pool, transaction)), 'added')
  assert.equal(hashes(pool.best()), [])
  for (const { hash } of [cheap, next])
    assert.equal(pool.status(hash), { kind: 'waiting', baseFeeWei: GWEI, blocking: cheap.hash, maxFeeWei: GWEI / 2n })
  pool.setHead({ ...headOf(world), baseFeeWei: GWEI / 4n }, { number: 1, transactions: [] })
  assert.equal(hashes(pool.best()), hashes([cheap, next]))
})

test('pool: what waits behind a gap expires; what can be mined does not', () => {
  const { pool, clock } = openPool()
  const [ready, gapped] = [made(a, 0), made(b, 1)]
  for (const transaction of [ready, gapped]) send(pool, transaction)
  clock.ms = 4 * 3_600_000
  pool.setHead(headOf(world), { number: 1, transactions: [] })
  assert.is(pool.status(ready.hash).kind, 'pending')
  const fate = pool.status(gapped.hash)
  assert.ok(fate.kind === 'dropped' && fate.reason === 'Expired')
})

test('pool: a transaction that the builder abandons twice is refused for a while', () => {
  const { pool, clock } = openPool()
  const slow = made(a, 0)
  send(pool, slow)
  pool.abort(slow)
  assert.is(pool.status(slow.hash).kind, 'pending')
  pool.abort(slow)
  const fate = pool.status(slow.hash)
  assert.ok(fate.kind === 'dropped' && fate.reason === 'Aborted')
  assert.is(codeOf(send(pool, slow)), 'PoolAborted')
  clock.ms = 600_001
  assert.is(codeOf(send(pool, slow)), 'added')
})

test('pool: a builder’s refusal of state drops, one of block space does not', () => {
  const { pool } = openPool()
  const [one, two] = [made(a, 0), made(b, 0)]
  for (const transaction of [one, two]) send(pool, transaction)
  pool.skip(one, refuse('InsufficientFunds', 2n, 1n))
  pool.skip(two, refuse('BlockGas', 2n, 1n))
  assert.is(pool.status(one.hash).kind, 'dropped')
  assert.is(pool.status(two.hash).kind, 'pending')
})

test('pool: one pending transaction per authority, and one in flight for a delegated account', () => {
  const { pool } = openPool()
  const chainId = world.rules.params.chainId
  const delegate = (from: TestAccount, authority: TestAccount, nonce = 0) => {
    const authorization = eoaCode7702SignAuthorization(
      [uintToBytes(chainId, 4), COINBASE, new Uint8Array(0)],
      authority.key,
    )
    const fields = {
      chainId,
      nonce: BigInt(nonce),
      gasLimit: 100_000n,
      maxFeePerGas: 5n * GWEI,
      maxPriorityFeePerGas: GWEI,
      to: COINBASE,
      authorizationList: [authorization] as never,
    }
    return decoded(world, createEOACode7702Tx(fields, { common: world.rules.common }).sign(from.key))
  }
  assert.is(codeOf(send(pool, delegate(a, c))), 'added')
  assert.is(codeOf(send(pool, delegate(b, c))), 'PoolAuthority')
  assert.is(codeOf(send(pool, made(c, 1))), 'PoolDelegated')
  assert.is(codeOf(send(pool, made(c, 0))), 'added')
  assert.is(codeOf(send(pool, made(c, 1))), 'PoolDelegated')
})

test('pool: only recovered local transactions are journalled', () => {
  const { pool } = openPool()
  const [mine, theirs] = [made(a, 0), made(b, 0)]
  pool.add(mine.bytes, 'local')
  pool.add(theirs.bytes, 'peer')
  assert.equal(hashes(pool.local()), hashes([mine]))
  assert.is(pool.get(theirs.hash)?.kind, 'user')
  assert.is(pool.get(new Uint8Array(32)), undefined)
})

const signedOnce = new Map<string, UserTransaction>()
function cached(sender: number, nonce: number, fee: number): UserTransaction {
  const key = [sender, nonce, fee].join()
  let transaction = signedOnce.get(key)
  if (transaction === undefined) {
    transaction = made(world.accounts[sender]!, nonce, {
      maxFeePerGas: BigInt(fee) * GWEI,
      maxPriorityFeePerGas: BigInt(fee) * GWEI,
    })
    signedOnce.set(key, transaction)
  }
  return transaction
}

test('pool: after any moves, counts are true and every transaction ever accepted has a fate', () => {
  const add = fc.record({
    kind: fc.constant('add' as const),
    sender: fc.nat(2),
    nonce: fc.nat(5),
    fee: fc.integer({ min: 1, max: 4 }),
  })
  const mine = fc.record({ kind: fc.constant('mine' as const), count: fc.nat(3) })
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 5, arbitrary: add }, { weight: 1, arbitrary: mine }), { maxLength: 40 }),
      (moves) => {
        const nonces = new Map<string, bigint>()
        const head: PoolHead = { ...headOf(world), nonce: (address) => nonces.get(toHex(address)) ?? 0n }
        const { pool } = openPool(
          { executableGuaranteed: 1, executableMax: 4, queuedMax: 2, poolExecutableMax: 7, poolQueuedMax: 4 },
          head,
        )
        const accepted = new Map<string, UserTransaction>()
        let number = 0
        for (const move of moves) {
          if (move.kind === 'add') {
            const transaction = cached(move.sender, move.nonce, move.fee)
            if (send(pool, transaction).kind === 'added') accepted.set(toHex(transaction.hash), transaction)
          } else {
            const transactions = [...pool.best()].slice(0, move.count)
            for (const { sender, nonce } of transactions) nonces.set(toHex(sender), nonce + 1n)
            pool.setHead(head, { number: ++number, transactions })
            for (const { hash } of transactions) assert.is(pool.status(hash).kind, 'mined')
          }
          checkPool(pool, head, accepted)
        }
      },
    ),
    { numRuns: 60 },
  )
})

function checkPool(pool: Pool, head: PoolHead, accepted: ReadonlyMap<string, UserTransaction>): void {
  const { pending, queued } = pool.content()
  assert.is(pool.pendingCount, pending.length)
  assert.is(pool.queuedCount, queued.length)
  assert.ok(pending.length <= 7 && queued.length <= 4 + 7)
  const best = [...pool.best()]
  assert.equal(hashes(best).sort(), hashes(pending).sort())
  const next = new Map<string, bigint>()
  for (const { sender, nonce } of best) {
    assert.is(nonce, next.get(toHex(sender)) ?? head.nonce(sender))
    next.set(toHex(sender), nonce + 1n)
  }
  for (const [hash, transaction] of accepted) {
    const { kind } = pool.status(transaction.hash)
    const isHeld = pool.get(transaction.hash) !== undefined
    assert.ok(kind !== 'unknown', hash)
    assert.is(isHeld, kind === 'pending' || kind === 'queued' || kind === 'waiting', `${hash} ${kind}`)
  }
}

test.run()
