/** The WebSocket transport: subscriptions, slow readers, hosts and origins; and polled filters. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import { TRANSACTION } from './fixedBackend.ts'
import { ask, type RpcAnswer } from './rpcClient.ts'
import { serving } from './serving.ts'

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
