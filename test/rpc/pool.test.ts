/** Sending transactions, and what RPC tells of those that wait, on a real chain and pool. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Hex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { toHex } from '../../primitives/bytes.ts'
import { openRealNode } from './realBackend.ts'
import { ask } from './rpcClient.ts'

const node = await openRealNode()
const { port } = node.server
node.isMining = false
const accounts = node.keys.map((key) => privateKeyToAccount(toHex(key)))
const TO = `0x${'77'.repeat(20)}` as const
const GWEI = 10n ** 9n

test.after(() => node.close())

const signed = (account: PrivateKeyAccount, nonce: number, more: object = {}): Promise<Hex> =>
  account.signTransaction({
    type: 'eip1559',
    chainId: Number(node.backend.chainId),
    to: TO,
    value: 1n,
    nonce,
    gas: 21_000n,
    maxFeePerGas: 4n * GWEI,
    maxPriorityFeePerGas: GWEI,
    ...more,
  })
const submit = async (account: PrivateKeyAccount, nonce: number, more: object = {}) =>
  ask(port, 'eth_sendRawTransaction', await signed(account, nonce, more))
const sent = async (account: PrivateKeyAccount, nonce: number, more: object = {}): Promise<Hex> =>
  (await submit(account, nonce, more)).result as Hex
const statusOf = async (hash: Hex) =>
  (await ask(port, 'openledger_transactionStatus', hash)).result as Record<string, unknown>

test('sending: refusals are -32000 in the words that wallets match', async () => {
  const [account] = accounts
  await sent(account!, 0)
  await ask(port, 'evm_mine')
  await sent(account!, 1)
  const cases: readonly [number, object, RegExp][] = [
    [0, {}, /^nonce too low: next nonce 1, tx nonce 0$/],
    [9_999, {}, /^nonce too high/],
    [1, {}, /^already known$/],
    [1, { value: 2n }, /^replacement transaction underpriced$/],
    [2, { value: 10n ** 30n }, /^insufficient funds for gas \* price \+ value: address 0x\w{40} have \d+ want \d+$/],
    [2, { gas: 20_000n }, /^intrinsic gas too low/],
    [2, { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }, /^max fee per gas less than block base fee/],
    [2, { chainId: 1 }, /^invalid chain id/],
    [2, { gas: 2n ** 25n }, /gas limit/],
  ]
  for (const [nonce, more, words] of cases) {
    const { error } = await submit(account!, nonce, more)
    assert.is(error?.code, -32000, String(words))
    assert.match(error!.message, words)
  }
  for (const raw of ['0x', '0x00', '0x03c0', '0x7ec0', '0xc0', '0x02c0', `0x02${'ff'.repeat(40)}`]) {
    const { error } = await ask(port, 'eth_sendRawTransaction', raw)
    assert.is(error?.code, -32000, raw)
  }
  await ask(port, 'evm_mine')
})

test('transactionStatus: pending, queued behind a gap, replaced, mined', async () => {
  const account = accounts[1]!
  const [first, gapped] = [await sent(account, 0), await sent(account, 2)]
  assert.equal([(await statusOf(first))['status'], (await statusOf(first))['position']], ['pending', 1])
  const queued = await statusOf(gapped)
  assert.equal([queued['status'], queued['nonce'], queued['nextNonce']], ['queued', '0x2', '0x1'])
  const better = await sent(account, 0, { maxFeePerGas: 8n * GWEI, maxPriorityFeePerGas: 2n * GWEI })
  assert.equal([(await statusOf(first))['status'], (await statusOf(first))['by']], ['replaced', better])
  await ask(port, 'evm_mine')
  assert.is((await statusOf(better))['status'], 'mined')
  assert.is((await statusOf(gapped))['status'], 'queued')
  await sent(account, 1)
  await ask(port, 'evm_mine')
  assert.is((await statusOf(gapped))['status'], 'mined')
})

test('pending: nonce, block and transaction by hash show the pool', async () => {
  const account = accounts[2]!
  const hash = await sent(account, 0)
  assert.is((await ask(port, 'eth_getTransactionCount', account.address, 'pending')).result, '0x1')
  assert.is((await ask(port, 'eth_getTransactionCount', account.address, 'latest')).result, '0x0')
  const pending = (await ask(port, 'eth_getBlockByNumber', 'pending')).result as { transactions: Hex[] }
  assert.equal(pending.transactions, [hash])
  const shown = (await ask(port, 'eth_getTransactionByHash', hash)).result as Record<string, unknown>
  assert.equal([shown['blockHash'], shown['from']], [null, account.address.toLowerCase()])
  assert.is((await ask(port, 'eth_getTransactionReceipt', hash)).result, null)
  await ask(port, 'evm_mine')
  assert.is((await ask(port, 'eth_getBlockTransactionCountByNumber', 'pending')).result, '0x0')
})

test('pending filter: hashes since the last question', async () => {
  const id = (await ask(port, 'eth_newPendingTransactionFilter')).result
  const hash = await sent(accounts[3]!, 0)
  assert.equal((await ask(port, 'eth_getFilterChanges', id)).result, [hash])
  assert.equal((await ask(port, 'eth_getFilterChanges', id)).result, [])
  await ask(port, 'evm_mine')
})

test('sendRawTransactionSync: the receipt once it is mined, error 4 with the hash when it is not', async () => {
  const account = accounts[4]!
  const late = await ask(port, 'eth_sendRawTransactionSync', await signed(account, 0), 20)
  assert.equal([late.error?.code, typeof late.error?.data], [4, 'string'])
  const waiting = ask(port, 'eth_sendRawTransactionSync', await signed(account, 1), 5_000)
  while ((await ask(port, 'eth_getTransactionCount', account.address, 'pending')).result !== '0x2');
  await ask(port, 'evm_mine')
  assert.is(((await waiting).result as { status: Hex }).status, '0x1')
})

test('fillTransaction: completes nonce, gas, fees and type; keeps what is given', async () => {
  const from = accounts[5]!.address
  const fill = async (transaction: object) =>
    (await ask(port, 'eth_fillTransaction', transaction)).result as { raw: Hex; tx: Record<string, Hex> }
  const { raw, tx } = await fill({ from, to: TO, value: '0x1' })
  assert.equal([tx['type'], tx['nonce'], tx['gas'], tx['chainId']], ['0x2', '0x0', '0x5208', '0x498b2d8'])
  assert.ok(BigInt(tx['maxFeePerGas']!) > BigInt(tx['maxPriorityFeePerGas']!))
  assert.is(raw.slice(0, 4), '0x02')
  const legacy = (await fill({ from, to: TO, gasPrice: '0x77359400', nonce: '0x5', gas: '0x7530' })).tx
  assert.equal(
    [legacy['type'], legacy['nonce'], legacy['gas'], legacy['gasPrice']],
    ['0x0', '0x5', '0x7530', '0x77359400'],
  )
  const listed = (await fill({ from, to: TO, gasPrice: '0x77359400', accessList: [] })).tx
  assert.is(listed['type'], '0x1')
})

test('dev accounts: eth_sendTransaction signs for them and for nobody else', async () => {
  const from = accounts[6]!.address
  const hash = (await ask(port, 'eth_sendTransaction', { from, to: TO, value: '0x1' })).result as Hex
  await ask(port, 'evm_mine')
  assert.is((await statusOf(hash))['status'], 'mined')
  const { error } = await ask(port, 'eth_sendTransaction', { from: TO, to: from, gas: '0x5208' })
  assert.equal([error?.code, error?.message], [-32000, `unknown account ${TO}`])
})

test.run()
