/** Prices of what natives ask of their host: the EVM's own wherever it has one (runtime.md §8). */

export const LOG_GAS = 375n
export const LOG_TOPIC_GAS = 375n
export const LOG_BYTE_GAS = 8n
/** A value transfer that runs no code: CALL's 9,000 less the stipend of 2,300 that code would get. */
export const TRANSFER_GAS = 6_700n
/** CALL's surcharge for a payee that does not exist yet. */
export const NEW_ACCOUNT_GAS = 25_000n

const HASH_GAS = { keccak: { base: 30n, word: 6n }, sha256: { base: 60n, word: 12n } } as const

export function hashGas(hash: keyof typeof HASH_GAS, bytes: number): bigint {
  const { base, word } = HASH_GAS[hash]
  return base + word * BigInt(Math.ceil(bytes / 32))
}

/** EIP-2537: a pairing check of two pairs; hashing to G2 = two field-to-curve maps and an addition. */
const PAIRING_GAS = 37_700n + 2n * 32_600n
const HASH_TO_CURVE_GAS = 2n * 23_800n + 600n
/** A subgroup check is a multiplication: G2 for the signature, G1 for each key, which is then added. */
const SIGNATURE_CHECK_GAS = 22_500n
const KEY_GAS = 12_000n + 375n

/** A BLS check of one statement under so many keys. */
export function statementGas(keys: number): bigint {
  return PAIRING_GAS + HASH_TO_CURVE_GAS + SIGNATURE_CHECK_GAS + KEY_GAS * BigInt(keys)
}
