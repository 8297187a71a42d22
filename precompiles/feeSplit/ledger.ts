/** The books of IFeeSplit: every wei that comes in is somebody's, and `liabilities` is the sum of all. */
import { feeSplitStorage } from '../generated/feeSplit.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import type { Cell } from '../storageTypes.ts'

export const openLedger = (host: NativeHost) => openStorage(feeSplitStorage, host)

/** Adds to a cell; nothing is read or written for 0. */
export function addTo(cell: Cell<bigint>, wei: bigint): void {
  if (wei !== 0n) cell.set(cell.get() + wei)
}

/** Books that so much was paid in (or, negative, paid out). */
export function bookLiabilities(host: NativeHost, deltaWei: bigint): void {
  addTo(openLedger(host).liabilities, deltaWei)
}

export function creditTreasury(host: NativeHost, wei: bigint): void {
  addTo(openLedger(host).treasuryWei, wei)
}

/** Empties a cell and says what was in it. */
export function drain(cell: Cell<bigint>): bigint {
  const wei = cell.get()
  if (wei !== 0n) cell.set(0n)
  return wei
}
