/** Key files: the standard's vectors, what other tools read, and what garbage gets. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decryptKeystoreJson, encryptKeystoreJsonSync } from 'ethers'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { KeyStoreError } from '../../../node/keys/keyStoreError.ts'
import { decryptKey, encryptKey, keyAddress } from '../../../node/keys/secretStorage.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'

/** Cheap enough for a test; the standard cost takes about a second. */
const COST = 2 ** 10
const KEY = fromHex('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const vectors = JSON.parse(readFileSync(new URL('../../vectors/keystore/webThree.json', import.meta.url), 'utf8'))

async function refusal(text: string, password = 'x'): Promise<string> {
  try {
    await decryptKey(text, password)
    return 'opened'
  } catch (error) {
    assert.instance(error, KeyStoreError)
    return `${(error as KeyStoreError).code} ${(error as KeyStoreError).message}`
  }
}

test("key file: the standard's vector opens to its key", async () => {
  const key = await decryptKey(JSON.stringify(vectors.file), vectors.password)
  assert.is(toHex(key), vectors.secret)
  assert.is(keyAddress(key).toLowerCase(), vectors.address)
})

test('key file: what is encrypted is decrypted, and looks different every time', async () => {
  const first = await encryptKey(KEY, 'pässword', randomBytes, COST)
  const second = await encryptKey(KEY, 'pässword', randomBytes, COST)
  assert.is.not(first.crypto.ciphertext, second.crypto.ciphertext)
  assert.is(first.address, 'f39fd6e51aad88f6f4ce6ab8827279cfffb92266')
  assert.match(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(await decryptKey(JSON.stringify(first), 'pässword'), KEY)
  assert.is(JSON.stringify(first).includes(toHex(KEY).slice(2)), false)
})

test('key file: ethers opens ours and we open theirs', async () => {
  const ours = await encryptKey(KEY, 'p', randomBytes, COST)
  assert.is((await decryptKeystoreJson(JSON.stringify(ours), 'p')).privateKey, toHex(KEY))
  const account = { address: keyAddress(KEY), privateKey: toHex(KEY) }
  const theirs = encryptKeystoreJsonSync(account, 'p', { scrypt: { N: COST, r: 8, p: 1 } })
  assert.equal(await decryptKey(theirs, 'p'), KEY)
})

test('key file: a wrong password and a damaged file are told apart', async () => {
  const stored = await encryptKey(KEY, 'right', randomBytes, COST)
  assert.is(await refusal(JSON.stringify(stored), 'wrong'), 'PasswordWrong the password does not open this key')
  const other = { ...stored, address: '00'.repeat(20) }
  assert.match(await refusal(JSON.stringify(other), 'right'), /^KeyFileInvalid the file says address 0x0000/)
})

test('key file: every field that is missing, of a wrong kind or out of bounds is named', async () => {
  const stored = await encryptKey(KEY, 'x', randomBytes, COST)
  // biome-ignore lint/suspicious/noExplicitAny: offences are planted into untyped JSON
  const planted: [(file: any) => void, RegExp][] = [
    [(f) => (f.version = 1), /^KeyFileInvalid version: expected 3, got 1/],
    [(f) => delete f.crypto, /^KeyFileInvalid Crypto: expected an object, got undefined/],
    [(f) => (f.crypto.cipher = 'aes-256-cbc'), /^KeyFileInvalid crypto.cipher: expected aes-128-ctr/],
    [(f) => (f.crypto.cipherparams.iv = '00'), /^KeyFileInvalid iv: expected 16 bytes of hex, got 1/],
    [(f) => (f.crypto.ciphertext += '00'), /^KeyFileInvalid ciphertext: expected 32 bytes of hex, got 33/],
    [(f) => (f.crypto.mac = 'zz'), /^KeyFileInvalid mac: expected 32 bytes of hex, got "zz"/],
    [(f) => (f.crypto.kdf = 'argon2'), /^KeyFileInvalid crypto.kdf: expected scrypt or pbkdf2, got "argon2"/],
    [(f) => (f.crypto.kdfparams.n = 1000), /^KeyFileInvalid kdfparams.n: expected a power of two, got 1000/],
    [(f) => (f.crypto.kdfparams.n = 2 ** 40), /^KeyFileInvalid kdfparams.n: expected a whole number from 2 to 1048576/],
    [
      (f) => Object.assign(f.crypto.kdfparams, { n: 65536, r: 1 }),
      /^KeyFileInvalid kdfparams.n: expected less than 2\^16/,
    ],
    [(f) => (f.crypto.kdfparams.p = 1e9), /^KeyFileInvalid kdfparams.p: expected a whole number from 1 to 16/],
    [(f) => (f.crypto.kdfparams.dklen = 64), /^KeyFileInvalid kdfparams.dklen: expected a whole number from 32 to 32/],
    [(f) => (f.crypto.kdfparams.salt = ''), /^KeyFileInvalid salt: expected hex, got ""/],
    [(f) => (f.address = 'me'), /^KeyFileInvalid address: expected 20 bytes of hex, got "me"/],
  ]
  for (const [plant, expected] of planted) {
    const file = structuredClone(stored)
    plant(file)
    assert.match(await refusal(JSON.stringify(file)), expected)
  }
})

test('key file: garbage is refused, and an error never repeats what may be a key', async () => {
  const secret = toHex(KEY)
  for (const text of ['', 'null', '[]', '1', '"x"', '{}', '{"version":3}', secret, `"${secret}"`]) {
    const got = await refusal(text)
    assert.match(got, /^KeyFileInvalid /, text)
    assert.is(got.includes(secret.slice(2, 20)), false)
  }
})

test('key: what is no key of secp256k1 is refused without being shown', () => {
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
  for (const key of [new Uint8Array(32), fromHex(`0x${order}`), new Uint8Array(32).fill(255), new Uint8Array(31)])
    try {
      keyAddress(key)
      assert.unreachable()
    } catch (error) {
      assert.is((error as KeyStoreError).code, 'KeyInvalid')
      assert.is((error as Error).message.includes(order.slice(0, 16)), false)
    }
})

test.run()
