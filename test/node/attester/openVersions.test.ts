/** Open model versions: opened once for all who ask, and never closed under anybody's hands. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Hex } from 'viem'
import type { OpenVersion } from '../../../node/attester/openSource.ts'
import { createOpenVersions, OPEN_VERSIONS_MAX } from '../../../node/attester/openVersions.ts'
import { toHex, uintToBytes } from '../../../primitives/bytes.ts'

const idOf = (number: number): Hex => toHex(uintToBytes(number, 32))

/** `closed` lists the versions in the order of closing; `isWrong` tells which of them do not open. */
function openWorld(isWrong: (versionId: Hex) => boolean = () => false) {
  const opened: Hex[] = []
  const closed: Hex[] = []
  const versions = createOpenVersions(async (versionId) => {
    opened.push(versionId)
    if (isWrong(versionId)) throw new Error(`source root: got another than ${versionId}`)
    return { opened: { close: async () => void closed.push(versionId) } } as unknown as OpenVersion
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

test('open versions: one that does not open is tried each time', async () => {
  const { versions, opened, closed } = openWorld(() => true)
  for (let i = 0; i < 2; i++) {
    try {
      await versions.use(idOf(1), async () => assert.unreachable('it was opened'))
      assert.unreachable('it was taken')
    } catch (error) {
      assert.match(String(error), `got another than ${idOf(1)}`)
    }
  }
  assert.is(opened.length, 2)
  assert.is(closed.length, 0)
})

test.run()
