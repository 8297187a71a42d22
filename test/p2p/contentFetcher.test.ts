/** Content from peers: whoever has it, checked by its hash, stored object by object. */
import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createContentFetcher } from '../../p2p/content/contentFetcher.ts'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { CHAIN, openTestNetwork, until } from './openNetworks.ts'

const digestOf = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())

test('content: what one of several peers holds is fetched, whatever the others answer, and liars pay', async () => {
  const objects = Array.from({ length: 20 }, (_, i) => utf8(`object ${i}`))
  const held = new Map(objects.map((bytes) => [toHex(digestOf(bytes)), bytes]))
  const wanted = new Map(objects.map((bytes) => [toHex(digestOf(bytes)), digestOf(bytes)]))
  const liars: string[] = []
  const fetcher = createContentFetcher({
    wanted: async (countMax) => [...wanted.values()].slice(0, countMax),
    put: async (bytes) => wanted.delete(toHex(digestOf(bytes))),
    peers: () => ['empty', 'liar', 'holder'],
    async ask(peer, digest) {
      if (peer === 'liar') return utf8('something else')
      const bytes = peer === 'holder' ? held.get(toHex(digest)) : undefined
      if (bytes === undefined) throw new Error('not held')
      return bytes
    },
    onWrong: (peer) => void liars.push(peer),
    random: () => 0.4,
    onFault: (error) => assert.unreachable(String(error)),
  })
  fetcher.wake()
  await until('all fetched', () => wanted.size === 0)
  assert.ok(liars.length > 0 && liars.every((peer) => peer === 'liar'))
  assert.is(fetcher.fetched, 20)
  await fetcher.close()
})

test('content: over the wire an object of 1 MiB comes whole, and what is not held is said so', async () => {
  const object = new Uint8Array(1 << 20).fill(9)
  const holder = await openTestNetwork(1, { contentOf: (digest) => (digest[0] === 1 ? object : undefined) })
  const asker = await openTestNetwork(2, { chain: CHAIN, bootstrap: [...holder.addresses()] })
  await until('connected', () => asker.peers().length === 1)
  const bytes = await asker.askContent(holder.self, new Uint8Array(32).fill(1))
  assert.ok(Buffer.compare(bytes, object) === 0)
  const refused = await asker.askContent(holder.self, new Uint8Array(32)).catch((error) => error)
  assert.is(refused.message, 'not held')
  await Promise.all([holder.close(), asker.close()])
})

test.run()
