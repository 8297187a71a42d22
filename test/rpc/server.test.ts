import { createConnection } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import type { CallOutcome } from '../../rpc/backend.ts'
import { createRpcServer, RpcListenError, type RpcServerOptions } from '../../rpc/server.ts'
import { createFixedBackend, type FixedAnswers, type FixedBackend, TRANSACTION } from './fixedBackend.ts'
import { ask, type RpcAnswer, send } from './rpcClient.ts'

async function serving(
  run: (port: number, backend: FixedBackend) => Promise<void>,
  options: Partial<RpcServerOptions> = {},
  answers: FixedAnswers = {},
): Promise<void> {
  const backend = createFixedBackend(answers)
  const server = await createRpcServer(backend, { port: 0, ...options })
  try {
    await run(server.port, backend)
  } finally {
    await server.close()
  }
}

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

interface Client {
  readonly socket: WebSocket
  ask(method: string, ...params: readonly unknown[]): Promise<RpcAnswer>
  next(): Promise<{ readonly params: { readonly subscription: string; readonly result: unknown } }>
}

async function connect(port: number, headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers })
  const arrived: string[] = []
  const waiting: ((text: string) => void)[] = []
  socket.on('message', (frame) => {
    const text = frame.toString()
    const first = waiting.shift()
    if (first === undefined) arrived.push(text)
    else first(text)
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const read = async () =>
    JSON.parse(
      await new Promise<string>((resolve) => {
        const text = arrived.shift()
        if (text === undefined) waiting.push(resolve)
        else resolve(text)
      }),
    )
  return {
    socket,
    next: read,
    ask(method, ...params) {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
      return read()
    },
  }
}

test('websocket: heads, logs and pending transactions are pushed to those who asked', () =>
  serving(async (port, backend) => {
    const client = await connect(port)
    const heads = (await client.ask('eth_subscribe', 'newHeads')).result
    const logs = (await client.ask('eth_subscribe', 'logs', { address: `0x${'ee'.repeat(20)}` })).result
    await client.ask('eth_subscribe', 'logs', { address: `0x${'ef'.repeat(20)}` })
    const hashes = (await client.ask('eth_subscribe', 'newPendingTransactions')).result
    backend.advance()
    const head = await client.next()
    assert.is(head.params.subscription, heads)
    assert.is((head.params.result as { number: string }).number, '0x2')
    const log = await client.next()
    assert.is(log.params.subscription, logs)
    assert.is((log.params.result as { blockNumber: string }).blockNumber, '0x2')
    backend.announce(TRANSACTION)
    const pending = await client.next()
    assert.equal(pending.params, { subscription: hashes, result: `0x${'77'.repeat(32)}` })
    assert.is((await client.ask('eth_unsubscribe', heads)).result, true)
    assert.is((await client.ask('eth_unsubscribe', heads)).result, false)
    backend.advance()
    assert.is((await client.next()).params.subscription, logs)
    client.socket.close()
  }))

test('websocket: a client cannot end the subscription of another', () =>
  serving(async (port) => {
    const [one, other] = [await connect(port), await connect(port)]
    const id = (await one.ask('eth_subscribe', 'newHeads')).result
    assert.is((await other.ask('eth_unsubscribe', id)).result, false)
    assert.is((await one.ask('eth_unsubscribe', id)).result, true)
  }))

test('websocket: subscriptions do not exist over HTTP', () =>
  serving(async (port) => {
    const { error } = await ask(port, 'eth_subscribe', 'newHeads')
    assert.equal([error?.code, error?.message], [-32601, 'notifications not supported over HTTP'])
  }))

test('websocket: more subscriptions than the bound are refused', () =>
  serving(async (port) => {
    const client = await connect(port)
    for (let i = 0; i < 128; i++) assert.type((await client.ask('eth_subscribe', 'newHeads')).result, 'string')
    assert.match((await client.ask('eth_subscribe', 'newHeads')).error!.message, 'too many subscriptions')
  }))

test('websocket: foreign hosts and origins are refused at the door', () =>
  serving(async (port) => {
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }])
      try {
        await connect(port, headers as unknown as Record<string, string>)
        assert.unreachable('connected')
      } catch (error) {
        assert.match((error as Error).message, '403')
      }
  }))

test('websocket: one who does not read is dropped', () =>
  serving(
    async (port) => {
      const client = await connect(port)
      client.socket.pause()
      const closed = new Promise<number>((resolve) => client.socket.on('close', resolve))
      for (let i = 0; i < 400; i++)
        client.socket.send(JSON.stringify({ jsonrpc: '2.0', id: i, method: 'web3_clientVersion' }))
      // The server's own view is what counts: it ends the connection, with 1008 when the client reads on in time.
      const other = await connect(port)
      while ((await other.ask('eth_chainId')).result === undefined);
      client.socket.resume()
      assert.ok([1008, 1006].includes(await closed))
    },
    { unreadBytesMax: 1_000_000 },
    { clientVersion: 'v'.repeat(100_000) },
  ))

test('websocket: a frame that is no JSON is answered, the connection lives', () =>
  serving(async (port) => {
    const client = await connect(port)
    client.socket.send('{{{')
    assert.is(((await client.next()) as RpcAnswer).error?.code, -32700)
    assert.is((await client.ask('eth_chainId')).result, '0x498b2d8')
  }))

test('filters: blocks and logs since the last question, unknown ids refused', () =>
  serving(async (port, backend) => {
    const blocks = (await ask(port, 'eth_newBlockFilter')).result
    const logs = (await ask(port, 'eth_newFilter', {})).result
    const pending = (await ask(port, 'eth_newPendingTransactionFilter')).result
    assert.equal((await ask(port, 'eth_getFilterChanges', blocks)).result, [])
    backend.advance()
    backend.advance()
    backend.announce(TRANSACTION)
    assert.equal((await ask(port, 'eth_getFilterChanges', blocks)).result, [
      `0x${'a2'.repeat(32)}`,
      `0x${'a3'.repeat(32)}`,
    ])
    assert.is(((await ask(port, 'eth_getFilterChanges', logs)).result as unknown[]).length, 2)
    assert.equal((await ask(port, 'eth_getFilterChanges', logs)).result, [])
    assert.equal((await ask(port, 'eth_getFilterChanges', pending)).result, [`0x${'77'.repeat(32)}`])
    assert.is((await ask(port, 'eth_uninstallFilter', blocks)).result, true)
    assert.is((await ask(port, 'eth_getFilterChanges', blocks)).error?.message, 'filter not found')
    assert.is((await ask(port, 'eth_getFilterLogs', pending)).error?.message, 'filter not found')
  }))

test('filters: one that nobody asks for five minutes is gone, one that is asked stays', async () => {
  let nowMs = 0
  await serving(
    async (port) => {
      const idle = (await ask(port, 'eth_newBlockFilter')).result
      const used = (await ask(port, 'eth_newBlockFilter')).result
      nowMs += 299_000
      assert.equal((await ask(port, 'eth_getFilterChanges', used)).result, [])
      nowMs += 2_000
      assert.is((await ask(port, 'eth_getFilterChanges', idle)).error?.message, 'filter not found')
      assert.equal((await ask(port, 'eth_getFilterChanges', used)).result, [])
    },
    { nowMs: () => nowMs },
  )
})

test.run()
