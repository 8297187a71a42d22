/** How an address is spelt for people and wallets. */
import { toHex, utf8 } from './bytes.ts'
import { keccak256 } from './hashes.ts'

/** 20 bytes in EIP-55 spelling of any bytes: the case of a letter follows the hash of the lower-case address. */
export function checksumAddress(address: Uint8Array): `0x${string}` {
  const lower = toHex(address).slice(2)
  const hash = toHex(keccak256(utf8(lower))).slice(2)
  const letters = [...lower].map((c, i) => (Number.parseInt(hash[i]!, 16) >= 8 ? c.toUpperCase() : c))
  return `0x${letters.join('')}`
}
