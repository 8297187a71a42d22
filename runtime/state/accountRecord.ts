/** An account as state holds it, and its bytes in the account trie: RLP(nonce, balance, storageRoot, codeHash). */
import { equal, fromHex, toHex } from '../../primitives/bytes.ts'
import { headerBytes, readList, StateDataError, stringItemBytes, writeHeader, writeString } from './rlpItem.ts'

/** Immutable: a change makes a new record. */
export interface AccountRecord {
  readonly nonce: bigint
  readonly balanceWei: bigint
  /** Root of the storage trie at the last sealed layer; a layer's own slot writes are not in it until it is sealed. */
  readonly storageRoot: Uint8Array
  readonly codeHash: Uint8Array
}

/** keccak256(0x80): the root of a trie without entries. */
export const EMPTY_ROOT = fromHex('0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')
/** keccak256 of nothing: the code hash of an account without code. */
export const EMPTY_CODE_HASH = fromHex('0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
export const EMPTY_BYTES = new Uint8Array(0)

export const EMPTY_ACCOUNT: AccountRecord = Object.freeze({
  nonce: 0n,
  balanceWei: 0n,
  storageRoot: EMPTY_ROOT,
  codeHash: EMPTY_CODE_HASH,
})

/** Without leading zeros; a view of the same bytes. */
export function trimZeros(bytes: Uint8Array): Uint8Array {
  let at = 0
  while (at < bytes.length && bytes[at] === 0) at++
  return at === 0 ? bytes : bytes.subarray(at)
}

/** Non-negative integer → big-endian bytes without leading zeros. */
function uintToTrimmed(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY_BYTES
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

export function encodeAccount(account: AccountRecord): Uint8Array {
  const nonce = uintToTrimmed(account.nonce)
  const balance = uintToTrimmed(account.balanceWei)
  const length = stringItemBytes(nonce) + stringItemBytes(balance) + 66
  const out = new Uint8Array(headerBytes(length) + length)
  let at = writeHeader(out, 0, 0xc0, length)
  at = writeString(out, at, nonce)
  at = writeString(out, at, balance)
  at = writeString(out, at, account.storageRoot)
  writeString(out, at, account.codeHash)
  return out
}

/** Strict; throws `StateDataError` (`bad-account`, `bad-rlp`). */
export function decodeAccount(rlp: Uint8Array): AccountRecord {
  const items = readList(rlp, 4)
  const [nonce, balance, storageRoot, codeHash] = items
  const isWhole = items.length === 4 && items.every((item) => !item.isList)
  if (!isWhole || storageRoot!.body.length !== 32 || codeHash!.body.length !== 32)
    throw new StateDataError('bad-account', `expected [nonce, balance, storageRoot, codeHash], got ${toHex(rlp)}`)
  return {
    nonce: trimmedToUint(nonce!.body, 8),
    balanceWei: trimmedToUint(balance!.body, 32),
    storageRoot: storageRoot!.body.slice(),
    codeHash: codeHash!.body.slice(),
  }
}

function trimmedToUint(bytes: Uint8Array, bytesMax: number): bigint {
  if (bytes.length === 0) return 0n
  if (bytes[0] === 0 || bytes.length > bytesMax)
    throw new StateDataError('bad-account', `expected an integer of at most ${bytesMax} bytes, got ${toHex(bytes)}`)
  return BigInt(toHex(bytes))
}

export function isSameAccount(a: AccountRecord, b: AccountRecord): boolean {
  return (
    a.nonce === b.nonce &&
    a.balanceWei === b.balanceWei &&
    equal(a.storageRoot, b.storageRoot) &&
    equal(a.codeHash, b.codeHash)
  )
}
