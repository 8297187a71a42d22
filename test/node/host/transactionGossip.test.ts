/** What becomes of a transaction that a peer sends: admitted and passed on, kept to ourselves, or held against the peer. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createTransactionGossip } from '../../../node/host/transactionGossip.ts'
import type { PoolHead } from '../../../runtime/pool/admission.ts'
import { createPool } from '../../../runtime/pool/pool.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { createWorld, GWEI, OPEN, signed } from '../../runtime/world.ts'

const head: PoolHead = {
  nonce: () => 0n,
  balanceWei: () => OPEN,
  code: () => new Uint8Array(0),
  baseFeeWei: GWEI,
  gasLimit: 30_000_000n,
}

test('transaction gossip: what the pool takes is passed on, broken ones are rejected, the rest is ignored', async () => {
  const world = createWorld()
  const [account] = world.accounts
  const published: Uint8Array[] = []
  let admitted = 0
  const pool = createPool(world.rules, { head, nowMs: () => 0 })
  const gossip = createTransactionGossip({
    pool,
    network: { publish: (topic, bytes) => topic === 'transaction' && published.push(bytes) },
    onAdmitted: () => admitted++,
  })
  const { bytes } = signed(world, account!, { nonce: 0n, to: account!.address })
  assert.is(await gossip.receive(bytes), 'accept')
  assert.is(await gossip.receive(bytes), 'ignore')
  assert.is(await gossip.receive(signed(world, account!, { nonce: 1n, value: 2n * OPEN }).bytes), 'ignore')
  assert.is(await gossip.receive(bytes.subarray(1)), 'reject')
  assert.is(await gossip.receive(bytes.slice(0, -1)), 'reject')
  assert.equal([admitted, pool.pendingCount, published.length], [1, 1, 0])

  const own = signed(world, account!, { nonce: 1n, to: account!.address })
  assert.not(isRefusal(pool.add(own.bytes, 'local')))
  gossip.publish(own.bytes)
  assert.equal(published, [own.bytes])
})

test.run()
