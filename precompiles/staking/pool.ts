/** A pool of stake: bonded wei are shares of what slashing left. The two are equal until the first slash. */

export interface Pool {
  readonly bondedWei: bigint
  readonly leftWei: bigint
}

/** What so much of the bonded sum is worth, floored: the rest stays with the others. */
export function worthOf({ bondedWei, leftWei }: Pool, partWei: bigint): bigint {
  return bondedWei === 0n ? 0n : (partWei * leftWei) / bondedWei
}

/** How much of `partWei` must go for `amountWei`, which is at most its worth: all of it for all, else the ceiling. */
export function bondedFor(pool: Pool, partWei: bigint, amountWei: bigint): bigint {
  if (amountWei === worthOf(pool, partWei)) return partWei
  return (amountWei * pool.bondedWei + pool.leftWei - 1n) / pool.leftWei
}
