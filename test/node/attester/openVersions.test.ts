/** Open model versions: opened once for all who ask, and never closed under anybody's hands. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Hex } from 'viem'
import type { OpenedIndex } from '../../../influence/surface.ts'
import { createOpenVersions, OPEN_VERSIONS_MAX } from '../../../node/attester/openVersions.ts'
import { fromHex, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import type { VersionContent } from '../../../studio/chain/version.ts'

const idOf = (number: number): Hex => toHex(uintToBytes(number, 32))

/** Versions whose index root is their id; `closed` lists them in the order of closing. */
function openWorld(rootOf: (versionId: Hex) => Hex = (versionId) => versionId) {
  const opened: Hex[] = []
  const closed: Hex[] = []
  const versions = createOpenVersions({
    load: async (versionId) =>
      ({ info: { indexRoot: versionId }, index: { bytes: fromHex(rootOf(versionId)) } }) as unknown as VersionContent,
    async openIndex(source) {
      const root = toHex(source as Uint8Array)
      opened.push(root)
      const close = async () => void closed.push(root)
      return { info: { indexRoot: source as Uint8Array }, close } as unknown as OpenedIndex
    },
  })
  return { versions, opened, closed }
}

test('open versions: asked for at once, one is opened once', async () => {
  const { versions, opened } = openWorld()
  await Promise.all([1, 1, 2, 1].map((number) => versions.use(idOf(number), async () => {})))
  assert.equal(opened, [idOf(1), idOf(2)])
})

test('open versions: the one used longest ago is closed, but none that is in use', async () => {
  const { versions, closed } = openWorld()
  const { promise, resolve } = Promise.withResolvers<void>()
  const busy = versions.use(idOf(0), () => promise)
  for (let number = 1; number < OPEN_VERSIONS_MAX; number++) await versions.use(idOf(number), async () => {})
  await versions.use(idOf(1), async () => {})
  await versions.use(idOf(OPEN_VERSIONS_MAX), async () => {})
  assert.equal(closed, [idOf(2)])
  resolve()
  await busy
  assert.equal(closed, [idOf(2)])
  await versions.close()
  assert.is(closed.length, OPEN_VERSIONS_MAX + 1)
})

test('open versions: another root than the chain’s is refused each time, and the index is closed', async () => {
  const { versions, opened, closed } = openWorld(() => idOf(99))
  for (let i = 0; i < 2; i++) {
    try {
      await versions.use(idOf(1), async () => assert.unreachable('it was opened'))
      assert.unreachable('it was taken')
    } catch (error) {
      assert.match(String(error), `expected ${idOf(1)}, got ${idOf(99)}`)
    }
  }
  assert.is(opened.length, 2)
  assert.is(closed.length, 2)
})

test.run()
