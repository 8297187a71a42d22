/** What the natives hold in block 0: the part of a network file that they read (economy.md). */

export interface NativeGenesis {
  /** The timelock, 20 bytes. */
  readonly governor: Uint8Array
  /** Devnet only: an account with the governor's rights; `null` elsewhere. */
  readonly devAdmin: Uint8Array | null
  /** Parameter name → value, where the network differs from the defaults of `params/parameters.ts`. */
  readonly params: Readonly<Record<string, bigint>>
  readonly validators: readonly GenesisValidator[]
}

export interface GenesisValidator {
  /** 20 bytes. */
  readonly operator: Uint8Array
  /** 48 bytes. */
  readonly blsKey: Uint8Array
  /** 32 bytes. */
  readonly p2pKey: Uint8Array
  /** 20 bytes; coinbase of the validator's blocks. */
  readonly feeRecipient: Uint8Array
  readonly commissionBps: number
  /** Counts as balance of IStaking: the genesis allocation must credit it there. */
  readonly stakeWei: bigint
}
