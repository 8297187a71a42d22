/**
 * The judge of IStaking: every delegation is a number of its own, every payment and every slash walks over all of them. No
 * pools, shares or accumulators. Amounts are wei times 2^100, so that what it rounds off is far below a wei.
 */

const FINE = 1n << 100n
const BPS = 10_000n

export const fine = (wei: bigint): bigint => wei * FINE
export const wholeWei = (amount: bigint): bigint => amount / FINE

interface Delegation {
  stake: bigint
  rewards: bigint
}
interface Leaving {
  readonly account: number
  readonly validator: number
  readonly epoch: number
  amount: bigint
}
interface NaiveValidator {
  commissionBps: bigint
  isTombstoned: boolean
  /** By account; `OPERATOR` is the validator's own. */
  readonly delegations: Map<number, Delegation>
}

export const OPERATOR = -1

export interface NaiveStaking {
  readonly validators: readonly NaiveValidator[]
  leaving: Leaving[]
  /** What came while nobody could earn. */
  carry: bigint
  epoch: number
  /** When each ended epoch's stake is free. */
  readonly releases: bigint[]
}

export function createNaive(stakes: readonly bigint[], commissions: readonly number[]): NaiveStaking {
  const validators = stakes.map((stakeWei, n) => ({
    commissionBps: BigInt(commissions[n]!),
    isTombstoned: false,
    delegations: new Map([[OPERATOR, { stake: fine(stakeWei), rewards: 0n }]]),
  }))
  return { validators, leaving: [], carry: 0n, epoch: 0, releases: [] }
}

export function delegationOf({ validators }: NaiveStaking, validator: number, account: number): Delegation {
  const { delegations } = validators[validator]!
  const found = delegations.get(account) ?? { stake: 0n, rewards: 0n }
  delegations.set(account, found)
  return found
}

export function naiveRewards(naive: NaiveStaking, wei: bigint): void {
  const earning = naive.validators.filter(({ isTombstoned }) => !isTombstoned)
  const total = earning.reduce((sum, { delegations }) => sum + stakeOf(delegations), 0n)
  const amount = naive.carry + fine(wei)
  naive.carry = total === 0n ? amount : 0n
  if (total === 0n) return
  for (const { commissionBps, delegations } of earning) {
    const stake = stakeOf(delegations)
    const part = (amount * stake) / total
    const commission = (part * commissionBps) / BPS
    if (stake === 0n) continue
    for (const delegation of delegations.values())
      delegation.rewards += ((part - commission) * delegation.stake) / stake
    delegations.get(OPERATOR)!.rewards += commission
  }
}

const stakeOf = (delegations: ReadonlyMap<number, Delegation>): bigint =>
  [...delegations.values()].reduce((sum, { stake }) => sum + stake, 0n)

export function naiveUndelegate(naive: NaiveStaking, validator: number, account: number, wei: bigint): void {
  delegationOf(naive, validator, account).stake -= fine(wei)
  naive.leaving.push({ account, validator, epoch: naive.epoch, amount: fine(wei) })
}

/** Returns what was cut, in wei times 2^100. */
export function naiveSlash(naive: NaiveStaking, validator: number, epoch: number, slashBps: bigint): bigint {
  const { delegations } = naive.validators[validator]!
  naive.validators[validator]!.isTombstoned = true
  const liable = [
    ...[...delegations.values()].map((delegation) => ({ delegation })),
    ...naive.leaving.filter((portion) => portion.validator === validator && portion.epoch >= epoch),
  ]
  let sum = 0n
  for (const one of liable) {
    const amount = 'delegation' in one ? one.delegation.stake : one.amount
    const cut = (amount * slashBps) / BPS
    if ('delegation' in one) one.delegation.stake -= cut
    else one.amount -= cut
    sum += cut
  }
  return sum
}

export function naiveEndEpoch(naive: NaiveStaking, now: bigint, unbondingS: bigint): void {
  const before = naive.releases.at(-1) ?? 0n
  naive.releases.push(now + unbondingS > before ? now + unbondingS : before)
  naive.epoch++
}

export const isFree = (naive: NaiveStaking, epoch: number, now: bigint): boolean =>
  epoch < naive.releases.length && naive.releases[epoch]! <= now

/** Takes an account's free portions, oldest first, at most so many. */
export function naiveWithdraw(naive: NaiveStaking, account: number, max: number, now: bigint): bigint {
  const mine = naive.leaving.filter((portion) => portion.account === account)
  const firstKept = mine.findIndex(({ epoch }) => !isFree(naive, epoch, now))
  const taken = mine.slice(0, Math.min(max, firstKept < 0 ? mine.length : firstKept))
  naive.leaving = naive.leaving.filter((portion) => !taken.includes(portion))
  return taken.reduce((sum, { amount }) => sum + amount, 0n)
}
