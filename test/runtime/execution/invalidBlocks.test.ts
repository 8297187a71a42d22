/** A valid block broken rule by rule, the balance audit, and what the builder leaves out. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SYSTEM_ADDRESS } from '../../../precompiles/addresses.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { type Block, type Transaction, transactionsRoot } from '../../../runtime/block/block.ts'
import { type Header, hashHeader } from '../../../runtime/block/header.ts'
import { auditSupply } from '../../../runtime/execution/audit.ts'
import { buildBlock } from '../../../runtime/execution/buildBlock.ts'
import { type CheckContext, executeBlock } from '../../../runtime/execution/executeBlock.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { createSystemTransaction } from '../../../runtime/transactions/systemTransaction.ts'
import type { UserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import { accepted, createWorld, OPEN, signed } from '../world.ts'

const world = createWorld()
const { rules, accounts } = world
const [a, b] = [accounts[0]!, accounts[1]!]
await world.mine([])
const context: CheckContext = world.context()
const transfer = (nonce: bigint, extra = {}) =>
  signed(world, a, { nonce, to: b.address, value: OPEN, gasLimit: 21_000n, ...extra })
const valid = await buildBlock(world.context({ transactions: [transfer(0n), transfer(1n)] }))

/** The valid block with some header fields or transactions changed, its transactionsRoot kept honest. */
function changed(header: Partial<Header>, transactions: readonly Transaction[] = valid.transactions): Block {
  const root = transactionsRoot(rules.keccak, transactions)
  const full = { ...valid.header, transactionsRoot: root, ...header }
  return { hash: hashHeader(rules.keccak, full), header: full, transactions }
}

async function codeOf(block: Block, extra: Partial<CheckContext> = {}): Promise<string> {
  const result = await executeBlock({ ...context, ...extra }, block)
  return isRefusal(result) ? result.code : 'ok'
}

test('invalid block: the block itself is valid', async () => {
  const executed = accepted(await executeBlock(context, changed({})))
  assert.is(toHex(executed.hash), toHex(valid.hash))
})

test('invalid block: every header field that is wrong is named by its rule', async () => {
  const other = new Uint8Array(32).fill(9)
  const bloom = new Uint8Array(256).fill(1)
  const { header } = valid
  const cases: [Partial<Header>, string][] = [
    [{ parentHash: other }, 'ParentHash'],
    [{ number: header.number + 1 }, 'Number'],
    [{ number: header.number - 1 }, 'Number'],
    [{ gasLimit: header.gasLimit + 1n }, 'GasLimit'],
    [{ gasUsed: header.gasLimit + 1n }, 'GasUsedMax'],
    [{ gasUsed: header.gasUsed + 1n }, 'GasUsed'],
    [{ baseFeeWei: header.baseFeeWei + 1n }, 'BaseFee'],
    [{ baseFeeWei: 0n }, 'BaseFee'],
    [{ timestamp: context.parent.header.timestamp - 1 }, 'Timestamp'],
    [{ coinbase: a.address }, 'Coinbase'],
    [{ extraData: other }, 'EpochHash'],
    [{ mixHash: other }, 'MixHash'],
    [{ parentBeaconBlockRoot: other }, 'OriginHash'],
    [{ transactionsRoot: other }, 'TransactionsRoot'],
    [{ logsBloom: bloom }, 'LogsBloom'],
    [{ receiptsRoot: other }, 'ReceiptsRoot'],
    [{ stateRoot: other }, 'StateRoot'],
  ]
  for (const [fields, code] of cases) assert.is(await codeOf(changed(fields)), code, Object.keys(fields).join())
})

test('invalid block: a repeated second is valid, an earlier one is not', async () => {
  const built = await buildBlock(world.context({ timestamp: context.parent.header.timestamp }))
  assert.is(await codeOf(built), 'ok')
})

test('invalid block: each transaction that cannot stand where it stands', async () => {
  const poor = { key: new Uint8Array(32).fill(5), address: new Uint8Array(20) }
  const base = context.parent.header.baseFeeWei
  const cases: [readonly UserTransaction[], string][] = [
    [[transfer(1n)], 'NonceTooHigh'],
    [[transfer(0n), transfer(0n)], 'NonceTooLow'],
    [[transfer(0n, { value: 1001n * OPEN })], 'InsufficientFunds'],
    [[signed(world, poor, { nonce: 0n, to: b.address })], 'InsufficientFunds'],
    [[transfer(0n, { maxFeePerGas: base / 2n, maxPriorityFeePerGas: 0n })], 'FeeTooLow'],
    [spinners(), 'BlockGas'],
  ]
  for (const [transactions, code] of cases) assert.is(await codeOf(changed({}, transactions)), code, code)
})

/** Two endless loops of 2^24 gas do not fit 30,000,000. */
const spinners = () =>
  [0n, 1n].map((nonce) => signed(world, a, { nonce, data: Uint8Array.of(0x5b, 0x5f, 0x56), gasLimit: 1n << 24n }))

test('invalid block: a sender with code (EIP-3607)', async () => {
  const contract = createWorld({ accounts: [{ address: a.address, code: Uint8Array.of(0) }] })
  const transaction = signed(contract, a, { nonce: 0n, to: b.address })
  const { skipped } = await buildBlock(contract.context({ transactions: [transaction] }))
  assert.is(skipped[0]?.refusal.code, 'SenderHasCode')
})

test('invalid block: system transactions that are no settlement, or stand too late', async () => {
  const fake = createSystemTransaction(rules.keccak, {
    sourceHash: new Uint8Array(32),
    from: SYSTEM_ADDRESS,
    to: b.address,
    mintWei: OPEN,
    valueWei: OPEN,
    gas: 100_000n,
    isSystemTx: true,
    data: new Uint8Array(0),
  })
  assert.is(await codeOf(changed({}, [fake])), 'SettlementForm')
  assert.is(await codeOf(changed({}, [transfer(0n), fake])), 'Order')
})

test('invalid block: the parent state decides, so a refused block leaves no trace', async () => {
  await codeOf(changed({ stateRoot: new Uint8Array(32) }))
  assert.is(await codeOf(changed({})), 'ok')
})

test('audit: wei that appears or vanishes stops the node', async () => {
  const { changes } = valid
  const parent = context.parent.state
  const fair = { mintedWei: 0n, burntWei: 0n, isBurnPossible: false }
  auditSupply(changes, parent, fair)
  assert.throws(() => auditSupply(changes, parent, { ...fair, burntWei: 1n }), /balance audit/)
  assert.throws(() => auditSupply(changes, parent, { ...fair, mintedWei: 1n }), /balance audit/)
  auditSupply(changes, parent, { ...fair, mintedWei: 1n, isBurnPossible: true })
  assert.throws(() => auditSupply(changes, parent, { ...fair, burntWei: 1n, isBurnPossible: true }), /balance audit/)
})

test('builder: skips what cannot stand, keeps the rest, respects gas and the clock', async () => {
  const late = signed(world, b, { nonce: 5n, to: a.address })
  const spin = signed(world, b, { nonce: 0n, data: Uint8Array.of(0x5b, 0x5f, 0x56), gasLimit: 1n << 24n })
  const built = await buildBlock(world.context({ transactions: [transfer(0n), late, transfer(1n), spin] }))
  assert.equal(
    built.transactions.map(({ hash }) => toHex(hash)),
    [transfer(0n), transfer(1n)].map(({ hash }) => toHex(hash)),
  )
  assert.equal(
    built.skipped.map(({ refusal }) => refusal.code),
    ['NonceTooHigh'],
  )
  assert.is(await codeOf(built), 'ok')

  let nowMs = 0
  const budget = { nowMs: () => nowMs++, endMs: 6 }
  const calls = [0n, 1n, 2n, 3n].map((nonce) => signed(world, b, { nonce, to: SHA256, gasLimit: 200_000n }))
  const timed = await buildBlock(world.context({ transactions: [transfer(0n), ...calls], budget }))
  assert.ok(timed.transactions.length >= 1 && timed.transactions.length < 5)
  assert.is(timed.aborted.length, 1, 'the call in which the time ran out is rolled back')
  assert.is(await codeOf(timed), 'ok')
})

/** The SHA-256 precompile: frames at which the clock is read. */
const SHA256 = new Uint8Array(20).fill(0).with(19, 2)

test.run()
