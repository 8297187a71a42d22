/** The real disk: what it promises to the logs, and that two processes never share a folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openFileDisk } from '../../../node/agreement/durability/fileDisk.ts'

const folder = mkdtempSync(join(tmpdir(), 'openledger-disk-'))
test.after(() => rmSync(folder, { recursive: true }))

test('disk: appends, cuts, renames, removes and lists', async () => {
  const disk = await openFileDisk(join(folder, 'a'))
  const file = await disk.open('log')
  await file.append(Uint8Array.of(1, 2, 3))
  await file.sync()
  assert.is(file.sizeBytes, 3)
  await file.close()
  const again = await disk.open('log', 2)
  await again.append(Uint8Array.of(9))
  assert.equal(await disk.read('log'), Uint8Array.of(1, 2, 9))
  await disk.rename('log', 'other')
  await disk.syncFolder()
  // An open file follows its name.
  await again.append(Uint8Array.of(8))
  await again.close()
  assert.equal(await disk.read('other'), Uint8Array.of(1, 2, 9, 8))
  assert.is(await disk.read('log'), undefined)
  assert.equal(await disk.list(), ['other'])
  await disk.remove('other')
  await disk.remove('other')
  assert.equal(await disk.list(), [])
  await disk.close()
})

test('disk: a folder is one process’s until it is closed', async () => {
  const disk = await openFileDisk(join(folder, 'b'))
  const refused = await openFileDisk(join(folder, 'b')).catch((error: { code: string }) => error.code)
  assert.is(refused, 'FolderLocked')
  await disk.close()
  await (await openFileDisk(join(folder, 'b'))).close()
})

test.run()
