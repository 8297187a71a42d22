/** A folder of encrypted keys, one file a key, never overwritten: what `openledger keys` works on. */
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../primitives/bytes.ts'
import { keyFolderError, readKeyFile, writeKeyFile } from './keyFile.ts'
import { KeyStoreError } from './keyStoreError.ts'
import { decryptKey, encryptKey, keyAddress, parseStoredKey, SCRYPT_COST } from './secretStorage.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export interface KeyEntry {
  readonly name: string
  /** `0x`, lower case; `undefined` when the file cannot be read, and `fault` says why. */
  readonly address: string | undefined
  readonly fault: string | undefined
  readonly file: string
}

/** Where keys lie unless told otherwise. */
export function defaultKeyFolder(environment: NodeJS.ProcessEnv, home: string): string {
  return environment['OPENLEDGER_KEYS'] ?? join(home, '.openledger', 'keys')
}

/** Makes a key and stores it. `cost` is scrypt's N, lowered in tests only. */
export function createKey(folder: string, name: string, password: string, cost?: number): Promise<KeyEntry> {
  let key: Uint8Array = randomBytes(32)
  // Below 2^-127 likely, but a key must be one.
  while (!isKey(key)) key = randomBytes(32)
  return storeKey(folder, name, key, password, cost)
}

/** Stores a given key, encrypted. */
export async function storeKey(
  folder: string,
  name: string,
  key: Uint8Array,
  password: string,
  cost: number = SCRYPT_COST,
): Promise<KeyEntry> {
  const file = keyFile(folder, name)
  if (password === '') throw new KeyStoreError('PasswordEmpty', 'a key needs a password of at least one character')
  const stored = await encryptKey(key, password, randomBytes, cost)
  writeKeyFile(file, `${JSON.stringify(stored, null, 2)}\n`)
  return { name, address: `0x${stored.address}`, fault: undefined, file }
}

/** Text of a file with a private key (64 hex digits, 0x or not) → the key; the text is never repeated in errors. */
export function parsePrivateKey(text: string): Uint8Array {
  const digits = text.trim().replace(/^0x/i, '')
  if (!/^[0-9a-fA-F]{64}$/.test(digits))
    throw new KeyStoreError(
      'KeyInvalid',
      `expected 0x and 64 hex digits, got ${digits.length} characters of something else`,
    )
  const key = new Uint8Array(Buffer.from(digits, 'hex'))
  keyAddress(key)
  return key
}

/** All keys of the folder by name; none when it does not exist. Needs no password. */
export function listKeys(folder: string): KeyEntry[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw keyFolderError(folder, error)
  }
  return names
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readEntry(folder, file.slice(0, -'.json'.length)))
}

/** Opens a key: 32 bytes. */
export function openKey(folder: string, name: string, password: string): Promise<Uint8Array> {
  return decryptKey(readKeyFile(keyFile(folder, name)), password)
}

/** The key as `0x` hex, for `keys export`: the one call whose result may be shown, because it was asked for. */
export async function exportKey(folder: string, name: string, password: string): Promise<`0x${string}`> {
  return toHex(await openKey(folder, name, password))
}

function isKey(key: Uint8Array): boolean {
  try {
    keyAddress(key)
    return true
  } catch {
    return false
  }
}

function keyFile(folder: string, name: string): string {
  if (!NAME.test(name))
    throw new KeyStoreError(
      'KeyName',
      `a key's name is 1 to 64 letters, digits, - or _, got ${JSON.stringify(name.slice(0, 80))}`,
    )
  return join(folder, `${name}.json`)
}

function readEntry(folder: string, name: string): KeyEntry {
  const file = join(folder, `${name}.json`)
  try {
    const { address } = parseStoredKey(readKeyFile(file))
    return { name, address: address === undefined ? undefined : `0x${address}`, fault: undefined, file }
  } catch (error) {
    return { name, address: undefined, fault: (error as Error).message, file }
  }
}
