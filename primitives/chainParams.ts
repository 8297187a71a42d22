/** What every node of a network shares and `genesisHash` binds (style.md 13; runtime.md §2). Changed only by a fork. */

export interface ForkEntry {
  /** Height at which it starts is `epoch · epochBlocks + 1`; 0 is genesis. */
  readonly epoch: number
  readonly fork: 'osaka'
}

export interface ChainParams {
  /** Network name, part of the libp2p protocol names: `devnet`. */
  readonly name: string
  readonly chainId: bigint
  /** Unix seconds of block 0. */
  readonly genesisTimeS: number
  readonly blockIntervalMs: number
  /** Blocks of one epoch (consensus.md §7). */
  readonly epochBlocks: number
  /** EIP-1559 base fee never falls below it. */
  readonly baseFeeFloorWei: bigint
  readonly initialBaseFeeWei: bigint
  /** Size of a block body's RLP (runtime.md §15). */
  readonly bodyBytesMax: number
  /** The timelock that may change parameters and approve models; 20 bytes. */
  readonly governor: Uint8Array
  /** Devnet only: an account with the governor's rights; `null` elsewhere. */
  readonly devAdmin: Uint8Array | null
  readonly forks: readonly ForkEntry[]
}
