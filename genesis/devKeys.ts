/** The published keys of a devnet: anyone may read them in the file, so whatever they guard is worth nothing. */
import { type Field, readAddress, readBytes, readList, readObject, readText } from './fields.ts'

export interface DevAccount {
  readonly address: Uint8Array
  /** secp256k1, 32 bytes. */
  readonly key: Uint8Array
}

export interface DevValidatorKeys {
  readonly operator: Uint8Array
  /** The operator's secp256k1 key, 32 bytes. */
  readonly operatorKey: Uint8Array
  /** 32 bytes. */
  readonly blsSecret: Uint8Array
  /** Ed25519 seed, 32 bytes. */
  readonly p2pSecret: Uint8Array
}

export interface DevKeys {
  readonly mnemonic: string
  /** The mnemonic's accounts on the standard path m/44'/60'/0'/0/i. */
  readonly accounts: readonly DevAccount[]
  readonly validators: readonly DevValidatorKeys[]
}

/** Bounds of what a devnet file may hold: a hundred of each is already more than a terminal shows. */
const KEYS_MAX = 100

export function readDevKeys(field: Field): DevKeys | null {
  if (field.value === null) return null
  const at = readObject(field, ['mnemonic', 'accounts', 'validators'])
  return {
    mnemonic: readText(at.mnemonic, /^[a-z]+( [a-z]+){11,23}$/, '12 … 24 lower-case words'),
    accounts: readList(at.accounts, 0, KEYS_MAX).map((item) => {
      const { address, key } = readObject(item, ['address', 'key'])
      return { address: readAddress(address), key: readBytes(key, 32) }
    }),
    validators: readList(at.validators, 0, KEYS_MAX).map((item) => {
      const keys = readObject(item, ['operator', 'operatorKey', 'blsSecret', 'p2pSecret'])
      return {
        operator: readAddress(keys.operator),
        operatorKey: readBytes(keys.operatorKey, 32),
        blsSecret: readBytes(keys.blsSecret, 32),
        p2pSecret: readBytes(keys.p2pSecret, 32),
      }
    }),
  }
}
