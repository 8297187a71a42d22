/** ethers 6 on a real devnet: its providers, wallets and contracts unmodified, over HTTP and WebSocket. */
import {
  Contract,
  ContractFactory,
  type EventLog,
  HDNodeWallet,
  isError,
  JsonRpcProvider,
  Mnemonic,
  NonceManager,
  parseEther,
  WebSocketProvider,
} from 'ethers'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DEV_MNEMONIC } from '../../../genesis/devnet.ts'
import type { DemoChain } from '../../../node/demo/devnetProcess.ts'
import { datanetAbi } from '../../../precompiles/generated/datanet.ts'
import { DATANET } from '../../../studio/chain/datanet.ts'
import { compileCounter } from '../../rpc/counter.ts'
import { joinDevnet } from './clientDevnet.ts'

const counter = compileCounter()
const abi = counter.abi as never

const membership = joinDevnet()
let devnet: DemoChain
let provider: JsonRpcProvider
let socket: WebSocketProvider
let deployed: Contract

const walletOf = (index: number) =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(DEV_MNEMONIC), `m/44'/60'/0'/0/${index}`)

test.before(async () => {
  devnet = await membership.open()
  // ethers keeps answers for 250 ms; a test asks for the newest.
  provider = new JsonRpcProvider(devnet.url, undefined, { cacheTimeout: -1, polling: true, pollingInterval: 50 })
  socket = new WebSocketProvider(devnet.url.replace('http', 'ws'), undefined, { cacheTimeout: -1 })
})

test.after(async () => {
  provider.destroy()
  await socket.destroy()
  await membership.leave()
})

test('ethers: deploys, writes, reads and finds the event', async () => {
  const wallet = walletOf(0).connect(provider)
  const contract = await new ContractFactory(abi, counter.bytecode, wallet).deploy(40n)
  await contract.waitForDeployment()
  deployed = new Contract(await contract.getAddress(), abi, wallet)
  const sent = await deployed.getFunction('add')(2n)
  const receipt = await sent.wait()
  assert.is(receipt.status, 1)
  assert.is(await deployed.getFunction('count')(), 42n)
  const [event] = await deployed.queryFilter('Counted', 0)
  assert.equal([...(event as EventLog).args], [wallet.address, 42n])
  assert.is((event as EventLog).transactionHash, sent.hash)
})

test('ethers: a revert is decoded, custom error and text', async () => {
  const add = (n: bigint) =>
    deployed
      .getFunction('add')
      .staticCall(n)
      .catch((error: unknown) => error)
  const custom = await add(101n)
  assert.ok(isError(custom, 'CALL_EXCEPTION'))
  assert.equal([custom.revert?.name, [...(custom.revert?.args ?? [])]], ['TooMuch', [101n, 100n]])
  const worded = await add(7n)
  assert.ok(isError(worded, 'CALL_EXCEPTION'))
  assert.is(worded.reason, 'seven is out')
})

test("ethers: a native's refusal is decoded as a contract's", async () => {
  const datanet = new Contract(DATANET, datanetAbi as never, walletOf(1).connect(provider))
  const error = await datanet
    .getFunction('getDatanet')(99n)
    .catch((thrown: unknown) => thrown)
  assert.ok(isError(error, 'CALL_EXCEPTION'))
  assert.equal([error.revert?.name, [...(error.revert?.args ?? [])]], ['UnknownDatanet', [99n]])
})

test('ethers: refusals of the node have the codes that ethers gives them', async () => {
  const poor = walletOf(900).connect(provider)
  const { address: to } = walletOf(1)
  const codeOf = (sent: Promise<unknown>) =>
    sent.then(
      () => undefined,
      (error: { code: string }) => error.code,
    )
  assert.is(await codeOf(poor.sendTransaction({ to, value: 1n })), 'INSUFFICIENT_FUNDS')
  assert.is(
    await codeOf(walletOf(0).connect(provider).sendTransaction({ to, nonce: 0, gasLimit: 21_000n })),
    'NONCE_EXPIRED',
  )
})

test('ethers: transactions in flight from one wallet are mined in order', async () => {
  const signer = new NonceManager(walletOf(3).connect(provider))
  const { address: to } = walletOf(901)
  const sent = await Promise.all([1n, 2n, 3n].map((n) => signer.sendTransaction({ to, value: parseEther(`${n}`) })))
  const blocks = []
  for (const transaction of sent) blocks.push((await transaction.wait())!.blockNumber)
  assert.equal(
    blocks,
    [...blocks].sort((a, b) => a - b),
  )
  assert.is(await provider.getBalance(to), parseEther('6'))
})

test('ethers: the node signs for its dev accounts, and fee data follow the chain', async () => {
  const signer = await provider.getSigner(4)
  const sent = await signer.sendTransaction({ to: walletOf(902).address, value: 5n })
  assert.is((await sent.wait())!.status, 1)
  const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData()
  const block = await provider.getBlock('latest')
  assert.ok(maxFeePerGas! >= block!.baseFeePerGas! + maxPriorityFeePerGas!)
})

test('ethers: heads and events arrive over a WebSocket', async () => {
  const listening = deployed.connect(socket) as Contract
  const heads: number[] = []
  const head = new Promise<void>((resolve) => {
    void socket.on('block', (number: number) => {
      heads.push(number)
      resolve()
    })
  })
  const counts: bigint[] = []
  const counted = new Promise<void>((resolve) => {
    void listening.on('Counted', (_who: string, count: bigint) => {
      counts.push(count)
      resolve()
    })
  })
  // Both subscriptions are asked for before this is answered.
  const before = await socket.getBlockNumber()
  const { blockNumber } = await (await deployed.getFunction('add')(1n)).wait()
  await Promise.all([head, counted])
  assert.is(blockNumber, before + 1)
  assert.is(heads[0], blockNumber)
  assert.equal(counts, [43n])
})

test.run()
