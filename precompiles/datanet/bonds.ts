/** Row bonds: held while a row is pending, then returned to its contributor or given to the treasury (economy.md). */
import { contributorContract } from '../contributor/contract.ts'
import type { Frame } from '../dispatch.ts'
import { feeSplitContract } from '../feeSplit/contract.ts'
import { datanetContract } from './contract.ts'
import { openDatanets } from './records.ts'

/** The call's value must be the bond of so many rows. */
export function holdBonds({ host, call }: Frame, rowBondWei: bigint, rows: number): void {
  const expectedWei = rowBondWei * BigInt(rows)
  if (call.valueWei !== expectedWei) throw datanetContract.error('WrongBond', expectedWei, call.valueWei)
  if (expectedWei === 0n) return
  const { bondsHeldWei } = openDatanets(host)
  bondsHeldWei.set(bondsHeldWei.get() + expectedWei)
}

function release({ host }: Frame, bondsWei: bigint): void {
  const { bondsHeldWei } = openDatanets(host)
  bondsHeldWei.set(bondsHeldWei.get() - bondsWei)
}

/** One bond for each row's contributor, one payment per contributor. */
export function returnBonds(frame: Frame, rowBondWei: bigint, contributorIds: readonly bigint[]): void {
  if (rowBondWei === 0n || contributorIds.length === 0) return
  release(frame, rowBondWei * BigInt(contributorIds.length))
  const rowsOf = new Map<bigint, bigint>()
  for (const id of contributorIds) rowsOf.set(id, (rowsOf.get(id) ?? 0n) + 1n)
  for (const [contributorId, rows] of rowsOf) {
    frame.host.pay(contributorContract.call(frame.host, 0n, 'walletOf', contributorId), rowBondWei * rows)
  }
}

/** Nobody earns by rejecting. */
export function forfeitBonds(frame: Frame, rowBondWei: bigint, rows: number): void {
  const bondsWei = rowBondWei * BigInt(rows)
  if (bondsWei === 0n) return
  release(frame, bondsWei)
  feeSplitContract.call(frame.host, bondsWei, 'depositTreasury')
}
