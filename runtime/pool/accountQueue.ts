/** One sender's transactions by nonce: those that follow its state nonce without a gap are executable. */
import { keyOf } from '../state/stateRoot.ts'
import { maxCostWei, type UserTransaction } from '../transactions/userTransaction.ts'

export interface PoolEntry {
  readonly transaction: UserTransaction
  /** Order of arrival. */
  readonly arrival: number
  readonly addedMs: number
  /** Submitted here, not by a peer. */
  readonly isLocal: boolean
  /** Times that the builder abandoned it. */
  aborts: number
}

export class AccountQueue {
  readonly sender: Uint8Array
  readonly #byNonce = new Map<bigint, PoolEntry>()
  stateNonce: bigint
  #executable = 0
  #costWei = 0n

  constructor(sender: Uint8Array, stateNonce: bigint) {
    this.sender = sender
    this.stateNonce = stateNonce
  }

  get size(): number {
    return this.#byNonce.size
  }

  get executable(): number {
    return this.#executable
  }

  get queued(): number {
    return this.size - this.#executable
  }

  /** What all of them may cost together, wei. */
  get costWei(): bigint {
    return this.#costWei
  }

  /** The nonce that the next executable transaction must have. */
  get nextNonce(): bigint {
    return this.stateNonce + BigInt(this.#executable)
  }

  get(nonce: bigint): PoolEntry | undefined {
    return this.#byNonce.get(nonce)
  }

  put(entry: PoolEntry): void {
    this.remove(entry.transaction.nonce)
    this.#byNonce.set(entry.transaction.nonce, entry)
    this.#costWei += maxCostWei(entry.transaction)
    if (entry.transaction.nonce === this.nextNonce) this.#extend()
  }

  remove(nonce: bigint): PoolEntry | undefined {
    const entry = this.#byNonce.get(nonce)
    if (entry === undefined) return undefined
    this.#byNonce.delete(nonce)
    this.#costWei -= maxCostWei(entry.transaction)
    if (this.isExecutable(nonce)) this.#executable = Number(nonce - this.stateNonce)
    return entry
  }

  /** Moves to a new state nonce; returns what it overtook. */
  advance(stateNonce: bigint): PoolEntry[] {
    const passed = [...this.#byNonce.values()].filter((entry) => entry.transaction.nonce < stateNonce)
    for (const entry of passed) this.remove(entry.transaction.nonce)
    this.stateNonce = stateNonce
    this.#executable = 0
    this.#extend()
    return passed
  }

  /** Ascending nonces, executable first. */
  entries(): PoolEntry[] {
    return [...this.#byNonce.values()].sort((a, b) => (a.transaction.nonce < b.transaction.nonce ? -1 : 1))
  }

  last(): PoolEntry | undefined {
    let last: PoolEntry | undefined
    for (const entry of this.#byNonce.values())
      if (last === undefined || entry.transaction.nonce > last.transaction.nonce) last = entry
    return last
  }

  isExecutable(nonce: bigint): boolean {
    return nonce >= this.stateNonce && nonce < this.nextNonce
  }

  #extend(): void {
    while (this.#byNonce.has(this.nextNonce)) this.#executable++
  }
}

export const senderKey = (transaction: Pick<UserTransaction, 'sender'>): string => keyOf(transaction.sender)
