/** The overlay layer beside ethereumjs's `MerkleStateManager` and a plain map that rebuilds its tries from nothing. */
import { createMPT } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { Account, Address } from '@ethereumjs/util'
import { uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { EMPTY_CODE_HASH, EMPTY_ROOT, encodeAccount, trimZeros } from '../../../runtime/state/accountRecord.ts'
import { createMemoryState, type MemoryState } from '../../../runtime/state/memoryState.ts'
import { createLayer, type Layer } from '../../../runtime/state/overlayState.ts'
import { createStateRoot } from '../../../runtime/state/stateRoot.ts'

export const ADDRESSES = Array.from({ length: 9 }, (_, i) => new Address(new Uint8Array(20).fill(i + 1)))
export const SLOTS = Array.from({ length: 7 }, (_, i) => uintToBytes(i * i * i, 32))

export interface NaiveAccount {
  nonce: bigint
  balanceWei: bigint
  code: Uint8Array
  readonly slots: Map<number, Uint8Array>
}
export type NaiveState = Map<number, NaiveAccount>

export function copyNaive(state: NaiveState): NaiveState {
  return new Map([...state].map(([at, account]) => [at, { ...account, slots: new Map(account.slots) }]))
}

/** Account and storage tries built from nothing: the judge. */
export async function naiveRoot(state: NaiveState): Promise<Uint8Array> {
  const trie = await createMPT({ useKeyHashing: true })
  for (const [at, account] of state) {
    const storage = await createMPT({ useKeyHashing: true })
    for (const [slot, value] of account.slots) await storage.put(SLOTS[slot]!, RLP.encode(value))
    const codeHash = account.code.length === 0 ? EMPTY_CODE_HASH : keccak256(account.code)
    const { nonce, balanceWei } = account
    const storageRoot = account.slots.size === 0 ? EMPTY_ROOT : storage.root()
    await trie.put(
      ADDRESSES[at]!.bytes,
      RLP.encode(RLP.decode(encodeAccount({ nonce, balanceWei, storageRoot, codeHash }))),
    )
  }
  return trie.root()
}

export type Operation =
  | { readonly kind: 'put'; readonly at: number; readonly nonce: bigint; readonly balanceWei: bigint }
  | { readonly kind: 'balance'; readonly at: number; readonly balanceWei: bigint }
  | { readonly kind: 'code'; readonly at: number; readonly code: Uint8Array }
  | { readonly kind: 'slot'; readonly at: number; readonly slot: number; readonly value: Uint8Array }
  | { readonly kind: 'wipe' | 'delete'; readonly at: number }
  | { readonly kind: 'checkpoint' | 'commit' | 'revert' | 'transaction' | 'sibling' | 'block' | 'flatten' }

/** The three models side by side; `finalized` is the store under the layers. */
export class ThreeModels {
  readonly finalized: MemoryState = createMemoryState()
  layer: Layer = createLayer(createStateRoot(EMPTY_ROOT, this.finalized))
  readonly stock = new MerkleStateManager()
  naive: NaiveState = new Map()
  /** Naive state at the start of the transaction, and accounts wiped since. */
  original: NaiveState = new Map()
  readonly wipedSince = new Set<number>()
  readonly #checkpoints: NaiveState[] = []

  get depth(): number {
    return this.#checkpoints.length
  }

  /** One change of one account, on all three. */
  async change(operation: Extract<Operation, { at: number }>): Promise<void> {
    const { at } = operation
    const address = ADDRESSES[at]!
    const held = this.naive.get(at)
    switch (operation.kind) {
      case 'put': {
        const { nonce, balanceWei } = operation
        this.naive.set(at, {
          nonce,
          balanceWei,
          code: held?.code ?? new Uint8Array(0),
          slots: held?.slots ?? new Map(),
        })
        for (const model of [this.layer, this.stock]) {
          const before = (await model.getAccount(address)) ?? new Account()
          before.nonce = nonce
          before.balance = balanceWei
          await model.putAccount(address, before)
        }
        return
      }
      case 'balance': {
        const { balanceWei } = operation
        this.naive.set(at, { nonce: 0n, code: new Uint8Array(0), slots: new Map(), ...held, balanceWei })
        for (const model of [this.layer, this.stock]) await model.modifyAccountFields(address, { balance: balanceWei })
        return
      }
      case 'code': {
        const { code } = operation
        this.naive.set(at, { nonce: 0n, balanceWei: 0n, slots: new Map(), ...held, code })
        for (const model of [this.layer, this.stock]) await model.putCode(address, code)
        return
      }
      default:
        if (held !== undefined) await this.#changeHeld(operation, held, address)
    }
  }

  async #changeHeld(
    operation: Extract<Operation, { kind: 'slot' | 'wipe' | 'delete' }>,
    held: NaiveAccount,
    address: Address,
  ): Promise<void> {
    const { at } = operation
    if (operation.kind === 'slot') {
      const value = trimZeros(operation.value)
      if (value.length === 0) held.slots.delete(operation.slot)
      else held.slots.set(operation.slot, value)
      for (const model of [this.layer, this.stock])
        await model.putStorage(address, SLOTS[operation.slot]!, operation.value)
      return
    }
    this.wipedSince.add(at)
    held.slots.clear()
    await this.stock.clearStorage(address) // H11: the stock manager keeps old slots past a deletion
    if (operation.kind === 'wipe') return this.layer.clearStorage(address)
    this.naive.delete(at)
    await this.layer.deleteAccount(address)
    await this.stock.deleteAccount(address)
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(copyNaive(this.naive))
    await this.layer.checkpoint()
    await this.stock.checkpoint()
  }

  async commit(): Promise<void> {
    if (this.#checkpoints.pop() === undefined) return
    await this.layer.commit()
    await this.stock.commit()
  }

  async revert(): Promise<void> {
    const before = this.#checkpoints.pop()
    if (before === undefined) return
    this.naive = before
    await this.layer.revert()
    await this.stock.revert()
  }

  /** Ends a transaction: all checkpoints closed, original values forgotten. */
  async endTransaction(): Promise<void> {
    while (this.depth > 0) await this.commit()
    this.layer.originalStorageCache.clear()
    this.original = copyNaive(this.naive)
    this.wipedSince.clear()
  }
}
