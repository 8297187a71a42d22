/** viem, ethers and Hardhat deploy and call contracts, unmodified, over HTTP and WebSocket. */
import { createRequire } from 'node:module'
import { Contract, ContractFactory, JsonRpcProvider, Wallet, WebSocketProvider } from 'ethers'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  parseEther,
  webSocket,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { DATANET_ADDRESS } from '../../precompiles/addresses.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { toHex } from '../../primitives/bytes.ts'
import { compileCounter, counterAbi } from './counter.ts'
import { openRealNode } from './realBackend.ts'

const node = await openRealNode()
const { bytecode } = compileCounter()
const chain = defineChain({
  id: Number(node.backend.chainId),
  name: 'devnet',
  nativeCurrency: { name: 'OPEN', symbol: 'OPEN', decimals: 18 },
  rpcUrls: { default: { http: [node.server.httpUrl], webSocket: [node.server.wsUrl] } },
})
const TO = '0x00000000000000000000000000000000000c0ffe' as const

test.after(() => node.close())

for (const [name, transport] of [
  ['http', http(node.server.httpUrl)],
  ['websocket', webSocket(node.server.wsUrl)],
] as const)
  test(`viem over ${name}: deploys, writes, reads, decodes errors and events`, async () => {
    const account = privateKeyToAccount(toHex(node.keys[name === 'http' ? 0 : 1]!))
    const client = createPublicClient({ chain, transport, pollingInterval: 10 })
    const wallet = createWalletClient({ account, chain, transport, pollingInterval: 10 })
    const deployed = await client.waitForTransactionReceipt({
      hash: await wallet.deployContract({ abi: counterAbi, bytecode, args: [40n] }),
    })
    assert.is(deployed.status, 'success')
    const address = deployed.contractAddress!
    assert.is((await client.getCode({ address }))!.length > 100, true)
    const hash = await wallet.writeContract({ address, abi: counterAbi, functionName: 'add', args: [2n] })
    const receipt = await client.waitForTransactionReceipt({ hash })
    assert.is(receipt.type, 'eip1559')
    assert.is(await client.readContract({ address, abi: counterAbi, functionName: 'count' }), 42n)
    const [event] = await client.getContractEvents({ address, abi: counterAbi, eventName: 'Counted', fromBlock: 0n })
    assert.equal([event?.args.who, event?.args.count], [account.address, 42n])
    for (const [n, words] of [
      [7n, 'seven is out'],
      [500n, 'TooMuch(uint256 wanted, uint256 max)'],
    ] as const)
      try {
        await client.simulateContract({ address, abi: counterAbi, functionName: 'add', args: [n], account })
        assert.unreachable()
      } catch (error) {
        const reverted = (error as BaseError).walk((cause) => cause instanceof ContractFunctionRevertedError)
        assert.instance(reverted, ContractFunctionRevertedError)
        assert.match((error as BaseError).message, words)
      }
    if (name === 'websocket')
      ((await transport({ chain }).value?.getRpcClient?.()) as { close(): void } | undefined)?.close()
  })

test('viem: fills, sends and waits in one call; every type of transaction', async () => {
  const account = privateKeyToAccount(toHex(node.keys[2]!))
  const transport = http(node.server.httpUrl)
  const client = createPublicClient({ chain, transport, pollingInterval: 10 })
  const wallet = createWalletClient({ account, chain, transport })
  const value = parseEther('1')
  const before = await client.getBalance({ address: TO })
  const kinds = [
    { type: 'legacy' },
    { type: 'eip2930', accessList: [{ address: TO, storageKeys: [] }] },
    { type: 'eip1559' },
  ] as const
  for (const kind of kinds) {
    const receipt = await client.waitForTransactionReceipt({
      hash: await wallet.sendTransaction({ to: TO, value, ...kind } as Parameters<typeof wallet.sendTransaction>[0]),
    })
    assert.equal([receipt.status, receipt.type], ['success', kind.type])
    const sent = await client.getTransaction({ hash: receipt.transactionHash })
    assert.equal([sent.from, sent.value, sent.type], [account.address.toLowerCase(), value, kind.type])
  }
  const authorization = await wallet.signAuthorization({ contractAddress: TO, executor: 'self' })
  const delegated = await client.waitForTransactionReceipt({
    hash: await wallet.sendTransaction({ to: account.address, authorizationList: [authorization] }),
  })
  assert.equal([delegated.status, delegated.type], ['success', 'eip7702'])
  assert.is(await client.getCode({ address: account.address }), `0xef0100${TO.slice(2)}`)
  const sync = await wallet.sendTransactionSync({ to: TO, value })
  assert.is(sync.status, 'success')
  assert.is((await client.getBalance({ address: TO })) - before, 4n * value)
})

test('viem: a native is a contract like any other', async () => {
  const account = privateKeyToAccount(toHex(node.keys[3]!))
  const transport = http(node.server.httpUrl)
  const client = createPublicClient({ chain, transport, pollingInterval: 10 })
  const wallet = createWalletClient({ account, chain, transport })
  const address = toHex(DATANET_ADDRESS)
  const args = ['Weather', 'text', 'CC-BY-4.0', 0, 0n, ''] as const
  const hash = await wallet.writeContract({ address, abi: datanetAbi, functionName: 'createDatanet', args })
  assert.is((await client.waitForTransactionReceipt({ hash })).status, 'success')
  const info = await client.readContract({ address, abi: datanetAbi, functionName: 'getDatanet', args: [1n] })
  assert.is(info.name, 'Weather')
  const ask = (method: string, ...params: unknown[]) => client.request({ method, params } as never) as Promise<never>
  const shown = (await ask('openledger_getDatanet', 1)) as { name: string; curation: string; datanetId: string }
  assert.equal([shown.name, shown.curation, shown.datanetId], ['Weather', 'open', '1'])
  assert.is(await ask('openledger_getDatanet', 2), null)
  assert.is(await ask('openledger_getJob', 1), null)
  try {
    await client.simulateContract({
      address,
      abi: datanetAbi,
      functionName: 'createDatanet',
      args: ['', ...args.slice(1)] as never,
    })
    assert.unreachable()
  } catch (error) {
    assert.match((error as BaseError).message, 'EmptyName()')
  }
})

test('ethers: deploys, writes, reads, decodes errors, hears events', async () => {
  const provider = new JsonRpcProvider(node.server.httpUrl, undefined, { pollingInterval: 10, cacheTimeout: -1 })
  const wallet = new Wallet(toHex(node.keys[4]!), provider)
  const abi = counterAbi as unknown as ConstructorParameters<typeof ContractFactory>[0]
  const deployed = await new ContractFactory(abi, bytecode, wallet).deploy(1n)
  await deployed.waitForDeployment()
  const counter = new Contract(await deployed.getAddress(), abi, wallet)
  const receipt = await (await counter['add']!(4n)).wait()
  assert.is(receipt.status, 1)
  assert.is(await counter['count']!(), 5n)
  try {
    await counter['add']!.staticCall(101n)
    assert.unreachable()
  } catch (error) {
    assert.equal(
      [(error as { code: string }).code, (error as { revert: { name: string } }).revert.name],
      ['CALL_EXCEPTION', 'TooMuch'],
    )
  }
  const past = await counter.queryFilter('Counted')
  assert.is(past.length, 1)
  assert.is((await provider.getBlock('latest', true))!.prefetchedTransactions.length, 1)
  assert.is((await provider.getFeeData()).gasPrice! > 0n, true)
  provider.destroy()
})

test('ethers over websocket: hears heads and events', async () => {
  const provider = new WebSocketProvider(node.server.wsUrl, undefined, { cacheTimeout: -1 })
  const wallet = new Wallet(toHex(node.keys[5]!), provider)
  const abi = counterAbi as unknown as ConstructorParameters<typeof ContractFactory>[0]
  const deployed = await new ContractFactory(abi, bytecode, wallet).deploy(1n)
  await deployed.waitForDeployment()
  const counter = new Contract(await deployed.getAddress(), abi, wallet)
  const heard = new Promise<bigint>((resolve) => counter.once('Counted', (_who, count: bigint) => resolve(count)))
  const block = new Promise<number>((resolve) => provider.once('block', resolve))
  // Listening starts with a request of its own: it must have been answered before the event.
  await provider.getBlockNumber()
  await (await counter['add']!(1n)).wait()
  assert.is(await heard, 2n)
  assert.type(await block, 'number')
  await provider.destroy()
})

test('Hardhat: its provider stack signs with local accounts, and sends from the accounts of the node', async () => {
  const { createProvider } = createRequire(import.meta.url)('hardhat/internal/core/providers/construction')
  const network = (accounts: unknown) => ({
    networks: {
      ours: {
        url: node.server.httpUrl,
        accounts,
        chainId: chain.id,
        gas: 'auto',
        gasPrice: 'auto',
        gasMultiplier: 1,
        timeout: 10_000,
        httpHeaders: {},
      },
    },
    paths: {},
  })
  for (const accounts of [[toHex(node.keys[6]!)], 'remote']) {
    const provider = await createProvider(network(accounts), 'ours')
    const [from] = (await provider.request({ method: 'eth_accounts' })) as string[]
    const data = `${bytecode}${'1'.padStart(64, '0')}`
    const hash = await provider.request({ method: 'eth_sendTransaction', params: [{ from, data }] })
    const receipt = await provider.request({ method: 'eth_getTransactionReceipt', params: [hash] })
    assert.is(receipt.status, '0x1')
    const call = { to: receipt.contractAddress, data: '0x06661abd' }
    const count = await provider.request({ method: 'eth_call', params: [call, 'latest'] })
    assert.is(BigInt(count), 1n)
  }
})

test.run()
