/** What goes out in one packet: all of a turn, window updates with what follows them, nothing twice and nothing late. */
import { yamux } from '@libp2p/yamux'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { gatherPackets } from '../../p2p/packets/frugalYamux.ts'
import { uintToBytes } from '../../primitives/bytes.ts'

type Connection = Parameters<typeof gatherPackets>[0]

const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve))
const header = (type: number, flags: number, stream: number, length: number): Uint8Array =>
  Uint8Array.of(0, type, ...uintToBytes(flags, 2), ...uintToBytes(stream, 4), ...uintToBytes(length, 4))
const update = (stream: number, bytes: number) => header(1, 0, stream, bytes)

function openFake() {
  const packets: string[] = []
  const fake = {
    writableNeedsDrain: false,
    isClosed: false,
    send(data: Uint8Array) {
      if (fake.isClosed) throw new Error('closed')
      packets.push(Buffer.from(data).toString('hex'))
      return true
    },
  }
  return { fake, packets, connection: gatherPackets(fake as unknown as Connection) }
}
const hexOf = (...parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('hex')

test('packets: what one turn sends is one packet, and a large one does not wait', async () => {
  const { packets, connection } = openFake()
  const [a, b, large] = [Uint8Array.of(1), Uint8Array.of(2, 3), new Uint8Array(64 * 1024)]
  assert.ok(connection.send(a))
  connection.send(b)
  assert.equal(packets, [])
  await turn()
  assert.equal(packets, [hexOf(a, b)])
  connection.send(a)
  connection.send(large)
  assert.equal(packets, [hexOf(a, b), hexOf(a, large)])
  await turn()
  assert.is(packets.length, 2)
})

test('packets: window updates wait for what follows, one a stream, but never for long of a window', async () => {
  const { packets, connection } = openFake()
  const data = Uint8Array.of(9)
  connection.send(update(1, 100))
  connection.send(update(4, 7))
  connection.send(update(1, 11))
  await turn()
  assert.equal(packets, [])
  connection.send(data)
  await turn()
  assert.equal(packets, [hexOf(update(1, 111), update(4, 7), data)])
  connection.send(update(1, 65_000))
  connection.send(update(1, 536))
  await turn()
  assert.equal(packets.slice(1), [hexOf(update(1, 65_000), update(1, 536))])
  const opening = header(1, 1, 5, 0)
  connection.send(opening)
  await turn()
  assert.equal(packets.slice(2), [hexOf(opening)], 'one with flags is news')
})

test('packets: the sender hears of a full connection, and a closed one ends nobody', async () => {
  const { fake, packets, connection } = openFake()
  fake.writableNeedsDrain = true
  assert.not(connection.send(Uint8Array.of(1)))
  await turn()
  assert.is(packets.length, 1)
  connection.send(Uint8Array.of(2))
  fake.isClosed = true
  await turn()
  assert.is(packets.length, 1)
})

test('packets: yamux still sends window updates as they are recognised here', () => {
  const sent: Uint8Array[] = []
  const listeners = new Map<string, (event: unknown) => void>()
  const log = Object.assign(() => {}, { error() {}, trace() {}, newScope: () => log })
  const connection = {
    direction: 'inbound',
    log,
    addEventListener: (name: string, listener: (event: unknown) => void) => void listeners.set(name, listener),
    send: (data: Uint8Array | { subarray(): Uint8Array }) => sent.push(data.subarray()) > 0,
  }
  yamux({ enableKeepAlive: false })().createStreamMuxer(connection as unknown as Connection)
  listeners.get('message')!({ data: Uint8Array.of(...header(1, 1, 1, 0), ...header(0, 0, 1, 3), 7, 7, 7) })
  listeners.get('message')!({ data: Uint8Array.of(...header(0, 0, 1, 2), 8, 8) })
  assert.equal(hexOf(sent.at(-1)!), hexOf(update(1, 2)))
})

test.run()
