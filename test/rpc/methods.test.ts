/** Every method of the table against right, missing, surplus and garbage parameters. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createFilters } from '../../rpc/filters.ts'
import type { Method } from '../../rpc/methods/method.ts'
import { ADMIN_METHODS, DEV_METHODS, PUBLIC_METHODS } from '../../rpc/methods/table.ts'
import { createDispatch } from '../../rpc/server/dispatch.ts'
import { createSubscriptions } from '../../rpc/subscriptions.ts'
import { createFixedBackend } from './fixedBackend.ts'
import type { RpcAnswer } from './rpcClient.ts'

const METHODS = new Map<string, Method>(Object.entries({ ...PUBLIC_METHODS, ...DEV_METHODS, ...ADMIN_METHODS }))
/** Wrong for nearly every parameter; none is right for all. */
const JUNK: readonly unknown[] = [
  -1,
  1.5,
  1e300,
  true,
  '',
  '0x',
  '0xzz',
  '0x0g',
  'latest ',
  '0x00000000000000000000000000000000000000000000000000000000000000000000',
  `0x${'f'.repeat(65)}`,
  [],
  [[]],
  [null, {}],
  {},
  { constructor: 1 },
  { from: 5 },
  { to: '0x12' },
  { address: 'x', topics: 7 },
  { blockHash: '0x1', blockNumber: '0x1' },
  { accessList: [{}] },
  { authorizationList: [{ address: 1 }] },
  { data: '0x01', input: '0x02' },
  { gasPrice: '0x1', maxFeePerGas: '0x1' },
  '\u0000',
  'é'.repeat(1000),
]

function world() {
  const faults: unknown[] = []
  const dispatch = createDispatch({ methods: METHODS, onFault: (method, error) => faults.push([method, error]) })
  const session = {
    backend: createFixedBackend({ call: async () => ({ kind: 'refused', message: 'nothing runs here' }) }),
    filters: createFilters(() => 0),
    subscriptions: createSubscriptions(() => {}),
  }
  const ask = async (method: string, params?: unknown): Promise<RpcAnswer> =>
    JSON.parse((await dispatch(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), session, 'test'))!)
  return { ask, faults }
}

/** Something that each required parameter takes, by name. */
const RIGHT: Readonly<Record<string, unknown>> = {
  address: `0x${'11'.repeat(20)}`,
  account: `0x${'11'.repeat(20)}`,
  hash: `0x${'77'.repeat(32)}`,
  digest: `0x${'77'.repeat(32)}`,
  block: 'latest',
  newestBlock: 'latest',
  slot: '0x0',
  storageKeys: ['0x0'],
  transaction: { from: `0x${'11'.repeat(20)}`, to: `0x${'22'.repeat(20)}` },
  transactionIndex: '0x0',
  blockCount: '0x1',
  filter: {},
  filterId: '0x1',
  kind: 'newHeads',
  subscriptionId: '0x1',
  data: '0x12',
  content: '0x12',
  contentId: `0x${'77'.repeat(32)}`,
  isOn: true,
  intervalMs: 0,
  datanetId: 1,
  rowId: 1,
  modelId: 1,
  jobId: 1,
  row: 0,
}
const rightFor = (method: string, name: string): unknown =>
  name === 'transaction' && method.startsWith('eth_sendRaw') ? '0x02c0c0c0' : RIGHT[name]

test('methods: what the tools need is there', () => {
  for (const name of [
    'eth_chainId eth_blockNumber eth_getBalance eth_getCode eth_getStorageAt eth_getTransactionCount eth_call',
    'eth_estimateGas eth_gasPrice eth_maxPriorityFeePerGas eth_feeHistory eth_sendRawTransaction',
    'eth_sendRawTransactionSync eth_fillTransaction eth_getLogs eth_newFilter eth_newBlockFilter',
    'eth_newPendingTransactionFilter eth_getFilterChanges eth_getFilterLogs eth_uninstallFilter eth_getProof',
    'eth_createAccessList eth_syncing eth_blobBaseFee eth_subscribe eth_unsubscribe eth_accounts',
    'eth_getBlockByNumber eth_getBlockByHash eth_getBlockReceipts eth_getTransactionByHash',
    'eth_getTransactionReceipt net_version net_listening net_peerCount web3_clientVersion web3_sha3',
  ].flatMap((line) => line.split(' ')))
    assert.ok(METHODS.has(name), name)
})

test('methods: docs/rpc.md names every openledger_ method with its parameters, and no other', () => {
  const text = readFileSync(new URL('../../docs/rpc.md', import.meta.url), 'utf8')
  const told = [...text.matchAll(/^\| `(openledger_\w+\(.*?\))` \|/gm)].map(([, call]) => call)
  const ours = Object.entries(PUBLIC_METHODS).filter(([name]) => name.startsWith('openledger_'))
  const calls = ours.map(([name, { params }]) => `${name}(${params.map((own) => own.name).join(', ')})`)
  assert.equal(told.toSorted(), calls.toSorted())
})

test('methods: right parameters are answered by every one', async () => {
  const { ask, faults } = world()
  for (const [name, { params }] of METHODS) {
    const required = params.filter((one) => one.isRequired)
    const answer = await ask(
      name,
      required.map((one) => rightFor(name, one.name)),
    )
    assert.is.not(answer.error?.code, -32602, `${name}: ${answer.error?.message}`)
    assert.equal(faults, [], name)
  }
})

test('methods: peers are shown and named to callers on this machine', async () => {
  const { ask } = world()
  const { result } = await ask('admin_peers', [])
  assert.is((result as { id: string }[])[0]?.id, '12D3KooWother')
  assert.equal((await ask('admin_bans', [])).result, [{ id: '12D3KooWliar', reason: 'malformed', leftS: 2 }])
  assert.is((await ask('admin_addPeer', ['/ip4/1.2.3.4/tcp/1/p2p/x'])).result, true)
  assert.match((await ask('admin_addPeer', ['somewhere'])).error?.message ?? '', 'expected an address')
})

test('methods: a missing argument is named', async () => {
  const { ask } = world()
  for (const [name, { params }] of METHODS)
    for (const [i, missing] of params.entries()) {
      if (!missing.isRequired) continue
      const before = params.slice(0, i).map((one) => rightFor(name, one.name) ?? null)
      const { error } = await ask(name, before)
      assert.is(error?.code, -32602, name)
      assert.match(error!.message, `missing value for required argument ${i} (${missing.name})`)
    }
})

test('methods: one argument too many is refused', async () => {
  const { ask } = world()
  for (const [name, { params }] of METHODS) {
    const given = [...params.map((one) => rightFor(name, one.name) ?? null), 'junk']
    const { error } = await ask(name, given)
    assert.is(error?.code, -32602, name)
    assert.match(error!.message, `too many arguments, want at most ${params.length}`)
  }
})

test('methods: garbage in each place is an answer or -32602 with the argument named, never a fault', async () => {
  const { ask, faults } = world()
  for (const [name, { params }] of METHODS)
    for (const [i, param] of params.entries()) {
      let refusals = 0
      for (const junk of JUNK) {
        const given = params.map((one) => rightFor(name, one.name) ?? null).slice(0, i)
        const { error } = await ask(name, [...given, junk])
        assert.equal(faults, [], `${name}(${JSON.stringify(junk)})`)
        if (error?.code !== -32602) continue
        refusals++
        assert.match(error.message, param.name, `${name}(${JSON.stringify(junk)})`)
      }
      assert.ok(refusals > 0, `${name}: ${param.name} refuses nothing`)
    }
})

test('methods: parameters that are no array are refused', async () => {
  const { ask } = world()
  for (const params of [{ a: 1 }, 'x', 7, true])
    assert.is((await ask('eth_getBalance', params)).error?.code, -32602, JSON.stringify(params))
})

test('methods: names of object members are no methods', async () => {
  const { ask } = world()
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', ''])
    assert.is((await ask(name, [])).error?.code, -32601, name)
})

test('methods: words of parameter errors say what and where', async () => {
  const { ask } = world()
  const to = `0x${'22'.repeat(20)}`
  const cases: readonly [string, readonly unknown[], string][] = [
    ['eth_getBalance', ['0x12', 'latest'], 'invalid argument address: expected 20 bytes (address), got 1'],
    [
      'eth_getBalance',
      [to, '0x01'],
      'invalid argument block: expected a 0x-prefixed hex quantity without leading zeros',
    ],
    ['eth_getBalance', [to, { blockHash: 'x' }], 'invalid argument block.blockHash: expected 32-byte hash'],
    ['eth_getBalance', [to, { blockNumbr: '0x1' }], 'invalid argument block.blockNumbr: unknown field'],
    ['eth_call', [{ to, data: '0x1' }], 'invalid argument transaction.data: expected 0x-prefixed hex of whole bytes'],
    ['eth_call', [{ to, value: 5 }], 'invalid argument transaction.value: expected a 0x-prefixed hex quantity'],
    [
      'eth_call',
      [{ to, accessList: [{ address: to, storageKeys: ['0x1'] }] }],
      'transaction.accessList[0].storageKeys[0]',
    ],
    ['eth_call', [{ to, chainId: '0x1' }], 'invalid argument transaction.chainId: expected 0x498b2d8, got 0x1'],
    ['eth_call', [{ to }, 'latest', { [to]: { stat: {} } }], `stateOverrides[${to}].stat: unknown field`],
    ['eth_getLogs', [{ topics: [1] }], 'filter.topics[0]'],
    ['eth_getLogs', [{ topics: [null, null, null, null, null] }], 'filter.topics: expected at most 4 topics, got 5'],
    ['eth_getLogs', [{ fromBlock: '0x2', toBlock: '0x1' }], 'invalid block range params'],
    ['eth_feeHistory', ['0x1', 'latest', [20, 10]], 'rewardPercentiles[1]: expected a number from 20 to 100'],
  ]
  for (const [name, params, words] of cases) {
    const { error } = await ask(name, params)
    assert.is(error?.code, -32602, words)
    assert.ok(error!.message.includes(words), `${error!.message} ⊉ ${words}`)
  }
})

test.run()
