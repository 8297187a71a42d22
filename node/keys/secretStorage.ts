/** Encrypts one secp256k1 key under a password: Web3 Secret Storage version 3, as geth, ethers and foundry read it. */
import { createCipheriv, createDecipheriv, pbkdf2, type ScryptOptions, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { privateKeyToAddress } from 'viem/accounts'
import { concat, equal, fromHex, toHex, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { KeyStoreError } from './keyStoreError.ts'

const scryptAsync = promisify<Uint8Array, Uint8Array, number, ScryptOptions, Buffer>(scrypt)
const pbkdf2Async = promisify(pbkdf2)

/** geth's standard cost: 256 MiB and about a second for each guess. */
export const SCRYPT_COST = 2 ** 18
const SCRYPT_BLOCK_SIZE = 8
const DERIVED_BYTES = 32
/** A file may ask for up to 1 GiB, four times the standard; more would let a planted file take the machine's memory. */
const SCRYPT_MEMORY_BYTES_MAX = 2 ** 30
const SCRYPT_PARALLEL_MAX = 16
/** Forty times what geth's PBKDF2 files ask for. */
const PBKDF2_ROUNDS_MAX = 10_485_760

/** Characters of a wrong value that a message may repeat: any setting, but no key. */
const SHOWN_MAX = 20

export interface StoredKey {
  readonly version: 3
  readonly id: string
  /** Lower-case hex without 0x, as geth writes it. */
  readonly address: string
  readonly crypto: {
    readonly cipher: 'aes-128-ctr'
    readonly cipherparams: { readonly iv: string }
    readonly ciphertext: string
    readonly kdf: 'scrypt'
    readonly kdfparams: {
      readonly dklen: number
      readonly n: number
      readonly r: number
      readonly p: number
      readonly salt: string
    }
    readonly mac: string
  }
}

const hexOf = (bytes: Uint8Array): string => toHex(bytes).slice(2)

/** Address of a 32-byte key, `0x` and checksummed; throws `KeyInvalid` when it is no key of secp256k1. */
export function keyAddress(key: Uint8Array): `0x${string}` {
  if (key.length !== 32) throw new KeyStoreError('KeyInvalid', `expected a private key of 32 bytes, got ${key.length}`)
  try {
    return privateKeyToAddress(toHex(key))
  } catch {
    // The cause is left out: its message quotes the key.
    throw new KeyStoreError('KeyInvalid', 'this is not a private key: it must lie between 1 and the order of secp256k1')
  }
}

/** `random(n)` gives n fresh bytes; `cost` is scrypt's N. */
export async function encryptKey(
  key: Uint8Array,
  password: string,
  random: (bytes: number) => Uint8Array,
  cost: number = SCRYPT_COST,
): Promise<StoredKey> {
  const address = keyAddress(key).slice(2).toLowerCase()
  const salt = random(32)
  const iv = random(16)
  const params = { dklen: DERIVED_BYTES, n: cost, r: SCRYPT_BLOCK_SIZE, p: 1, salt: hexOf(salt) }
  const derived = await deriveScrypt(password, salt, cost, SCRYPT_BLOCK_SIZE, 1)
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
  const ciphertext = concat(cipher.update(key), cipher.final())
  const mac = keccak256(concat(derived.subarray(16, 32), ciphertext))
  return {
    version: 3,
    id: uuid(random(16)),
    address,
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: hexOf(iv) },
      ciphertext: hexOf(ciphertext),
      kdf: 'scrypt',
      kdfparams: params,
      mac: hexOf(mac),
    },
  }
}

/** File text → the key. Wrong password, damaged file and unsupported file are told apart. */
export async function decryptKey(text: string, password: string): Promise<Uint8Array> {
  const file = parseStoredKey(text)
  const derived = await file.derive(password)
  if (!equal(keccak256(concat(derived.subarray(16, 32), file.ciphertext)), file.mac))
    throw new KeyStoreError('PasswordWrong', 'the password does not open this key')
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), file.iv)
  const key = concat(decipher.update(file.ciphertext), decipher.final())
  const address = keyAddress(key).slice(2).toLowerCase()
  if (file.address !== undefined && file.address !== address)
    throw new KeyStoreError('KeyFileInvalid', `the file says address 0x${file.address}, its key has 0x${address}`)
  return key
}

interface ParsedKey {
  /** Lower-case hex without 0x; some tools leave it out. */
  readonly address: string | undefined
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly mac: Uint8Array
  derive(password: string): Promise<Uint8Array>
}

/** Checks all of a file that can be checked without the password. */
export function parseStoredKey(text: string): ParsedKey {
  const file = parseJson(text)
  if (file['version'] !== 3) throw invalid('version', '3', file['version'])
  const crypto = object(file, 'crypto' in file ? 'crypto' : 'Crypto')
  if (crypto['cipher'] !== 'aes-128-ctr') throw invalid('crypto.cipher', 'aes-128-ctr', crypto['cipher'])
  const address = typeof file['address'] === 'string' ? file['address'].replace(/^0x/, '').toLowerCase() : undefined
  if (address !== undefined && !/^[0-9a-f]{40}$/.test(address)) throw invalid('address', '20 bytes of hex', address)
  return {
    address,
    iv: hexField(object(crypto, 'cipherparams'), 'iv', 16),
    ciphertext: hexField(crypto, 'ciphertext', 32),
    mac: hexField(crypto, 'mac', 32),
    derive: readDerivation(crypto['kdf'], object(crypto, 'kdfparams')),
  }
}

function readDerivation(kdf: unknown, params: Record<string, unknown>): (password: string) => Promise<Uint8Array> {
  integerField(params, 'dklen', DERIVED_BYTES, DERIVED_BYTES)
  const salt = hexField(params, 'salt')
  if (kdf === 'scrypt') {
    const r = integerField(params, 'r', 1, 64)
    const n = integerField(params, 'n', 2, SCRYPT_MEMORY_BYTES_MAX / (128 * r))
    const p = integerField(params, 'p', 1, SCRYPT_PARALLEL_MAX)
    if (!Number.isInteger(Math.log2(n))) throw invalid('kdfparams.n', 'a power of two', n)
    // RFC 7914 §2; OpenSSL refuses it as well.
    if (Math.log2(n) >= 16 * r) throw invalid('kdfparams.n', `less than 2^${16 * r}, since r is ${r}`, n)
    return (password) => deriveScrypt(password, salt, n, r, p)
  }
  if (kdf !== 'pbkdf2') throw invalid('crypto.kdf', 'scrypt or pbkdf2', kdf)
  if (params['prf'] !== 'hmac-sha256') throw invalid('kdfparams.prf', 'hmac-sha256', params['prf'])
  const rounds = integerField(params, 'c', 1, PBKDF2_ROUNDS_MAX)
  return (password) => pbkdf2Async(utf8(password), salt, rounds, DERIVED_BYTES, 'sha256')
}

function deriveScrypt(password: string, salt: Uint8Array, n: number, r: number, p: number): Promise<Buffer> {
  // Node refuses what needs more: the tables of N, p and two more blocks, each of 128·r bytes.
  const maxmem = 128 * r * (n + p + 2)
  return scryptAsync(utf8(password), salt, DERIVED_BYTES, { N: n, r, p, maxmem })
}

function invalid(field: string, expected: string, got: unknown): KeyStoreError {
  // Long strings are measured, not shown: one may be a private key in the wrong place.
  const isLong = typeof got === 'string' && got.length > SHOWN_MAX
  const isShown = (typeof got === 'string' && !isLong) || typeof got === 'number'
  const shown = isLong ? `a text of ${got.length} characters` : isShown ? JSON.stringify(got) : typeof got
  return new KeyStoreError('KeyFileInvalid', `${field}: expected ${expected}, got ${shown}`)
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The cause is left out: its message quotes the text, which may be a bare private key.
    throw new KeyStoreError('KeyFileInvalid', 'this is no key file: it is not JSON')
  }
  return object({ file: value }, 'file')
}

function object(parent: Record<string, unknown>, field: string): Record<string, unknown> {
  const value = parent[field]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'an object', value)
  return value as Record<string, unknown>
}

function hexField(parent: Record<string, unknown>, field: string, length?: number): Uint8Array {
  const text = parent[field]
  const expected = length === undefined ? 'hex' : `${length} bytes of hex`
  if (typeof text !== 'string' || !/^(?:[0-9a-fA-F]{2})+$/.test(text)) throw invalid(field, expected, text)
  const bytes = fromHex(`0x${text}`)
  if (length !== undefined && bytes.length !== length) throw invalid(field, expected, bytes.length)
  return bytes
}

function integerField(parent: Record<string, unknown>, field: string, min: number, max: number): number {
  const value = parent[field]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw invalid(`kdfparams.${field}`, `a whole number from ${min} to ${max}`, value)
  return value
}

/** RFC 9562 version 4 from 16 random bytes. */
function uuid(bytes: Uint8Array): string {
  const hex = hexOf(Uint8Array.from(bytes, (b, i) => (i === 6 ? (b & 0x0f) | 0x40 : i === 8 ? (b & 0x3f) | 0x80 : b)))
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
