/** The two predeploys that every block writes to: parent hashes (EIP-2935) and L1 origin hashes (EIP-4788). */
import assert from 'node:assert/strict'
import { fromHex, uintToBytes } from '../../primitives/bytes.ts'
import type { Header } from '../block/header.ts'
import type { Layer } from '../state/overlayState.ts'

export const HISTORY_ADDRESS = fromHex('0x0000f90827f1c53a10cb7a02335b175320002935')
export const BEACON_ROOTS_ADDRESS = fromHex('0x000f3df6d732807ef1319fb7b8bb8522d0beac02')
/** Ring size of both contracts. */
export const HISTORY_WINDOW = 8191

/** Slot in which the contract at `HISTORY_ADDRESS` keeps the hash of block `number`. */
export function historySlot(number: number): Uint8Array {
  return uintToBytes(number % HISTORY_WINDOW, 32)
}

type WrittenFacts = Pick<Header, 'number' | 'parentHash' | 'timestamp' | 'parentBeaconBlockRoot'>

/** Start of a block: as the EIPs' system calls would write. Missing code is a fault of the chain's genesis. */
export function writeSystemContracts(layer: Layer, facts: WrittenFacts): void {
  for (const address of [HISTORY_ADDRESS, BEACON_ROOTS_ADDRESS])
    assert(layer.codeOf(address).length > 0, 'the EIP-2935 and EIP-4788 contracts must be predeployed')
  layer.setStorage(HISTORY_ADDRESS, historySlot(facts.number - 1), facts.parentHash)
  const place = facts.timestamp % HISTORY_WINDOW
  layer.setStorage(BEACON_ROOTS_ADDRESS, uintToBytes(place, 32), uintToBytes(facts.timestamp, 32))
  layer.setStorage(BEACON_ROOTS_ADDRESS, uintToBytes(place + HISTORY_WINDOW, 32), facts.parentBeaconBlockRoot)
}
