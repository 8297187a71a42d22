/** What a native contract is: its methods, what it is told of a call, and what it may ask of the host (runtime.md §8). */

export interface NativeCall {
  /** 20 bytes. */
  readonly caller: Uint8Array
  readonly valueWei: bigint
  /** A copy: selector and arguments. */
  readonly input: Uint8Array
  readonly isStatic: boolean
  /** False when reached by DELEGATECALL or CALLCODE. */
  readonly isDirect: boolean
  /** True for the executor's own calls: settlement transactions and block-level system calls. */
  readonly isSystem: boolean
  readonly depth: number
  readonly block: NativeBlock
}

export interface NativeBlock {
  readonly number: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly parentHash: Uint8Array
  readonly baseFeeWei: bigint
}

export interface NativeHost {
  readonly chainId: bigint
  readonly genesisHash: Uint8Array
  /** Of this block. */
  readonly epochHash: Uint8Array
  /** Gas left to this call. */
  readonly gasLeft: bigint
  /** Takes gas before the work it pays for; throws out of gas. */
  charge(gas: bigint): void
  /** Reads a slot of this native's own address; charges as SLOAD, warm or cold. */
  sload(slot: bigint): bigint
  /** Writes a slot of this native's own address; charges as SSTORE; refused when static. */
  sstore(slot: bigint, word: bigint): void
  /** Hashes charge 30 + 6 (keccak) or 60 + 12 (sha-256) per word. */
  keccak(data: Uint8Array): Uint8Array
  sha256(data: Uint8Array): Uint8Array
  /** BLS over keccak256(statement), points validated; charges as the EIP-2537 operations that it takes. */
  verifyStatement(statement: Uint8Array, keys: readonly Uint8Array[], signature: Uint8Array): boolean
  /** A log of this native's address; charges 375 + 375 per topic + 8 per byte. */
  emit(topics: readonly Uint8Array[], data: Uint8Array): void
  /** Balance of an account, wei. */
  balanceOf(address: Uint8Array): bigint
  /** Moves balance from this native; runs no code; charges as a CALL's transfer; reverts when the balance is short. */
  pay(to: Uint8Array, wei: bigint): void
  /** Calls another native with this native as caller, same rules, carrying value; its revert propagates as this call's. */
  native(address: Uint8Array, input: Uint8Array, wei: bigint): Uint8Array
  /** System transactions only: a call that the executor makes after the native frame has committed. */
  callLater(to: Uint8Array, input: Uint8Array, gas: bigint, tag: bigint): void
}

/** Thrown by natives to revert with ABI-encoded error data; only the gas used so far is taken. */
export class NativeRevert extends Error {
  readonly data: Uint8Array
  constructor(name: string, data: Uint8Array) {
    super(name)
    this.name = 'NativeRevert'
    this.data = data
  }
}
