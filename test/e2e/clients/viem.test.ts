/** viem 2 on a real devnet, as a decentralised application uses it: its public, wallet and test actions unmodified. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Block,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  type Log,
  numberToHex,
  parseEther,
  publicActions,
  webSocket,
  zeroAddress,
} from 'viem'
import { type LocalAccount, mnemonicToAccount } from 'viem/accounts'
import { DEV_MNEMONIC } from '../../../genesis/devnet.ts'
import type { DemoChain } from '../../../node/demo/devnetProcess.ts'
import { compileCounter, counterAbi } from '../../rpc/counter.ts'
import { joinDevnet } from './clientDevnet.ts'
import { thrownBy } from './errors.ts'

const counter = compileCounter()
const account = (index: number): LocalAccount => mnemonicToAccount(DEV_MNEMONIC, { addressIndex: index })

const membership = joinDevnet()
let devnet: DemoChain
let client: ReturnType<typeof openClient>
let socket: ReturnType<typeof openClient>
let admin: ReturnType<typeof openAdmin>
let address: Hex

/**
 * Defaults of viem but for the polling, which only waits, and for its cache of the block number: a number that viem asked
 * for just before a block would make the confirmations of that block's transactions 0.
 */
function openClient(transport: ReturnType<typeof http> | ReturnType<typeof webSocket>) {
  const { chain } = devnet.client
  const options = { account: account(0), chain, transport, pollingInterval: 50, cacheTime: 0 }
  return createWalletClient(options).extend(publicActions)
}

function openAdmin() {
  return createTestClient({ chain: devnet.client.chain, mode: 'hardhat', transport: http(devnet.url) })
}

test.before(async () => {
  devnet = await membership.open()
  client = openClient(http(devnet.url))
  socket = openClient(webSocket(devnet.url.replace('http', 'ws')))
  admin = openAdmin()
})

test.after(async () => {
  const { getRpcClient } = socket.transport as unknown as ReturnType<ReturnType<typeof webSocket>>['value'] & object
  ;(await getRpcClient()).close()
  await membership.leave()
})

const read = { abi: counterAbi, functionName: 'count' } as const
const statusOf = (hash: Hex): Promise<Record<string, string>> =>
  client.request({ method: 'openledger_transactionStatus', params: [hash] } as never)

/** Holds blocks back while `work` fills the pool. */
async function withoutBlocks(work: () => Promise<void>): Promise<void> {
  await admin.setAutomine(false)
  try {
    await work()
  } finally {
    await admin.setAutomine(true)
    await admin.mine({ blocks: 1 })
  }
}

test('viem: deploys, writes and reads a contract', async () => {
  const hash = await client.deployContract({ abi: counterAbi, bytecode: counter.bytecode, args: [40n] })
  const receipt = await client.waitForTransactionReceipt({ hash })
  assert.is(receipt.status, 'success')
  address = receipt.contractAddress!
  assert.is(await client.readContract({ ...read, address }), 40n)
  const { request } = await client.simulateContract({ address, abi: counterAbi, functionName: 'add', args: [2n] })
  const added = await client.waitForTransactionReceipt({ hash: await client.writeContract(request) })
  assert.is(await client.readContract({ ...read, address }), 42n)
  assert.is(await client.readContract({ ...read, address, blockNumber: added.blockNumber - 1n }), 40n)
  const [event] = await client.getContractEvents({ address, abi: counterAbi, eventName: 'Counted', fromBlock: 0n })
  assert.is(event!.args.count, 42n)
  assert.is((await client.getCode({ address }))!.length > 100, true)
})

test('viem: a transaction, its receipt and its block agree on every name', async () => {
  const hash = await client.sendTransaction({ to: account(1).address, value: 5n, type: 'legacy' })
  const receipt = await client.waitForTransactionReceipt({ hash })
  const transaction = await client.getTransaction({ hash })
  const block = await client.getBlock({ blockHash: receipt.blockHash, includeTransactions: true })
  assert.is(transaction.value, 5n)
  assert.equal(block.transactions[receipt.transactionIndex], transaction)
  assert.is(block.number, receipt.blockNumber)
  assert.is(await client.getTransactionConfirmations({ hash }), 1n)
})

test('viem: many reads travel as one Multicall3 call, a failed one among them', async () => {
  const contracts = [
    { ...read, address },
    { address, abi: counterAbi, functionName: 'add', args: [101n] },
    { address, abi: counterAbi, functionName: 'relay', args: [1n] },
  ] as const
  const [count, refused, relayed] = await client.multicall({ contracts })
  assert.is(count.result, 42n)
  assert.is(refused.status, 'failure')
  assert.match(String(refused.error), 'TooMuch')
  assert.is(relayed.status, 'success')
})

test('viem: a revert arrives as the contract wrote it, error name and arguments', async () => {
  const add = (n: bigint) => client.simulateContract({ address, abi: counterAbi, functionName: 'add', args: [n] })
  const custom = await thrownBy(add(101n), 'ContractFunctionRevertedError')
  assert.equal([custom.data.errorName, custom.data.args], ['TooMuch', [101n, 100n]])
  assert.is((await thrownBy(add(7n), 'ContractFunctionRevertedError')).reason, 'seven is out')
})

test('viem: the refusals of the node are the errors that viem names', async () => {
  const poor = account(900)
  const to = account(1).address
  const send = (request: object) => client.sendTransaction({ to, ...request } as never)
  await thrownBy(send({ account: poor, value: 1n }), 'InsufficientFundsError')
  await thrownBy(send({ nonce: 0, gas: 21_000n }), 'NonceTooLowError')
  await thrownBy(send({ gas: 20_000n }), 'IntrinsicGasTooLowError')
  await thrownBy(send({ maxFeePerGas: 1n, maxPriorityFeePerGas: 2n, gas: 21_000n }), 'TipAboveFeeCapError')
  await thrownBy(client.call({ to, maxFeePerGas: 1n }), 'FeeCapTooLowError')
  const unknown = await thrownBy(client.request({ method: 'eth_nothing' } as never), 'MethodNotFoundRpcError')
  assert.match(unknown.details, 'eth_nothing')
  await thrownBy(client.getBlock({ blockNumber: 1_000_000n }), 'BlockNotFoundError')
  await thrownBy(client.getTransaction({ hash: keccak256('0x00') }), 'TransactionNotFoundError')
})

test('viem: sends and has the receipt in one request', async () => {
  const nonce = await client.getTransactionCount({ address: account(0).address })
  const request = await client.prepareTransactionRequest({ to: zeroAddress, value: 1n, nonce })
  const serializedTransaction = await client.signTransaction(request as never)
  const receipt = await client.sendRawTransactionSync({ serializedTransaction })
  assert.is(receipt.transactionHash, keccak256(serializedTransaction))
  assert.is(receipt.status, 'success')
})

test('viem: an account delegates to a contract by an EIP-7702 authorisation', async () => {
  const owner = account(5)
  const authorization = await client.signAuthorization({ account: owner, contractAddress: address })
  const hash = await client.writeContract({
    address: owner.address,
    abi: counterAbi,
    functionName: 'add',
    args: [3n],
    authorizationList: [authorization],
  })
  assert.is((await client.waitForTransactionReceipt({ hash })).status, 'success')
  assert.is(await client.getCode({ address: owner.address }), `0xef0100${address.slice(2)}`)
  assert.is(await client.readContract({ ...read, address: owner.address }), 3n)
  assert.is(await client.readContract({ ...read, address }), 42n)
})

test('viem: fees, history and access list describe the chain as it is', async () => {
  const block = await client.getBlock()
  const history = await client.getFeeHistory({ blockCount: 3, rewardPercentiles: [10, 90] })
  assert.is(history.oldestBlock, block.number - 2n)
  assert.is(history.baseFeePerGas.length, 4)
  assert.is(history.baseFeePerGas[2], block.baseFeePerGas)
  assert.equal(
    history.reward!.map((one) => one.length),
    [2, 2, 2],
  )
  const { maxFeePerGas, maxPriorityFeePerGas } = await client.estimateFeesPerGas()
  assert.ok(maxFeePerGas >= block.baseFeePerGas! + maxPriorityFeePerGas)
  const data = encodeFunctionData({ abi: counterAbi, functionName: 'relay', args: [1n] })
  const { accessList } = await client.createAccessList({ to: address, data })
  assert.equal(accessList, [{ address, storageKeys: [numberToHex(0, { size: 32 })] }])
})

test('viem: a nonce gap queues, the node says what is missing, and the gap filled both are mined', async () => {
  const sender = account(9)
  const send = (nonce: number) => client.sendTransaction({ account: sender, to: zeroAddress, nonce, gas: 21_000n })
  const later = await send(1)
  const waiting = await statusOf(later)
  assert.equal([waiting['status'], waiting['nextNonce']], ['queued', '0x0'])
  const first = await send(0)
  for (const hash of [first, later]) {
    await client.waitForTransactionReceipt({ hash })
    assert.is((await statusOf(hash))['status'], 'mined')
  }
})

test('viem: a higher price replaces a waiting transaction, and the replaced one says by what', async () => {
  const sender = account(9)
  let [cheap, dear]: Hex[] = []
  await withoutBlocks(async () => {
    const nonce = await client.getTransactionCount({ address: sender.address })
    const send = (value: bigint, factor: bigint) =>
      client.sendTransaction({
        account: sender,
        to: zeroAddress,
        value,
        nonce,
        gas: 21_000n,
        maxFeePerGas: 4_000_000_000n * factor,
        maxPriorityFeePerGas: 1_000_000_000n * factor,
      })
    cheap = await send(1n, 1n)
    assert.is((await statusOf(cheap))['status'], 'pending')
    assert.match(String(await send(1n, 1n).catch((error) => error)), 'already known')
    assert.match(String(await send(2n, 1n).catch((error) => error)), 'replacement transaction underpriced')
    assert.is(await client.getTransactionCount({ address: sender.address, blockTag: 'pending' }), nonce + 1)
    dear = await send(2n, 2n)
  })
  const replaced = await statusOf(cheap!)
  assert.equal([replaced['status'], replaced['by']], ['replaced', dear])
  assert.is((await client.waitForTransactionReceipt({ hash: dear! })).status, 'success')
})

test('viem: heads and logs arrive over a WebSocket, each once and in order', async () => {
  const heads: bigint[] = []
  const logs: Log[] = []
  const faults: unknown[] = []
  const onError = (error: unknown) => faults.push(error)
  let done = () => {}
  const all = new Promise<void>((resolve) => (done = resolve))
  const settle = () => heads.length >= 3 && logs.length >= 3 && done()
  const stops = [
    socket.watchBlocks({
      onBlock(block: Block) {
        heads.push(block.number!)
        settle()
      },
      onError,
    }),
    socket.watchContractEvent({
      address,
      abi: counterAbi,
      eventName: 'Counted',
      onLogs(found) {
        logs.push(...(found as Log[]))
        settle()
      },
      onError,
    }),
  ]
  // A subscription is asked for in the background: this request is answered after both.
  await socket.getBlockNumber({ cacheTime: 0 })
  const start = await client.getBlockNumber({ cacheTime: 0 })
  for (const n of [1n, 2n, 3n]) {
    const hash = await socket.writeContract({ address, abi: counterAbi, functionName: 'add', args: [n] })
    await socket.waitForTransactionReceipt({ hash })
  }
  await all
  for (const stop of stops) stop()
  assert.equal(heads.slice(0, 3), [start + 1n, start + 2n, start + 3n])
  assert.equal(
    logs.map((log) => log.blockNumber),
    [start + 1n, start + 2n, start + 3n],
  )
  assert.equal(faults, [])
})

test('viem: filters over HTTP give each change once', async () => {
  const filter = await client.createContractEventFilter({ address, abi: counterAbi, eventName: 'Counted' })
  const blocks = await client.createBlockFilter()
  const hash = await client.writeContract({ address, abi: counterAbi, functionName: 'add', args: [1n] })
  const { blockHash } = await client.waitForTransactionReceipt({ hash })
  assert.equal(
    (await client.getFilterChanges({ filter })).map((log) => log.transactionHash),
    [hash],
  )
  assert.equal(await client.getFilterChanges({ filter }), [])
  assert.equal(await client.getFilterChanges({ filter: blocks }), [blockHash])
  assert.is(await client.uninstallFilter({ filter }), true)
})

test('viem: the node fills what a wallet leaves open, and the filled transaction is mined', async () => {
  const filled = await client.fillTransaction({ account: account(7), to: zeroAddress, value: parseEther('1') })
  assert.is(filled.transaction.gas, 21_000n)
  const serializedTransaction = await account(7).signTransaction(filled.transaction as never)
  const receipt = await client.sendRawTransactionSync({ serializedTransaction })
  assert.is(receipt.status, 'success')
})

test('viem: test actions mine, and blocks keep their parents', async () => {
  const before = await client.getBlock()
  await admin.mine({ blocks: 3 })
  const after = await client.getBlock()
  assert.is(after.number, before.number + 3n)
  let { parentHash } = after
  for (let number = after.number - 1n; number > before.number; number--)
    parentHash = (await client.getBlock({ blockHash: parentHash })).parentHash
  assert.is(parentHash, before.hash)
  assert.is(numberToHex(await client.getChainId()), numberToHex(77_116_120))
})

test.run()
