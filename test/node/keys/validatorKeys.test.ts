/** A validator's keystore: what it holds, who can open it, and what damaged files are refused with. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPbkdfModule } from '@chainsafe/bls-keystore'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { KeyStoreError, type KeyStoreFault } from '../../../node/keys/keyStoreError.ts'
import {
  createValidatorKeys,
  openValidatorKeys,
  publicKeysOf,
  readBlsKey,
  storeValidatorKeys,
} from '../../../node/keys/validatorKeys.ts'
import { toHex } from '../../../primitives/bytes.ts'

const standard = defaultPbkdfModule()
const CHEAP = { ...standard, params: { ...standard.params, c: 16 } }
let folder = ''
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'openledger-validator-'))
})
test.after.each(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'validator.json')

async function code(attempt: () => unknown): Promise<KeyStoreFault | 'done'> {
  try {
    await attempt()
    return 'done'
  } catch (error) {
    assert.instance(error, KeyStoreError)
    return (error as KeyStoreError).code
  }
}

test('validator key: opens to the same two secrets, names its public key, and its file is private', async () => {
  const made = await createValidatorKeys(folder, 'pw', CHEAP)
  assert.equal(await openValidatorKeys(folder, 'pw'), made)
  assert.equal(readBlsKey(folder), publicKeysOf(made).blsKey)
  assert.is(publicKeysOf(made).p2pKey.length, 32)
  assert.is(statSync(file()).mode & 0o777, 0o600)
  const text = readFileSync(file(), 'utf8')
  assert.not(text.includes(toHex(made.blsSecret).slice(2)) || text.includes(toHex(made.p2pSecret).slice(2)))
})

test('validator key: the key of the peer id follows from the voting key and is another', async () => {
  const one = await storeValidatorKeys(folder, new Uint8Array(32).fill(1), 'pw', CHEAP)
  rmSync(file())
  const two = await storeValidatorKeys(folder, new Uint8Array(32).fill(2), 'pw', CHEAP)
  assert.not.equal(one.p2pSecret, one.blsSecret)
  assert.not.equal(one.p2pSecret, two.p2pSecret)
  // HKDF-SHA256 of 32 bytes 01, no salt, info "openledger p2p key": OpenSSL's kdf gives the same.
  assert.is(toHex(one.p2pSecret), '0x816675a76731e09214ec3c8c54544b82f5c927285069c31e6ece0a41a811b78a')
})

test('validator key: wrong password, no password, a key in the way and a damaged file are told apart', async () => {
  assert.is(await code(() => openValidatorKeys(folder, 'pw')), 'KeyMissing')
  assert.is(await code(() => createValidatorKeys(folder, '', CHEAP)), 'PasswordEmpty')
  await createValidatorKeys(folder, 'pw', CHEAP)
  assert.is(await code(() => openValidatorKeys(folder, 'PW')), 'PasswordWrong')
  assert.is(await code(() => createValidatorKeys(folder, 'pw', CHEAP)), 'KeyExists')
  const keystore = JSON.parse(readFileSync(file(), 'utf8'))
  writeFileSync(file(), JSON.stringify({ ...keystore, pubkey: toHex(new Uint8Array(48).fill(9)).slice(2) }))
  assert.is(await code(() => openValidatorKeys(folder, 'pw')), 'KeyFileInvalid')
  for (const text of ['', '{}', 'null', JSON.stringify({ ...keystore, pubkey: 'ab' }), 'x'.repeat(70_000)]) {
    writeFileSync(file(), text)
    assert.is(await code(() => openValidatorKeys(folder, 'pw')), 'KeyFileInvalid', text.slice(0, 20))
  }
})

test.run()
