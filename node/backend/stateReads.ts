/** The RPC server's reads of accounts, code, storage and proofs at any height. */
import { bytesToUint, uintToBytes } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import type { StateReads } from '../../rpc/backend.ts'
import { decodeAccount, EMPTY_ACCOUNT } from '../../runtime/state/accountRecord.ts'
import { proveAccount } from '../../runtime/state/stateAt.ts'
import type { StateStore } from '../../runtime/stateStore.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import { StoreError } from '../storage/storeError.ts'

const NO_CODE = new Uint8Array()

export function createStateReads(store: ChainReader, keccak: Hasher): StateReads {
  /** The head is read from flat tables, all else from trie nodes. */
  const stateAfter = (height: number): StateStore => {
    if (store.head()?.height === height) return store.state
    return after(height).state
  }
  const after = (height: number) => {
    const found = store.stateAfter(height)
    if (found === undefined) throw new StoreError('bad-value', `the state after block ${height} is not held`)
    return found
  }
  const accountOf = (address: Uint8Array, height: number) => {
    const rlp = stateAfter(height).account(keccak(address))
    return rlp === undefined ? undefined : decodeAccount(rlp)
  }
  return {
    account: accountOf,
    code(address, height) {
      const account = accountOf(address, height)
      return (account && stateAfter(height).code(account.codeHash)) ?? NO_CODE
    },
    storage(address, slot, height) {
      const value = stateAfter(height).slot(keccak(address), keccak(uintToBytes(slot, 32)))
      return value === undefined ? 0n : bytesToUint(value)
    },
    proof(address, slots, height) {
      const { root, state } = after(height)
      const words = slots.map((slot) => uintToBytes(slot, 32))
      const { account, accountProof, storage } = proveAccount(root, address, words, state, keccak)
      return {
        account: account ?? EMPTY_ACCOUNT,
        accountProof,
        storageProof: storage.map(({ value, proof }, i) => ({ slot: slots[i]!, value: bytesToUint(value), proof })),
      }
    },
  }
}
