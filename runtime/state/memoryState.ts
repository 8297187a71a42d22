/** A finalized state in memory: what block 0 is computed on, and what short-lived tools execute on. */
import type { StateChanges, StateStore } from '../stateStore.ts'
import { keyOf } from './stateRoot.ts'

export interface MemoryState extends StateStore {
  apply(changes: StateChanges): void
}

/** Empty at first: the state whose root is `EMPTY_ROOT`. */
export function createMemoryState(): MemoryState {
  const accounts = new Map<string, Uint8Array>()
  const slots = new Map<string, Map<string, Uint8Array>>()
  const codes = new Map<string, Uint8Array>()
  const nodes = new Map<string, Uint8Array>()
  return {
    account: (addressHash) => accounts.get(keyOf(addressHash)),
    slot: (addressHash, slotHash) => slots.get(keyOf(addressHash))?.get(keyOf(slotHash)),
    code: (codeHash) => codes.get(keyOf(codeHash)),
    node: (hash) => nodes.get(keyOf(hash)),
    apply(changes) {
      for (const { addressHash, rlp } of changes.accounts) set(accounts, addressHash, rlp)
      for (const addressHash of changes.wiped) slots.delete(keyOf(addressHash))
      for (const { addressHash, slotHash, value } of changes.slots) {
        const key = keyOf(addressHash)
        const own = slots.get(key) ?? new Map<string, Uint8Array>()
        set(own, slotHash, value)
        slots.set(key, own)
      }
      for (const { codeHash, code } of changes.codes) codes.set(keyOf(codeHash), code)
      for (const { hash, node } of changes.nodes) nodes.set(keyOf(hash), node)
    },
  }
}

function set(map: Map<string, Uint8Array>, key: Uint8Array, value: Uint8Array | null): void {
  if (value === null) map.delete(keyOf(key))
  else map.set(keyOf(key), value)
}
