/** The HTTP transport: JSON-RPC framing, batches, limits, deadlines, hosts and origins. */
import { createConnection } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { CallOutcome } from '../../rpc/backend.ts'
import { createRpcServer, RpcListenError } from '../../rpc/server.ts'
import { createFixedBackend } from './fixedBackend.ts'
import { ask, type RpcAnswer, send } from './rpcClient.ts'
import { serving } from './serving.ts'

const batch = (count: number, method = 'eth_chainId') =>
  JSON.stringify(Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method, params: [] })))

test('http: an answer carries the id of its request', () =>
  serving(async (port) => {
    for (const id of [1, 'abc', null]) {
      const { status, text, headers } = await send(port, JSON.stringify({ jsonrpc: '2.0', id, method: 'eth_chainId' }))
      assert.is(status, 200)
      assert.is(headers['content-type'], 'application/json')
      assert.equal(JSON.parse(text), { jsonrpc: '2.0', id, result: '0x498b2d8' })
    }
  }))

test('http: what is not JSON-RPC gets its code and status 200', () =>
  serving(async (port) => {
    const cases: readonly [string, number][] = [
      ['', -32700],
      ['{', -32700],
      ['\u0000', -32700],
      ['"x"', -32600],
      ['5', -32600],
      ['null', -32600],
      ['[]', -32600],
      ['{}', -32600],
      ['{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":5}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}', -32601],
      ['{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', -32602],
    ]
    for (const [body, code] of cases) {
      const { status, text } = await send(port, body)
      assert.is(status, 200, body)
      assert.is((JSON.parse(text) as RpcAnswer).error?.code, code, body)
    }
  }))

test('http: an unknown method is refused in the words that wallets match', () =>
  serving(async (port) => {
    assert.is((await ask(port, 'eth_sign')).error?.message, 'the method eth_sign does not exist/is not available')
  }))

test('http: batches keep their order, drop notifications and mix answers with errors', () =>
  serving(async (port) => {
    const body = JSON.stringify([
      { jsonrpc: '2.0', id: 'a', method: 'eth_chainId' },
      { jsonrpc: '2.0', method: 'eth_chainId' },
      7,
      { jsonrpc: '2.0', id: 'b', method: 'nope' },
      { jsonrpc: '2.0', id: 'c', method: 'net_version' },
    ])
    const answers: RpcAnswer[] = JSON.parse((await send(port, body)).text)
    assert.equal(
      answers.map((one) => [one.id, one.error?.code ?? one.result]),
      [
        ['a', '0x498b2d8'],
        [null, -32600],
        ['b', -32601],
        ['c', '77116120'],
      ],
    )
    const { status, text } = await send(port, '{"jsonrpc":"2.0","method":"eth_chainId"}')
    assert.equal([status, text], [200, ''])
  }))

test('http: a thousand items are a batch, one more is refused', () =>
  serving(async (port) => {
    assert.is(JSON.parse((await send(port, batch(1000))).text).length, 1000)
    const { error } = JSON.parse((await send(port, batch(1001))).text) as RpcAnswer
    assert.equal([error?.code, error?.message], [-32600, 'batch too large: 1001 of at most 1000'])
  }))

test('http: a body over the bound is refused, declared or not', () =>
  serving(
    async (port) => {
      const fits = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'web3_clientVersion', pad: 'x'.repeat(900) })
      assert.is((await send(port, fits)).status, 200)
      const large = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'web3_clientVersion', pad: 'x'.repeat(2000) })
      assert.is((await send(port, large)).status, 413)
      assert.is((await send(port, large, { 'transfer-encoding': 'chunked' })).status, 413)
      assert.is((await send(port, fits)).status, 200)
    },
    { bodyBytesMax: 1024 },
  ))

test('http: a response over the bound is -32003, within a batch too', () =>
  serving(
    async (port) => {
      const { error } = await ask(port, 'web3_clientVersion')
      assert.equal([error?.code, error?.message], [-32003, 'response too large: over 2000 bytes'])
      const answers: RpcAnswer[] = JSON.parse((await send(port, batch(100))).text)
      assert.is(answers[0]?.result, '0x498b2d8')
      assert.is(answers.at(-1)?.error?.code, -32003)
      assert.is(answers.length, 100)
    },
    { responseBytesMax: 2000 },
    { clientVersion: 'v'.repeat(3000) },
  ))

test('http: a call that outlasts the deadline is -32002 and its place is free again', async () => {
  const never = () => new Promise<CallOutcome>(() => {})
  await serving(
    async (port) => {
      const { error } = await ask(port, 'eth_call', { to: `0x${'22'.repeat(20)}` })
      assert.equal([error?.code, error?.message], [-32002, 'request timed out after 0.02s'])
      assert.is((await ask(port, 'eth_chainId')).result, '0x498b2d8')
    },
    { deadlineMs: 20, inFlightMax: 1 },
    { call: never },
  )
})

test('http: a client over its share of requests in flight is told so', async () => {
  let release: (outcome: CallOutcome) => void = () => {}
  const started = Promise.withResolvers<void>()
  const call = () => {
    started.resolve()
    return new Promise<CallOutcome>((resolve) => {
      release = resolve
    })
  }
  await serving(
    async (port) => {
      const first = ask(port, 'eth_call', { to: `0x${'22'.repeat(20)}` })
      await started.promise
      const { error } = await ask(port, 'eth_chainId')
      assert.equal([error?.code, error?.message], [-32000, 'too many requests in flight, at most 1 a client'])
      release({ kind: 'returned', data: Uint8Array.of(9), gasUsed: 1n })
      assert.is((await first).result, '0x09')
      assert.is((await ask(port, 'eth_chainId')).result, '0x498b2d8')
    },
    { inFlightMax: 1 },
    { call },
  )
})

test('http: a fault in a method is -32603 without its words, and is reported', async () => {
  const faults: unknown[] = []
  await serving(
    async (port) => {
      const { error } = await ask(port, 'eth_call', { to: `0x${'22'.repeat(20)}` })
      assert.equal(error, { code: -32603, message: 'internal error' })
      assert.is(faults.length, 1)
    },
    { onFault: (...fault) => faults.push(fault) },
    { call: () => Promise.reject(new TypeError('secret')) },
  )
})

test('http: reverts are code 3 with data and the reason in words', async () => {
  const reason = `0x08c379a0${'20'.padStart(64, '0')}${'4'.padStart(64, '0')}${Buffer.from('nope').toString('hex').padEnd(64, '0')}`
  const cases: readonly [string, string][] = [
    [reason, 'execution reverted: nope'],
    ['0x', 'execution reverted'],
    ['0x12345678', 'execution reverted'],
    [`0x4e487b71${'11'.padStart(64, '0')}`, 'execution reverted: arithmetic underflow or overflow'],
    [`0x4e487b71${'77'.padStart(64, '0')}`, 'execution reverted: unknown panic code: 0x77'],
  ]
  for (const [data, message] of cases)
    await serving(
      async (port) => {
        const { error } = await ask(port, 'eth_call', { to: `0x${'22'.repeat(20)}` })
        assert.equal(error, { code: 3, message, data })
      },
      {},
      { call: async () => ({ kind: 'reverted', data: new Uint8Array(Buffer.from(data.slice(2), 'hex')) }) },
    )
})

test('http: names that could be rebound to loopback are refused, addresses and localhost are not', () =>
  serving(
    async (port) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })
      const statusFor = async (host: string) => (await send(port, body, { host })).status
      for (const host of [
        'localhost',
        `localhost:${port}`,
        '127.0.0.1',
        `[::1]:${port}`,
        'node.example',
        'NODE.example:1',
      ])
        assert.is(await statusFor(host), 200, host)
      for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil', '[::1'])
        assert.is(await statusFor(host), 403, host)
    },
    { hosts: ['node.example'] },
  ))

test('http: pages may ask only from the origins that are named', () =>
  serving(
    async (port) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })
      const mine = await send(port, body, { origin: 'https://app.example' })
      assert.equal([mine.status, mine.headers['access-control-allow-origin']], [200, 'https://app.example'])
      const strange = await send(port, body, { origin: 'https://evil.example' })
      assert.equal([strange.status, strange.headers['access-control-allow-origin']], [403, undefined])
      const preflight = await send(port, '', { origin: 'https://app.example' }, 'OPTIONS')
      assert.is(preflight.status, 204)
      assert.match(String(preflight.headers['access-control-allow-headers']), 'content-type')
    },
    { origins: ['https://app.example'] },
  ))

test('http: other verbs and content types are refused in words', () =>
  serving(async (port) => {
    assert.is((await send(port, '', {}, 'GET')).status, 405)
    assert.is((await send(port, '{}', { 'content-type': 'text/plain' })).status, 415)
    assert.is((await send(port, '{}', { 'content-type': 'application/json; charset=utf-8' })).status, 200)
  }))

test('http: GET /metrics answers the measurements as text, also without a content type, and to no strange host', () =>
  serving(async (port) => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
    assert.is(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    assert.is(await answer.text(), '# TYPE blocks_total counter\nblocks_total 2\n')
    assert.is((await fetch(`http://127.0.0.1:${port}/metric`)).status, 405)
    assert.is((await send(port, '', { host: 'evil.example' }, 'GET', '/metrics')).status, 403)
  }))

test('http: GET /healthz and /readyz say whether the node does its duty and is current, with the reasons', async () => {
  const health = { faults: [] as string[], waitsFor: [] as string[] }
  const backend = { ...createFixedBackend(), health: () => health }
  const server = await createRpcServer(backend, { port: 0 })
  const get = async (path: string) => {
    const answer = await fetch(`${server.httpUrl}${path}`)
    return `${answer.status} ${(await answer.text()).trim()}`
  }
  assert.equal([await get('/healthz'), await get('/readyz')], ['200 ok', '200 ready'])
  health.waitsFor.push('blocks 5 … 9 of its peers')
  assert.equal([await get('/healthz'), await get('/readyz')], ['200 ok', '503 blocks 5 … 9 of its peers'])
  health.faults.push('the disk is full')
  assert.is(await get('/healthz'), '503 the disk is full')
  assert.is((await send(server.port, '', { host: 'evil.example' }, 'GET', '/readyz')).status, 403)
  await server.close()
})

test('http: broken HTTP does not stop the server', () =>
  serving(async (port) => {
    for (const bytes of ['\r\n\r\n', 'GET', 'POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n', '\u0000\u0001\u0002']) {
      const socket = createConnection({ port, host: '127.0.0.1' })
      socket.on('error', () => {})
      socket.end(bytes)
      await new Promise((resolve) => socket.on('close', resolve).resume())
    }
    assert.is((await ask(port, 'eth_chainId')).result, '0x498b2d8')
  }))

test('server: a taken port is an error with a code', () =>
  serving(async (port) => {
    try {
      await createRpcServer(createFixedBackend(), { port })
      assert.unreachable()
    } catch (error) {
      assert.instance(error, RpcListenError)
      assert.is((error as RpcListenError).code, 'EADDRINUSE')
    }
  }))

test.run()
