/** Blocks, transactions, receipts, state, logs, proofs and fees, read from a real chain. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeDeployData, encodeFunctionData, type Hex, keccak256, toBytes } from 'viem'
import { compileCounter, counterAbi } from './counter.ts'
import { openRealNode } from './realBackend.ts'
import { ask } from './rpcClient.ts'

/** Block 1 creates the counter, 2 and 3 count, 4 is empty, 5 counts again from another account. */
const node = await openRealNode()
const { port } = node.server
const { bytecode } = compileCounter()
const read = async <T = Hex>(method: string, ...params: unknown[]): Promise<T> => {
  const { result, error } = await ask(port, method, ...params)
  if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`)
  return result as T
}
const [alice, bob] = (await read<Hex[]>('eth_accounts')) as [Hex, Hex]
const creation = encodeDeployData({ abi: counterAbi, bytecode, args: [1n] })
const created = await read('eth_sendTransaction', { from: alice, data: creation })
const counter = (await read<{ contractAddress: Hex }>('eth_getTransactionReceipt', created)).contractAddress
const count = (from: Hex, n: bigint) =>
  read('eth_sendTransaction', {
    from,
    to: counter,
    data: encodeFunctionData({ abi: counterAbi, functionName: 'add', args: [n] }),
  })
const second = await count(alice, 5n)
await count(alice, 6n)
await read('evm_mine')
await count(bob, 7n - 1n)
const TOPIC = keccak256(toBytes('Counted(address,uint256)'))
const topicOf = (address: Hex): Hex => `0x${address.slice(2).padStart(64, '0')}`

test.after(() => node.close())

interface Shown {
  readonly [name: string]: Hex
}

test('blocks: by number, tag and hash are one block; what does not exist is null', async () => {
  const byNumber = await read<Shown>('eth_getBlockByNumber', '0x2', false)
  assert.equal(await read('eth_getBlockByHash', byNumber['hash'], false), byNumber)
  for (const tag of ['latest', 'safe', 'finalized'])
    assert.is((await read<Shown>('eth_getBlockByNumber', tag)).number, '0x5', tag)
  assert.is((await read<Shown>('eth_getBlockByNumber', 'earliest'))['number'], '0x0')
  for (const missing of ['0x6', '0xffffffff']) assert.is(await read<unknown>('eth_getBlockByNumber', missing), null)
  assert.is(await read<unknown>('eth_getBlockByHash', `0x${'ab'.repeat(32)}`), null)
  assert.is((byNumber as unknown as { transactions: Hex[] }).transactions[0], second)
  assert.is(byNumber['extraData']!.length, 66)
})

test('blocks: the hash is of the header that the fields make', async () => {
  for (const height of ['0x0', '0x1', '0x4']) {
    const header = await read<Shown>('eth_getHeaderByNumber', height)
    const stored = node.chain.store.header(Number(height))!
    assert.is(keccak256(stored), header['hash'])
    const parent = await read<Shown>('eth_getHeaderByHash', header['parentHash'])
    if (height !== '0x0') assert.is(parent['number'], `0x${(Number(height) - 1).toString(16)}`)
  }
})

test('blocks: counts of transactions and uncles', async () => {
  assert.is(await read('eth_getBlockTransactionCountByNumber', '0x2'), '0x1')
  assert.is(await read('eth_getBlockTransactionCountByNumber', '0x4'), '0x0')
  assert.is(await read<unknown>('eth_getBlockTransactionCountByNumber', '0x9'), null)
  assert.is(await read('eth_getUncleCountByBlockNumber', '0x2'), '0x0')
})

test('transactions: by hash, by place, raw; the same everywhere', async () => {
  const byHash = await read<Shown>('eth_getTransactionByHash', second)
  assert.equal(await read('eth_getTransactionByBlockNumberAndIndex', '0x2', '0x0'), byHash)
  assert.equal(await read('eth_getTransactionByBlockHashAndIndex', byHash['blockHash'], '0x0'), byHash)
  const whole = await read<{ transactions: Shown[] }>('eth_getBlockByNumber', '0x2', true)
  assert.equal(whole.transactions, [byHash])
  assert.is(keccak256(await read('eth_getRawTransactionByHash', second)), second)
  assert.equal([byHash['from'], byHash['to'], byHash['type'], byHash['nonce']], [alice, counter, '0x2', '0x1'])
  assert.is(await read<unknown>('eth_getTransactionByBlockNumberAndIndex', '0x2', '0x1'), null)
  assert.is(await read<unknown>('eth_getTransactionByHash', `0x${'ab'.repeat(32)}`), null)
})

test('receipts: gas, logs and created contracts; by block as by hash', async () => {
  const receipt = await read<Shown & { logs: Shown[] }>('eth_getTransactionReceipt', second)
  assert.equal(await read('eth_getBlockReceipts', '0x2'), [receipt])
  assert.equal(await read('eth_getBlockReceipts', receipt['blockHash']), [receipt])
  assert.equal(await read('eth_getBlockReceipts', { blockHash: receipt['blockHash'] }), [receipt])
  assert.is(receipt['status'], '0x1')
  assert.is(receipt['contractAddress'], null as unknown as Hex)
  assert.equal(receipt.logs[0]!['topics'], [TOPIC, topicOf(alice)] as unknown as Hex)
  const block = await read<Shown>('eth_getBlockByNumber', '0x2')
  const paid = BigInt(receipt['effectiveGasPrice']!)
  assert.ok(paid > BigInt(block['baseFeePerGas']!))
  assert.is(receipt['gasUsed'], block['gasUsed'])
  assert.is(await read<unknown>('eth_getTransactionReceipt', `0x${'ab'.repeat(32)}`), null)
})

test('state: balance, nonce, code and storage at heights, by EIP-1898 too', async () => {
  const storageAt = (block: unknown) => read('eth_getStorageAt', counter, '0x0', block)
  assert.equal(
    [BigInt(await storageAt('0x1')), BigInt(await storageAt('0x2')), BigInt(await storageAt('latest'))],
    [1n, 6n, 18n],
  )
  const { hash } = await read<Shown>('eth_getBlockByNumber', '0x2')
  assert.is(BigInt(await storageAt({ blockHash: hash, requireCanonical: true })), 6n)
  assert.is(BigInt(await storageAt({ blockNumber: '0x2' })), 6n)
  assert.equal(await read('eth_getCode', counter, '0x0'), '0x')
  assert.is(await read('eth_getTransactionCount', alice, '0x2'), '0x2')
  assert.is(await read('eth_getTransactionCount', alice, 'pending'), '0x3')
  assert.is(await read('eth_getBalance', `0x${'99'.repeat(20)}`), '0x0')
  assert.ok(BigInt(await read('eth_getBalance', alice, '0x0')) > BigInt(await read('eth_getBalance', alice)))
  assert.is((await ask(port, 'eth_getBalance', alice, '0x99')).error?.message, 'header not found')
})

test('logs: by address, topic and range, in order, with their places', async () => {
  const heights = async (filter: object) =>
    (await read<Shown[]>('eth_getLogs', filter)).map((log) => Number(log['blockNumber']))
  const all = { fromBlock: 'earliest', toBlock: 'latest' }
  assert.equal(await heights(all), [2, 3, 5])
  assert.equal(await heights({ ...all, address: counter }), [2, 3, 5])
  assert.equal(await heights({ ...all, address: [alice, counter] }), [2, 3, 5])
  assert.equal(await heights({ ...all, address: alice }), [])
  assert.equal(await heights({ ...all, topics: [TOPIC] }), [2, 3, 5])
  assert.equal(await heights({ ...all, topics: [null, topicOf(alice)] }), [2, 3])
  assert.equal(await heights({ ...all, topics: [[TOPIC], [topicOf(alice), topicOf(bob)]] }), [2, 3, 5])
  assert.equal(await heights({ ...all, topics: [topicOf(alice)] }), [])
  assert.equal(await heights({ ...all, topics: [TOPIC, null, null] }), [])
  assert.equal(await heights({ fromBlock: '0x3', toBlock: '0x4' }), [3])
  assert.equal(await heights({ fromBlock: '0x6', toBlock: '0x9' }), [])
  assert.equal(await heights({}), [5])
  const [log] = await read<Shown[]>('eth_getLogs', {
    blockHash: (await read<Shown>('eth_getBlockByNumber', '0x3'))['hash'],
  })
  const receipt = await read<{ logs: Shown[] }>('eth_getTransactionReceipt', log!['transactionHash'])
  assert.equal(receipt.logs, [log])
  assert.is((await ask(port, 'eth_getLogs', { blockHash: `0x${'ab'.repeat(32)}` })).error?.message, 'unknown block')
})

test('filters: getFilterLogs looks back, getFilterChanges only forward', async () => {
  const id = await read('eth_newFilter', { fromBlock: '0x0', address: counter })
  assert.is((await read<Shown[]>('eth_getFilterLogs', id)).length, 3)
  assert.equal(await read<unknown>('eth_getFilterChanges', id), [])
  await count(bob, 1n)
  assert.is((await read<Shown[]>('eth_getFilterChanges', id)).length, 1)
})

test('proofs: account and slots lead to the state root of their block', async () => {
  const words = [`0x${'0'.repeat(64)}`, '0x1']
  for (const height of ['0x2', 'latest']) {
    const { stateRoot } = await read<{ stateRoot: Hex }>('eth_getBlockByNumber', height)
    const proof = await read<{
      accountProof: Hex[]
      storageHash: Hex
      storageProof: { key: string; value: Hex; proof: Hex[] }[]
    }>('eth_getProof', counter, words, height)
    assert.is(keccak256(proof.accountProof[0]!), stateRoot)
    assert.is(keccak256(proof.storageProof[0]!.proof[0]!), proof.storageHash)
    assert.equal(
      proof.storageProof.map(({ key }) => key),
      words,
    )
    assert.is(BigInt(proof.storageProof[0]!.value), BigInt(await read('eth_getStorageAt', counter, '0x0', height)))
    assert.is(proof.storageProof[1]!.value, '0x0')
  }
})

test('fees: history fits the blocks, prices leave headroom', async () => {
  const history = await read<{ oldestBlock: Hex; baseFeePerGas: Hex[]; gasUsedRatio: number[]; reward: Hex[][] }>(
    'eth_feeHistory',
    '0x3',
    '0x3',
    [0, 50, 100],
  )
  assert.is(history.oldestBlock, '0x1')
  assert.is(history.baseFeePerGas.length, 4)
  for (const [i, fee] of history.baseFeePerGas.entries())
    assert.is(fee, (await read<Shown>('eth_getBlockByNumber', `0x${(i + 1).toString(16)}`))['baseFeePerGas'])
  assert.ok(history.gasUsedRatio.every((ratio) => ratio > 0 && ratio < 1))
  assert.equal(history.reward[0], ['0x3b9aca00', '0x3b9aca00', '0x3b9aca00'])
  const [next, price, tip] = [
    await read('eth_baseFee'),
    await read('eth_gasPrice'),
    await read('eth_maxPriorityFeePerGas'),
  ]
  assert.is(BigInt(price), 2n * BigInt(next) + BigInt(tip))
  assert.is((await read<{ baseFeePerGas: Hex[] }>('eth_feeHistory', '0x0', 'latest')).baseFeePerGas.length, 0)
})

test('transactionStatus: mined with its place, or unknown', async () => {
  const mined = await read<Shown>('openledger_transactionStatus', second)
  assert.equal([mined['status'], mined['blockNumber']], ['mined', '0x2'] as unknown as Hex[])
  assert.is(
    (await read<Shown>('openledger_transactionStatus', `0x${'ab'.repeat(32)}`))['status'],
    'unknown' as unknown as Hex,
  )
})

test('content: what is put is found by text id and by digest', async () => {
  const { contentId, digest } = await read<{ contentId: string; digest: Hex }>('openledger_putContent', '0x010203')
  assert.match(contentId, /^bafkrei/)
  assert.is(await read('openledger_getContent', contentId), '0x010203')
  assert.is(await read('openledger_getContent', digest), '0x010203')
  assert.is(await read<unknown>('openledger_getContent', `0x${'00'.repeat(32)}`), null)
})

test('the pending block: the next height, no hash', async () => {
  const pending = await read<Record<string, unknown>>('eth_getBlockByNumber', 'pending')
  const head = await read<Shown>('eth_getBlockByNumber', 'latest')
  assert.is(pending['hash'], null)
  assert.is(Number(pending['number']), Number(head['number']) + 1)
  assert.is(pending['parentHash'], head['hash'])
})

test.run()
