/** Calls, gas estimates, access lists and the worker pool, over HTTP against a real chain. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import { DATANET_ADDRESS } from '../../precompiles/addresses.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { toHex } from '../../primitives/bytes.ts'
import { compileCounter, counterAbi } from './counter.ts'
import { openRealNode } from './realBackend.ts'
import { ask, type RpcAnswer } from './rpcClient.ts'

const node = await openRealNode()
const { bytecode } = compileCounter()
const { port } = node.server
const FROM = ((await ask(port, 'eth_accounts')).result as Hex[])[0]!
const creation = encodeDeployData({ abi: counterAbi, bytecode, args: [1n] })
const hash = (await ask(port, 'eth_sendTransaction', { from: FROM, data: creation })).result
const counter = ((await ask(port, 'eth_getTransactionReceipt', hash)).result as { contractAddress: Hex })
  .contractAddress
const call = (functionName: 'add' | 'clear' | 'relay' | 'spin' | 'count', args: readonly bigint[] = []) => ({
  from: FROM,
  to: counter,
  data: encodeFunctionData({ abi: counterAbi, functionName, args } as Parameters<typeof encodeFunctionData>[0]),
})
const native = {
  from: FROM,
  to: toHex(DATANET_ADDRESS),
  data: encodeFunctionData({
    abi: datanetAbi,
    functionName: 'createDatanet',
    args: ['Weather', 'text', 'CC0', 0, 0n, 'x'.repeat(100)],
  }),
}
const throughContract = {
  from: FROM,
  to: counter,
  data: encodeFunctionData({ abi: counterAbi, functionName: 'openDatanet', args: [native.to, native.data] }),
}

test.after(() => node.close())

const failureOf = async (answer: Promise<RpcAnswer>) => {
  const { error, result } = await answer
  assert.is(result, undefined)
  return [error?.code, error?.message]
}

for (const [name, transaction] of Object.entries({
  'a transfer': { from: FROM, to: `0x${'77'.repeat(20)}`, value: '0x1' },
  'a creation': { from: FROM, data: creation },
  'a write': call('add', [5n]),
  'a refund': call('clear'),
  'an inner call': call('relay', [5n]),
  'a native': native,
  'a native behind a contract': throughContract,
  'an access list': { ...call('add', [5n]), accessList: [{ address: counter, storageKeys: [`0x${'0'.repeat(64)}`] }] },
}))
  test(`eth_estimateGas: ${name} succeeds with it and not with 1 less`, async () => {
    const { result, error } = await ask(port, 'eth_estimateGas', transaction)
    assert.is(error, undefined)
    const gas = BigInt(result as Hex)
    const run = async (limit: bigint) => ask(port, 'eth_call', { ...transaction, gas: `0x${limit.toString(16)}` })
    assert.is((await run(gas)).error, undefined)
    assert.ok((await run(gas - 1n)).error !== undefined)
  })

test('eth_estimateGas: what a block charges for the estimate is at most that', async () => {
  const sent = (await ask(port, 'eth_sendTransaction', native)).result
  const receipt = (await ask(port, 'eth_getTransactionReceipt', sent)).result as { status: Hex; gasUsed: Hex }
  const mined = (await ask(port, 'eth_getTransactionByHash', sent)).result as { gas: Hex }
  assert.is(receipt.status, '0x1')
  // No refunds and no inner calls: the estimate is the gas used.
  assert.is(receipt.gasUsed, mined.gas)
})

test('eth_estimateGas: refuses in the words that wallets match', async () => {
  assert.equal(await failureOf(ask(port, 'eth_estimateGas', call('add', [7n]))), [
    3,
    'execution reverted: seven is out',
  ])
  assert.equal(await failureOf(ask(port, 'eth_estimateGas', { ...call('add', [5n]), gas: '0x6000' })), [
    -32000,
    'gas required exceeds allowance (24576)',
  ])
  const poor = `0x${'99'.repeat(20)}`
  for (const price of [{}, { maxFeePerGas: '0xee6b2800' }])
    assert.equal(await failureOf(ask(port, 'eth_estimateGas', { from: poor, to: FROM, value: '0x1', ...price })), [
      -32000,
      `insufficient funds for gas * price + value: address ${poor} have 0 want 1`,
    ])
})

test('eth_call: refuses in the words that wallets match', async () => {
  const cases: readonly [object, number, RegExp][] = [
    [{ ...call('count'), gas: '0x5208' }, -32000, /^intrinsic gas too low: have 21000, want at least 21160 gas$/],
    [{ ...call('count'), gas: '0x5300' }, -32000, /^out of gas$/],
    [{ ...call('count'), maxFeePerGas: '0x1', gas: '0x5300' }, -32000, /^max fee per gas less than block base fee/],
    [
      { to: FROM, value: '0x1' },
      -32000,
      /^insufficient funds for gas \* price \+ value: address 0x0{40} have 0 want 1$/,
    ],
    [{ from: FROM, data: '0xfe' }, -32000, /invalid opcode/],
  ]
  for (const [message, code, words] of cases) {
    const { error } = await ask(port, 'eth_call', message)
    assert.is(error?.code, code)
    assert.match(error!.message, words)
  }
})

test('eth_call: a contract may be the caller', async () => {
  const { result } = await ask(port, 'eth_call', { ...call('count'), from: counter })
  assert.is(BigInt(result as Hex), 1n)
})

test('eth_call: overrides change balance, code, storage for this call only', async () => {
  const poor = `0x${'99'.repeat(20)}`
  const gift = { from: poor, to: FROM, value: '0x5' }
  assert.is((await ask(port, 'eth_call', gift, 'latest', { [poor]: { balance: '0x5' } })).result, '0x')
  const slot = `0x${'0'.repeat(64)}`
  const word = `0x${'2a'.padStart(64, '0')}`
  for (const part of ['state', 'stateDiff'])
    assert.is(
      (await ask(port, 'eth_call', call('count'), 'latest', { [counter]: { [part]: { [slot]: word } } })).result,
      word,
    )
  // PUSH1 7, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
  const seven = { [poor]: { code: '0x60075f5260205ff3' } }
  assert.is(BigInt((await ask(port, 'eth_call', { to: poor }, 'latest', seven)).result as Hex), 7n)
  assert.is(BigInt((await ask(port, 'eth_call', call('count'))).result as Hex), 1n)
})

test('eth_call: runs on the state of any height', async () => {
  const before = (await ask(port, 'eth_blockNumber')).result
  await ask(port, 'eth_sendTransaction', call('add', [10n]))
  assert.is(BigInt((await ask(port, 'eth_call', call('count'))).result as Hex), 11n)
  assert.is(BigInt((await ask(port, 'eth_call', call('count'), before)).result as Hex), 1n)
  assert.is((await ask(port, 'eth_call', call('count'), '0x0')).result, '0x')
  assert.is((await ask(port, 'eth_call', call('count'), '0xffffff')).error?.message, 'header not found')
})

test('eth_createAccessList: names what the call touches, and makes it cheaper or equal when used', async () => {
  const { result } = await ask(port, 'eth_createAccessList', call('relay', [5n]))
  const { accessList, gasUsed } = result as { accessList: { address: Hex; storageKeys: Hex[] }[]; gasUsed: Hex }
  assert.equal(accessList, [{ address: counter, storageKeys: [`0x${'0'.repeat(64)}`] }])
  assert.ok(BigInt(gasUsed) > 21_000n)
  const failed = (await ask(port, 'eth_createAccessList', call('add', [7n]))).result as { error: string }
  assert.is(failed.error, 'execution reverted')
})

/** A node of its own, whose deadline is far below the time that a loop's gas lasts. */
async function withSpinner(
  body: (port: number) => Promise<void>,
  options: { deadlineMs?: number; workers?: number } = {},
): Promise<void> {
  const spinner = await openRealNode({ deadlineMs: 1_000, ...options })
  const { port } = spinner.server
  // The first contract of the same account: its address is `counter` again.
  await ask(port, 'eth_sendTransaction', { from: FROM, data: creation })
  try {
    await body(port)
  } finally {
    await spinner.close()
  }
}

test('workers: a loop without end is stopped at the deadline, and the next call is answered', () =>
  withSpinner(async (port) => {
    const answers = await Promise.all([ask(port, 'eth_call', call('spin')), ask(port, 'eth_call', call('count'))])
    assert.equal([answers[0].error?.code, answers[0].error?.message], [-32002, 'execution aborted (timeout = 1s)'])
    assert.is(BigInt(answers[1].result as Hex), 1n)
  }))

test('workers: the main loop answers while a call spins', () =>
  withSpinner(async (port) => {
    const spinning = ask(port, 'eth_call', call('spin'))
    const first = await Promise.race([spinning.then(() => 'call'), ask(port, 'eth_chainId').then(() => 'chainId')])
    assert.is(first, 'chainId')
    await spinning
  }))

test('workers: while a call spins, another thread starts and answers the next', () =>
  withSpinner(
    async (port) => {
      const spinning = ask(port, 'eth_call', call('spin')).then(
        () => 'spin',
        () => 'closed',
      )
      const counting = ask(port, 'eth_call', call('count')).then(({ result }) => BigInt(result as Hex))
      assert.is(await Promise.race([spinning, counting]), 1n)
    },
    { workers: 2, deadlineMs: 60_000 },
  ))

test.run()
