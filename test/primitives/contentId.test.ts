/** Content ids: IPFS's own text form, splitting at 1 MiB, and manifests that fit one content only. */
import { CID } from 'multiformats/cid'
import { sha256 as sha256Hasher } from 'multiformats/hashes/sha2'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, equal, toHex, utf8 } from '../../primitives/bytes.ts'
import {
  CHUNK_BYTES_MAX,
  CHUNKS_MAX,
  contentIdText,
  parseContentId,
  parseManifest,
  splitContent,
} from '../../primitives/contentId.ts'
import { sha256 } from '../../primitives/hashes.ts'

/** Cheap content of any length that differs from place to place. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i += 997) bytes[i] = (i % 251) + 1
  return bytes
}

test('content id: the text is what multiformats prints for a raw sha2-256 CIDv1', async () => {
  for (const content of ['', 'hello', 'hello world']) {
    const cid = CID.createV1(0x55, await sha256Hasher.digest(utf8(content)))
    assert.is(contentIdText(splitContent(utf8(content)).ref.digest), cid.toString())
  }
  const hello = 'bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq'
  assert.is(contentIdText(sha256(utf8('hello'))), hello)
})

test('content id: text parses back to its digest', () => {
  const digest = sha256(utf8('x'))
  assert.is(toHex(parseContentId(contentIdText(digest))!), toHex(digest))
})

test('content id: other ids and garbage are no ids', async () => {
  const hash = await sha256Hasher.digest(utf8('hello'))
  const good = CID.createV1(0x55, hash).toString()
  const wrong = [
    '',
    'b',
    'bafk',
    'hello',
    good.slice(0, -1),
    // The last letter's spare bits set: another text for the same digest.
    `${good.slice(0, -1)}r`,
    `${good}a`,
    good.toUpperCase(),
    CID.createV1(0x70, hash).toString(),
    CID.createV0(hash).toString(),
    'bafkr=====',
    '0x1220',
    `b${'a'.repeat(100_000)}`,
  ]
  for (const text of wrong) assert.is(parseContentId(text), undefined, text.slice(0, 40))
})

test('split: up to 1 MiB the object is the content itself', () => {
  for (const length of [0, 1, CHUNK_BYTES_MAX]) {
    const content = pattern(length)
    const { ref, objects } = splitContent(content)
    assert.is(objects.length, 1)
    assert.is(ref.bytes, length)
    assert.is(toHex(ref.digest), toHex(sha256(content)))
  }
})

test('split: above, chunks and a manifest rebuild the content', () => {
  for (const length of [CHUNK_BYTES_MAX + 1, 2 * CHUNK_BYTES_MAX, 2 * CHUNK_BYTES_MAX + 5]) {
    const content = pattern(length)
    const { ref, objects } = splitContent(content)
    const held = new Map(objects.map(({ digest, bytes }) => [toHex(digest), bytes]))
    for (const [digest, bytes] of held) {
      assert.is(toHex(sha256(bytes)), digest)
      assert.ok(bytes.length <= CHUNK_BYTES_MAX)
    }
    const digests = parseManifest(held.get(toHex(ref.digest))!, ref.bytes)!
    assert.is(digests.length, Math.ceil(length / CHUNK_BYTES_MAX))
    assert.ok(equal(concat(...digests.map((digest) => held.get(toHex(digest))!)), content))
  }
})

test('manifest: one of another length, cut, grown or altered is none', () => {
  const length = 2 * CHUNK_BYTES_MAX + 5
  const manifest = splitContent(pattern(length)).objects.at(-1)!.bytes
  assert.is(parseManifest(manifest, length)!.length, 3)
  for (const other of [0, length - 1, length + 1, 3 * CHUNK_BYTES_MAX, Number.MAX_SAFE_INTEGER])
    assert.is(parseManifest(manifest, other), undefined, `${other}`)
  assert.is(parseManifest(manifest.subarray(1), length), undefined)
  assert.is(parseManifest(concat(manifest, new Uint8Array(32)), length), undefined)
  const altered = manifest.slice()
  altered[0]! ^= 1
  assert.is(parseManifest(altered, length), undefined)
  assert.is(parseManifest(new Uint8Array(0), length), undefined)
})

test('manifest: more chunks than the bound are refused before they are read', () => {
  const bytes = CHUNK_BYTES_MAX * CHUNKS_MAX + 1
  assert.is(parseManifest(new Uint8Array(12 + 32 * (CHUNKS_MAX + 1)), bytes), undefined)
})

test.run()
