/** I12: a node's balances add up to what genesis gave, less what was burned, and no nonce ever falls. */
import type { Report } from './offence.ts'

export interface SeenAccount {
  readonly nonce: bigint
  readonly balanceWei: bigint
}

export interface SupplyLedger {
  /** All accounts after a block, and what the block burned; deposits and withdrawals come with the rollup. */
  onBlock(height: number, accounts: ReadonlyMap<string, SeenAccount>, burnedWei: bigint): void
}

export function createSupplyLedger(
  node: number,
  genesis: ReadonlyMap<string, SeenAccount>,
  report: Report,
): SupplyLedger {
  let expectedWei = sumOf(genesis)
  let before = genesis
  return {
    onBlock(height, accounts, burnedWei) {
      expectedWei -= burnedWei
      const heldWei = sumOf(accounts)
      if (heldWei !== expectedWei)
        report('I12', `node ${node}, height ${height}: balances add up to ${heldWei} wei, not to ${expectedWei}`)
      for (const [name, { nonce }] of before) {
        const now = accounts.get(name)?.nonce ?? 0n
        if (now < nonce)
          report('I12', `node ${node}, height ${height}: the nonce of ${name} fell from ${nonce} to ${now}`)
      }
      before = accounts
    },
  }
}

function sumOf(accounts: ReadonlyMap<string, SeenAccount>): bigint {
  let sumWei = 0n
  for (const { balanceWei } of accounts.values()) sumWei += balanceWei
  return sumWei
}
