/** The coin's supply at genesis and the shares of the paper's table 2 (economy.md, Supply). */

export const WEI_PER_OPEN = 10n ** 18n
export const SUPPLY_OPEN = 1_000_000_000n

/** Basis points of the supply; they add up to 10,000. */
export const SUPPLY_SHARES = [
  { group: 'community', shareBps: 5171 },
  { group: 'investors', shareBps: 1829 },
  { group: 'team', shareBps: 1500 },
  { group: 'liquidity', shareBps: 500 },
  { group: 'ecosystem', shareBps: 1000 },
] as const

export type SupplyGroup = (typeof SUPPLY_SHARES)[number]['group']
export const SUPPLY_GROUPS: readonly SupplyGroup[] = SUPPLY_SHARES.map(({ group }) => group)

/** Whole OPEN that a group's accounts and the stakes funded by it must add up to. */
export function groupSupplyOpen(group: SupplyGroup): bigint {
  const { shareBps } = SUPPLY_SHARES.find((share) => share.group === group)!
  return (SUPPLY_OPEN * BigInt(shareBps)) / 10_000n
}
