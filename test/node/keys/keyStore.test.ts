/** The folder of keys: names, no overwriting, private files, and what happens to what is no key. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createKey,
  defaultKeyFolder,
  exportKey,
  listKeys,
  openKey,
  parsePrivateKey,
  storeKey,
} from '../../../node/keys/keyStore.ts'
import { KeyStoreError, type KeyStoreFault } from '../../../node/keys/keyStoreError.ts'
import { toHex } from '../../../primitives/bytes.ts'

const COST = 2 ** 10
const SECRET = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
let folder = ''
test.before.each(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'openledger-keys-')), 'keys')
})
test.after.each(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

async function code(attempt: () => unknown): Promise<KeyStoreFault | 'done'> {
  try {
    await attempt()
    return 'done'
  } catch (error) {
    assert.instance(error, KeyStoreError)
    assert.is((error as Error).message.includes(SECRET.slice(2, 20)), false)
    return (error as KeyStoreError).code
  }
}

test('keys: a new key is listed with its address and opens with its password only', async () => {
  const made = await createKey(folder, 'alice', 'pw', COST)
  const [listed, ...others] = listKeys(folder)
  assert.equal(listed, made)
  assert.is(others.length, 0)
  assert.match(made.address!, /^0x[0-9a-f]{40}$/)
  assert.is((await openKey(folder, 'alice', 'pw')).length, 32)
  assert.is(await code(() => openKey(folder, 'alice', 'no')), 'PasswordWrong')
})

test('keys: import and export return the same key, and nothing else shows it', async () => {
  const entry = await storeKey(folder, 'dev0', parsePrivateKey(`${SECRET}\n`), 'pw', COST)
  assert.is(entry.address, '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
  assert.is(await exportKey(folder, 'dev0', 'pw'), SECRET)
  assert.is(JSON.stringify(listKeys(folder)).includes(SECRET.slice(2)), false)
  assert.is(readFileSync(entry.file, 'utf8').includes(SECRET.slice(2)), false)
})

test('keys: a name that is taken is refused and its key stays', async () => {
  await storeKey(folder, 'a', parsePrivateKey(SECRET), 'pw', COST)
  assert.is(await code(() => createKey(folder, 'a', 'other', COST)), 'KeyExists')
  assert.is(toHex(await openKey(folder, 'a', 'pw')), SECRET)
  assert.equal(readdirSync(folder), ['a.json'])
})

test('keys: files and folder are for their owner alone', async () => {
  const { file } = await createKey(folder, 'a', 'pw', COST)
  assert.is(statSync(file).mode & 0o777, 0o600)
  assert.is(statSync(folder).mode & 0o777, 0o700)
})

test('keys: names cannot leave the folder', async () => {
  for (const name of ['', '.', '..', '../a', 'a/b', 'a\\b', 'a.json', '-a', 'a b', 'ä', 'a'.repeat(65), 'a\0'])
    assert.is(await code(() => createKey(folder, name, 'pw', COST)), 'KeyName', name)
  assert.equal(listKeys(folder), [])
})

test('keys: an empty password and a missing key are refused by name', async () => {
  assert.is(await code(() => createKey(folder, 'a', '', COST)), 'PasswordEmpty')
  assert.is(await code(() => openKey(folder, 'a', 'pw')), 'KeyMissing')
  assert.is(await code(() => exportKey(folder, 'b', 'pw')), 'KeyMissing')
})

test('keys: a file that is no key is listed with its fault and hides no other', async () => {
  await createKey(folder, 'good', 'pw', COST)
  writeFileSync(join(folder, 'bad.json'), '{')
  writeFileSync(join(folder, 'large.json'), 'x'.repeat(70_000))
  writeFileSync(join(folder, 'notes.txt'), 'no key')
  mkdirSync(join(folder, 'folder.json'))
  const entries = listKeys(folder)
  assert.equal(
    entries.map(({ name, fault }) => [name, fault === undefined]),
    [
      ['bad', false],
      ['folder', false],
      ['good', true],
      ['large', false],
    ],
  )
  assert.match(entries[0]!.fault!, /not JSON/)
})

test('keys: a folder that is a file is told, with its cause', async () => {
  mkdirSync(join(folder, '..'), { recursive: true })
  writeFileSync(folder, '')
  assert.is(await code(() => createKey(folder, 'a', 'pw', COST)), 'KeyFolder')
  assert.is(await code(() => listKeys(folder)), 'KeyFolder')
})

test('keys: text that is no private key is refused', async () => {
  const texts = ['', '0x', SECRET.slice(0, -1), `${SECRET}0`, SECRET.replace('a', 'g'), `0x${'00'.repeat(32)}`, 'hello']
  for (const text of texts) assert.is(await code(() => parsePrivateKey(text)), 'KeyInvalid', text.length.toString())
  assert.is(toHex(parsePrivateKey(SECRET.slice(2).toUpperCase())), SECRET)
})

test('keys: the folder is the user’s own unless the environment names another', () => {
  assert.is(defaultKeyFolder({}, '/home/ann'), '/home/ann/.openledger/keys')
  assert.is(defaultKeyFolder({ OPENLEDGER_KEYS: '/keys' }, '/home/ann'), '/keys')
})

test.run()
