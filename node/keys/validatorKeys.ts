/** A validator's secret, encrypted as an EIP-2335 keystore; the key of its peer id is derived from it. */
import { join } from 'node:path'
import {
  create,
  decrypt,
  defaultScryptModule,
  type IKdfModule,
  type IKeystore,
  validateKeystore,
} from '@chainsafe/bls-keystore'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { equal, fromHex, utf8 } from '../../primitives/bytes.ts'
import { readKeyFile, writeKeyFile } from './keyFile.ts'
import { KeyStoreError } from './keyStoreError.ts'

export interface ValidatorSecrets {
  /** BLS12-381 secret that votes, 32 bytes. */
  readonly blsSecret: Uint8Array
  /** Ed25519 seed of the peer id, 32 bytes. */
  readonly p2pSecret: Uint8Array
}

export interface ValidatorPublicKeys {
  /** 48 bytes. */
  readonly blsKey: Uint8Array
  /** 32 bytes. */
  readonly p2pKey: Uint8Array
}

/** EIP-2335 names scrypt and PBKDF2; a test takes one of lower cost. */
export type Derivation = Pick<IKdfModule, 'function' | 'params'>

const FILE = 'validator.json'
const DESCRIPTION = 'OpenLedger validator: BLS12-381 key that votes'
/** HKDF's info: one file to keep, and the peer id does not tell the voting key. */
const P2P_INFO = utf8('openledger p2p key')

export function publicKeysOf({ blsSecret, p2pSecret }: ValidatorSecrets): ValidatorPublicKeys {
  return { blsKey: blsPublicKey(blsSecret), p2pKey: ed25519.getPublicKey(p2pSecret) }
}

/** Makes and stores a new secret. Throws `KeyExists` and leaves what is there. */
export function createValidatorKeys(
  folder: string,
  password: string,
  derivation: Derivation = defaultScryptModule(),
): Promise<ValidatorSecrets> {
  return storeValidatorKeys(folder, bls12_381.utils.randomSecretKey(), password, derivation)
}

export async function storeValidatorKeys(
  folder: string,
  blsSecret: Uint8Array,
  password: string,
  derivation: Derivation = defaultScryptModule(),
): Promise<ValidatorSecrets> {
  if (password === '') throw new KeyStoreError('PasswordEmpty', 'a key needs a password of at least one character')
  const keystore = await create(password, blsSecret, blsPublicKey(blsSecret), '', DESCRIPTION, derivation)
  writeKeyFile(join(folder, FILE), `${JSON.stringify(keystore, null, 2)}\n`)
  return secretsOf(blsSecret)
}

/** The 48-byte BLS key; needs no password. */
export function readBlsKey(folder: string): Uint8Array {
  return fromHex(`0x${readKeystore(join(folder, FILE)).pubkey}`)
}

/** Throws `PasswordWrong`, `KeyMissing`, `KeyFileInvalid`. */
export async function openValidatorKeys(folder: string, password: string): Promise<ValidatorSecrets> {
  const file = join(folder, FILE)
  const keystore = readKeystore(file)
  let blsSecret: Uint8Array
  try {
    blsSecret = new Uint8Array(await decrypt(keystore, password))
  } catch {
    throw new KeyStoreError('PasswordWrong', `the password does not open ${file}`)
  }
  if (!equal(blsPublicKey(blsSecret), fromHex(`0x${keystore.pubkey}`)))
    throw new KeyStoreError('KeyFileInvalid', `${file} names another public key than that of its secret`)
  return secretsOf(blsSecret)
}

const blsPublicKey = (secret: Uint8Array): Uint8Array => bls12_381.longSignatures.getPublicKey(secret).toBytes()

function secretsOf(blsSecret: Uint8Array): ValidatorSecrets {
  return { blsSecret, p2pSecret: hkdf(sha256, blsSecret, undefined, P2P_INFO, 32) }
}

function readKeystore(file: string): IKeystore {
  const text = readKeyFile(file)
  try {
    const value: unknown = JSON.parse(text)
    validateKeystore(value)
    return value
  } catch (error) {
    throw new KeyStoreError('KeyFileInvalid', `${file} is no EIP-2335 keystore: ${(error as Error).message}`)
  }
}
