/** The balance audit: a block changes the sum of all balances by what it may, to the wei (runtime.md §5.9). */
import assert from 'node:assert/strict'
import { decodeAccount } from '../state/accountRecord.ts'
import type { Layer } from '../state/overlayState.ts'
import type { StateRoot } from '../state/stateRoot.ts'
import { readTrie } from '../state/trieRead.ts'
import type { StateChanges } from '../stateStore.ts'

/** What a block may do to the sum. */
export interface Supply {
  readonly mintedWei: bigint
  /** Base fees that nobody gets. */
  readonly burntWei: bigint
  /** A contract made and destroyed in one transaction can burn what it holds (EIP-6780). */
  readonly isBurnPossible: boolean
}

/** Σ balances after − before, over the accounts that changed. */
export function supplyChangeWei(changes: StateChanges, parent: Layer | StateRoot): bigint {
  const { root } = parent
  assert(root !== undefined, 'the parent is sealed')
  const read = (hash: Uint8Array) => (parent.kind === 'layer' ? parent.nodeOf(hash) : parent.store.node(hash))
  let sumWei = 0n
  for (const { addressHash, rlp } of changes.accounts) {
    const before = readTrie(root, addressHash, read)
    sumWei +=
      (rlp === null ? 0n : decodeAccount(rlp).balanceWei) -
      (before === undefined ? 0n : decodeAccount(before).balanceWei)
  }
  return sumWei
}

/** Throws when wei appeared or vanished: a bug in the chain, which must not go on. */
export function auditSupply(changes: StateChanges, parent: Layer | StateRoot, supply: Supply): void {
  const changeWei = supplyChangeWei(changes, parent)
  const expectedWei = supply.mintedWei - supply.burntWei
  const isBalanced = changeWei === expectedWei || (supply.isBurnPossible && changeWei < expectedWei)
  assert(isBalanced, `balance audit: the sum changed by ${changeWei} wei, not by ${expectedWei}`)
}
