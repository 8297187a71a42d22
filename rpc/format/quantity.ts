/** Integers and bytes → the hex forms of Ethereum's JSON-RPC. */
import { toHex } from '../../primitives/bytes.ts'

/** Quantity: no leading zeros, zero is `0x0`. */
export const quantity = (value: bigint | number): `0x${string}` => `0x${value.toString(16)}`

/** Full 32-byte word. */
export const word = (value: bigint): `0x${string}` => `0x${value.toString(16).padStart(64, '0')}`

export const hex = toHex
