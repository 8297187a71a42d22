/** IModel: versions of span and rag: which engines, headers and sizes are registered, and what is told of them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Method } from '../../../influence/surface.ts'
import { corpusFileBytes } from '../../../precompiles/model/sourceHeader.ts'
import { fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import {
  ATTRIBUTION,
  MODEL,
  OWNER,
  publishRows,
  refuse,
  SYSTEM_CALL,
  sendFrom,
  trainModel,
  type VersionOptions,
  versionOf,
  word,
  ZERO_HASH,
} from '../economy/scenario.ts'
import { freshWorld, send, view } from '../world.ts'

const OTHER = keccak256(utf8('other'))

function modelWorld() {
  const world = freshWorld({ params: { revealWindowS: 1n } })
  world.block = { ...world.block, number: 5n }
  publishRows(world, 3, 3)
  const modelId = trainModel(world)
  const attempt = (options: VersionOptions, error: string, args?: readonly unknown[]) => {
    const registration = versionOf(world, modelId, options)
    const call = { from: OWNER, wei: registration.depositWei }
    refuse(world, MODEL, 'registerVersion', registration.args, call, error, args)
  }
  return { world, modelId, attempt }
}

for (const method of ['span', 'rag'] as const satisfies readonly Method[])
  test(`registerVersion: a ${method} version is stored with its source root, and serves once that root is attested`, () => {
    const { world, modelId } = modelWorld()
    const { args, versionId, sourceRoot, depositWei } = versionOf(world, modelId, { method })
    const { events } = sendFrom(world, OWNER, MODEL, 'registerVersion', args, depositWei)
    assert.is(events[0]!.args['sourceRoot'], toHex(sourceRoot))
    const info = view(world, MODEL, 'getVersion', [toHex(versionId)]) as Record<string, unknown>
    assert.equal(info['spec'], args[2])
    assert.is(info['sourceRoot'], toHex(sourceRoot))
    assert.is(info['rowCount'], 3)
    const attest = (root: Uint8Array) => [toHex(versionId), toHex(root), '0x01', '0x02']
    const facts = [toHex(sourceRoot), toHex(OTHER)]
    refuse(world, ATTRIBUTION, 'settleVersion', attest(OTHER), SYSTEM_CALL, 'RootMismatch', facts)
    send(world, ATTRIBUTION, 'settleVersion', attest(sourceRoot), SYSTEM_CALL)
    const terms = view(world, MODEL, 'termsOf', [toHex(versionId)]) as Record<string, unknown>
    assert.equal([terms['isServing'], terms['method']], [true, args[2].method])
  })

test('registerVersion: another engine is taken with span only, the studio’s engine with any method', () => {
  const { world, modelId, attempt } = modelWorld()
  attempt({ spec: { engine: 0 } }, 'UnsupportedEngine', [0, 1])
  attempt({ method: 'rag', spec: { engine: 0 } }, 'UnsupportedEngine', [0, 3])
  attempt({ method: 'span', spec: { engine: 2 } }, 'UnsupportedEngine', [2, 2])
  for (const engine of [0, 1]) {
    const { args, depositWei } = versionOf(world, modelId, { method: 'span', spec: { engine } })
    sendFrom(world, OWNER, MODEL, 'registerVersion', args, depositWei)
  }
})

test('registerVersion: a corpus header that differs from the chain is refused by the name of the field', () => {
  const { attempt } = modelWorld()
  const span = (options: VersionOptions, field: string, expected: string, got: string) =>
    attempt({ method: 'span', ...options }, 'HeaderMismatch', [field, expected, got])
  span({ header: { rowCount: 4 } }, 'n', word(3n), word(4n))
  span({ header: { tokenizerHash: OTHER } }, 'tokenizerHash', ZERO_HASH, toHex(OTHER))
  span({ spec: { tokenizerHash: toHex(OTHER) } }, 'tokenizerHash', toHex(OTHER), ZERO_HASH)
  const source = { digest: word(1n), sizeBytes: 640n }
  attempt({ method: 'span', spec: { source } }, 'SourceSizeMismatch', [880, 640])
  for (const method of ['datainf', 'rag'] as const)
    attempt({ method, spec: { saRoot: toHex(OTHER) } }, 'HeaderMismatch', ['saRoot', ZERO_HASH, toHex(OTHER)])
})

test('registerVersion: a retrieval index may have several chunks a row, never clips, and has its own guard threshold', () => {
  const { world, modelId, attempt } = modelWorld()
  const rag = (header: object, field: string, expected: bigint, got: bigint) =>
    attempt({ method: 'rag', header }, 'HeaderMismatch', [field, word(expected), word(got)])
  rag({ tau: 96 }, 'tau', 246n, 96n)
  rag({ kind: 'gradient' }, 'kind', 3n, 1n)
  attempt({ method: 'rag', header: { clip: 4 } }, 'BadHeader')
  attempt({ method: 'rag', header: { modelVersion: OTHER } }, 'HeaderMismatch')
  attempt({ method: 'rag', header: { guardSeed: OTHER } }, 'HeaderMismatch')
  attempt({ method: 'datainf', header: { kind: 'retrieval', blockCount: 1, clip: 255 } }, 'HeaderMismatch', [
    ...['kind', word(1n), word(3n)],
  ])
  // Seven chunks of three rows: 176 + 32 + 7 · (40 + 2 + 256) = 2,294 → 2,304, and 7 · 64 of codes.
  const source = { digest: word(1n), sizeBytes: 2_752n }
  const header = { rowCount: 7, acceptedCount: 7 }
  const { args, versionId, depositWei } = versionOf(world, modelId, { method: 'rag', header, spec: { source } })
  sendFrom(world, OWNER, MODEL, 'registerVersion', args, depositWei)
  const info = view(world, MODEL, 'getVersion', [toHex(versionId)]) as Record<string, unknown>
  assert.is(info['rowCount'], 7)
})

test('registerVersion: every broken corpus header gets an ABI error and changes nothing', () => {
  const { world, modelId } = modelWorld()
  const { args, depositWei } = versionOf(world, modelId, { method: 'span' })
  const options = { from: OWNER, wei: depositWei }
  const header = fromHex(args[1])
  const attempt = (bytes: Uint8Array, code: string, expected: string, got: string) =>
    refuse(world, MODEL, 'registerVersion', [modelId, toHex(bytes), args[2]], options, 'BadHeader', [
      ...[code, expected, got],
    ])
  const changed = (at: number, to: number) => header.map((byte, i) => (i === at ? to : byte))
  attempt(header.slice(1), 'BadLength', '176', '175')
  attempt(changed(0, 0x54), 'BadMagic', 'SPX1', String(0x31585054))
  attempt(changed(4, 2), 'BadVersion', '1', '2')
  for (const at of [6, 24, 160, 175]) attempt(changed(at, 1), 'BadPadding', '0', 'reserved bytes')
  attempt(changed(8, 0), 'BadLimit', '1 … 1048576 rows', '0')
})

test('corpus size: follows from the header as the file lays it out', () => {
  const hash = new Uint8Array(32)
  const roots = { tokenizerHash: hash, infoHash: hash, rowsRoot: hash, textRoot: hash }
  // 208 + 256 + 900 · 40 = 36,464 → 36,480, and 8 bytes a symbol.
  assert.is(corpusFileBytes({ rowCount: 900, vocabulary: 256, textLength: 12_345, ...roots }), 36_480n + 98_760n)
})

test.run()
