/**
 * The transaction pool (runtime.md §6): nonce queues per sender, one total order by price, and a fate for every
 * transaction that was ever accepted. Pure: the clock and the head's state are passed in.
 */
import { compare, equal, toHex } from '../../primitives/bytes.ts'
import type { ChainRules } from '../chainRules.ts'
import { isDelegation } from '../execution/userExecution.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { keyOf } from '../state/stateRoot.ts'
import { decodeUserTransaction, effectiveTipWei, type UserTransaction } from '../transactions/userTransaction.ts'
import { AccountQueue, type PoolEntry, senderKey } from './accountQueue.ts'
import { checkFunds, checkReplacement, checkState, type PoolHead } from './admission.ts'
import { createFates, type DropReason, type Fates, type TransactionFate } from './fates.ts'
import { createHeap } from './feeHeap.ts'
import { POOL_LIMITS, type PoolLimits } from './poolLimits.ts'
import { type PoolRefusal, refusePool, worded } from './poolRefusal.ts'

export type MinedTransaction = Pick<UserTransaction, 'hash' | 'sender' | 'nonce'>

/** A block that became final: its transactions leave the pool. */
export interface MinedBlock {
  readonly number: number
  readonly transactions: Iterable<MinedTransaction>
}

export interface PoolOptions {
  readonly head: PoolHead
  /** Monotonic. */
  nowMs(): number
  readonly limits?: Partial<PoolLimits>
  readonly mirror?: PoolMirror
}

/** Keeps what the pool holds, elsewhere. */
export interface PoolMirror {
  held(transaction: UserTransaction): void
  forgotten(hash: Uint8Array): void
}

export interface Added {
  readonly kind: 'added'
  readonly transaction: UserTransaction
  readonly isExecutable: boolean
  /** Hash of the transaction whose place it took. */
  readonly replaced: Uint8Array | undefined
}

export interface PoolContent {
  readonly pending: readonly UserTransaction[]
  readonly queued: readonly UserTransaction[]
}

export interface Pool {
  readonly pendingCount: number
  readonly queuedCount: number
  /** Decodes, checks and admits; the pool keeps `bytes`. */
  add(bytes: Uint8Array, source: 'local' | 'peer'): Added | PoolRefusal
  get(hash: Uint8Array): UserTransaction | undefined
  /** Executable transactions that can pay the base fee, best first, each sender's nonces ascending. */
  best(): Generator<UserTransaction>
  /** Where a transaction is, or what became of it. */
  status(hash: Uint8Array): TransactionFate
  /** Nonce that a sender's next transaction should have (`pending`). */
  nextNonce(address: Uint8Array): bigint
  content(): PoolContent
  /** What was submitted here and is still held: for the journal that survives a restart. */
  local(): UserTransaction[]
  /** A new head: mined transactions go, unpayable ones are dropped, gaps may have closed. */
  setHead(head: PoolHead, mined: MinedBlock): void
  /** The builder could not include it: refusals of state drop it, others leave it. */
  skip(transaction: Pick<UserTransaction, 'hash'>, refusal: Refusal): void
  /** The builder ran out of time on it; the second time it goes. */
  abort(transaction: Pick<UserTransaction, 'hash'>): void
}

export function createPool(rules: ChainRules, options: PoolOptions): Pool {
  return new TransactionPool(rules, options)
}

class TransactionPool implements Pool {
  readonly #rules: ChainRules
  readonly #limits: PoolLimits
  readonly #nowMs: () => number
  readonly #mirror: PoolMirror | undefined
  readonly #fates: Fates
  readonly #byHash = new Map<string, PoolEntry>()
  readonly #accounts = new Map<string, AccountQueue>()
  /** Authority of a pending authorization → hash of the transaction that carries it. */
  readonly #authorities = new Map<string, Uint8Array>()
  /** Hash → until when it is refused after aborts. */
  readonly #refusedUntilMs = new Map<string, number>()
  #head: PoolHead
  #arrivals = 0
  #bytes = 0
  #executable = 0

  constructor(rules: ChainRules, { head, nowMs, limits, mirror }: PoolOptions) {
    this.#rules = rules
    this.#limits = { ...POOL_LIMITS, ...limits }
    this.#nowMs = nowMs
    this.#head = head
    this.#mirror = mirror
    this.#fates = createFates(this.#limits.fatesMax)
  }

  get pendingCount(): number {
    return this.#executable
  }

  get queuedCount(): number {
    return this.#byHash.size - this.#executable
  }

  add(bytes: Uint8Array, source: 'local' | 'peer'): Added | PoolRefusal {
    const { transactionBytesMax } = this.#limits
    if (bytes.length > transactionBytesMax)
      return refusePool('PoolTooLong', 'oversized data', `at most ${transactionBytesMax} bytes`, bytes.length)
    const hashKey = keyOf(this.#rules.keccak(bytes))
    if (this.#byHash.has(hashKey)) return refusePool('PoolKnown', 'already known', 'a new transaction', 'a known one')
    const untilMs = this.#refusedUntilMs.get(hashKey) ?? 0
    if (untilMs > this.#nowMs())
      return refusePool('PoolAborted', 'transaction takes too long to execute', 'less work', 'aborted by the builder')
    const transaction = decodeUserTransaction(this.#rules, bytes)
    if (isRefusal(transaction)) return worded(transaction)
    return checkState(this.#rules, this.#head, this.#limits, transaction) ?? this.#admit(transaction, source)
  }

  #admit(transaction: UserTransaction, source: 'local' | 'peer'): Added | PoolRefusal {
    const key = senderKey(transaction)
    const queue = this.#accounts.get(key) ?? new AccountQueue(transaction.sender, this.#head.nonce(transaction.sender))
    const old = queue.get(transaction.nonce)
    const fault =
      checkReplacement(this.#limits, transaction, old) ??
      checkFunds(this.#head, transaction, queue, old) ??
      this.#checkDelegation(transaction, queue, old) ??
      this.#makeRoom(transaction, queue, old)
    if (fault !== undefined) return fault
    if (old !== undefined) this.#forget(old)
    const entry = {
      transaction,
      arrival: this.#arrivals++,
      addedMs: this.#nowMs(),
      isLocal: source === 'local',
      aborts: 0,
    }
    this.#hold(key, queue, entry)
    if (old !== undefined) this.#fates.replaced(old.transaction.hash, transaction.hash)
    const isExecutable = queue.isExecutable(transaction.nonce)
    return { kind: 'added', transaction, isExecutable, replaced: old?.transaction.hash }
  }

  /** EIP-7702: a delegated account's balance and nonce can move under its own transactions. */
  #checkDelegation(
    transaction: UserTransaction,
    queue: AccountQueue,
    old: PoolEntry | undefined,
  ): PoolRefusal | undefined {
    const isDelegated =
      this.#authorities.has(senderKey(transaction)) || isDelegation(this.#head.code(transaction.sender))
    if (isDelegated && transaction.nonce !== queue.stateNonce)
      return refusePool('PoolDelegated', 'gapped-nonce tx from delegated accounts', queue.stateNonce, transaction.nonce)
    if (isDelegated && queue.size > (old === undefined ? 0 : 1))
      return refusePool(
        'PoolDelegated',
        'in-flight transaction limit reached for delegated accounts',
        1,
        queue.size + 1,
      )
    for (const authority of transaction.authorities) {
      const holder = this.#authorities.get(keyOf(authority))
      const isFree = holder === undefined || (old !== undefined && equal(holder, old.transaction.hash))
      if (!isFree) return refusePool('PoolAuthority', 'authority already reserved', 'one pending transaction', holder)
    }
    return undefined
  }

  /** Bounds of account and pool; a better price pushes out the worst of an account that holds more than its guarantee. */
  #makeRoom(transaction: UserTransaction, queue: AccountQueue, old: PoolEntry | undefined): PoolRefusal | undefined {
    const limits = this.#limits
    if (old !== undefined) return this.#checkBytes(transaction, old)
    if (transaction.nonce !== queue.nextNonce) {
      if (queue.queued >= limits.queuedMax)
        return refusePool(
          'PoolAccountFull',
          'txpool is full',
          `${limits.queuedMax} queued per account`,
          queue.queued + 1,
        )
      if (this.queuedCount >= limits.poolQueuedMax)
        return refusePool('PoolFull', 'txpool is full', `${limits.poolQueuedMax} queued`, this.queuedCount + 1)
      return this.#checkBytes(transaction, old)
    }
    if (queue.executable >= limits.executableMax)
      return refusePool(
        'PoolAccountFull',
        'txpool is full',
        `${limits.executableMax} per account`,
        queue.executable + 1,
      )
    if (this.#executable >= limits.poolExecutableMax && !this.#evictFor(transaction, queue))
      return refusePool('PoolFull', 'txpool is full', `${limits.poolExecutableMax} pending`, this.#executable + 1)
    return this.#checkBytes(transaction, old)
  }

  #checkBytes(transaction: UserTransaction, old: PoolEntry | undefined): PoolRefusal | undefined {
    const bytes = this.#bytes + transaction.bytes.length - (old?.transaction.bytes.length ?? 0)
    const { poolBytesMax } = this.#limits
    return bytes > poolBytesMax ? refusePool('PoolFull', 'txpool is full', `${poolBytesMax} bytes`, bytes) : undefined
  }

  /** Drops the cheapest last transaction of the accounts over their guarantee, if `transaction` pays more. */
  #evictFor(transaction: UserTransaction, own: AccountQueue): boolean {
    let worst: PoolEntry | undefined
    for (const queue of this.#accounts.values()) {
      if (queue === own || queue.executable <= this.#limits.executableGuaranteed) continue
      const last = queue.get(queue.nextNonce - 1n)!
      if (worst === undefined || this.#isBefore(worst, last)) worst = last
    }
    if (worst === undefined || this.#tip(worst.transaction) >= this.#tip(transaction)) return false
    this.#drop(worst, 'PoolFull', 'a better price took its place in a full pool')
    return true
  }

  #hold(key: string, queue: AccountQueue, entry: PoolEntry): void {
    const { transaction } = entry
    this.#accounts.set(key, queue)
    this.#byHash.set(keyOf(transaction.hash), entry)
    this.#bytes += transaction.bytes.length
    this.#count(queue, () => queue.put(entry))
    for (const authority of transaction.authorities) this.#authorities.set(keyOf(authority), transaction.hash)
    this.#mirror?.held(transaction)
  }

  #count(queue: AccountQueue, change: () => void): void {
    const before = queue.executable
    change()
    this.#executable += queue.executable - before
  }

  /** Takes an entry out of everything; its fate is the caller's to tell. */
  #forget({ transaction }: PoolEntry): void {
    const key = senderKey(transaction)
    const queue = this.#accounts.get(key)
    if (!this.#byHash.delete(keyOf(transaction.hash))) return
    this.#mirror?.forgotten(transaction.hash)
    this.#bytes -= transaction.bytes.length
    if (queue !== undefined) {
      if (queue.get(transaction.nonce)?.transaction === transaction)
        this.#count(queue, () => queue.remove(transaction.nonce))
      if (queue.size === 0) this.#accounts.delete(key)
    }
    for (const authority of transaction.authorities) {
      const holder = this.#authorities.get(keyOf(authority))
      if (holder !== undefined && equal(holder, transaction.hash)) this.#authorities.delete(keyOf(authority))
    }
  }

  #drop(entry: PoolEntry, reason: DropReason, detail: string): void {
    this.#forget(entry)
    this.#fates.dropped(entry.transaction.hash, reason, detail)
  }

  /** What waited too long behind a gap goes. */
  #expire(): void {
    const oldestMs = this.#nowMs() - this.#limits.queuedLifetimeMs
    for (const entry of [...this.#byHash.values()]) {
      if (entry.addedMs > oldestMs) break // insertion order is time order
      const queue = this.#accounts.get(senderKey(entry.transaction))!
      if (!queue.isExecutable(entry.transaction.nonce))
        this.#drop(entry, 'Expired', `nonce ${queue.nextNonce} did not come within the queue's lifetime`)
    }
  }

  get(hash: Uint8Array): UserTransaction | undefined {
    return this.#byHash.get(keyOf(hash))?.transaction
  }

  #tip(transaction: UserTransaction): bigint {
    return effectiveTipWei(transaction, this.#head.baseFeeWei) ?? -1n
  }

  /** Effective tip down, arrival up, hash up. */
  #isBefore(a: PoolEntry, b: PoolEntry): boolean {
    const [tipA, tipB] = [this.#tip(a.transaction), this.#tip(b.transaction)]
    if (tipA !== tipB) return tipA > tipB
    return a.arrival !== b.arrival ? a.arrival < b.arrival : compare(a.transaction.hash, b.transaction.hash) < 0
  }

  *best(): Generator<UserTransaction> {
    const heap = createHeap<PoolEntry>((a, b) => this.#isBefore(a, b))
    const push = (entry: PoolEntry | undefined) => {
      if (entry !== undefined && this.#tip(entry.transaction) >= 0n) heap.push(entry)
    }
    for (const queue of this.#accounts.values()) push(queue.get(queue.stateNonce))
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const { transaction } = entry
      yield transaction
      push(this.#accounts.get(senderKey(transaction))?.get(transaction.nonce + 1n))
    }
  }

  status(hash: Uint8Array): TransactionFate {
    const entry = this.#byHash.get(keyOf(hash))
    if (entry === undefined) return this.#fates.of(hash)
    const { transaction } = entry
    const queue = this.#accounts.get(senderKey(transaction))!
    if (!queue.isExecutable(transaction.nonce)) return { kind: 'queued', missingNonce: queue.nextNonce }
    let position = 0
    for (const other of this.best()) {
      if (other === transaction) return { kind: 'pending', position }
      position++
    }
    return { kind: 'waiting', baseFeeWei: this.#head.baseFeeWei, ...this.#cheapestBefore(queue, transaction) }
  }

  /** The transaction whose fee holds this one up: itself, or an earlier nonce of its sender. */
  #cheapestBefore(queue: AccountQueue, transaction: UserTransaction) {
    let blocking = transaction
    for (let nonce = queue.stateNonce; nonce < transaction.nonce; nonce++) {
      const earlier = queue.get(nonce)!.transaction
      if (this.#tip(earlier) < 0n) {
        blocking = earlier
        break
      }
    }
    return { blocking: blocking.hash, maxFeeWei: blocking.maxFeeWei }
  }

  nextNonce(address: Uint8Array): bigint {
    return this.#accounts.get(keyOf(address))?.nextNonce ?? this.#head.nonce(address)
  }

  content(): PoolContent {
    const [pending, queued]: [UserTransaction[], UserTransaction[]] = [[], []]
    for (const queue of this.#accounts.values())
      for (const { transaction } of queue.entries())
        (queue.isExecutable(transaction.nonce) ? pending : queued).push(transaction)
    return { pending, queued }
  }

  local(): UserTransaction[] {
    return [...this.#byHash.values()].filter((entry) => entry.isLocal).map((entry) => entry.transaction)
  }

  setHead(head: PoolHead, { number, transactions }: MinedBlock): void {
    this.#head = head
    const minedBy = new Map<string, Uint8Array>()
    for (const mined of transactions) {
      minedBy.set(`${senderKey(mined)}:${mined.nonce}`, mined.hash)
      this.#fates.mined(mined.hash, number)
    }
    for (const [key, queue] of [...this.#accounts]) this.#refresh(key, queue, minedBy)
    this.#expire()
    for (const [key, untilMs] of this.#refusedUntilMs) if (untilMs <= this.#nowMs()) this.#refusedUntilMs.delete(key)
  }

  #refresh(key: string, queue: AccountQueue, minedBy: ReadonlyMap<string, Uint8Array>): void {
    const nonce = this.#head.nonce(queue.sender)
    let passed: PoolEntry[] = []
    this.#count(queue, () => (passed = queue.advance(nonce)))
    for (const entry of passed) {
      this.#forget(entry)
      const winner = minedBy.get(`${key}:${entry.transaction.nonce}`)
      if (winner === undefined) this.#fates.dropped(entry.transaction.hash, 'NonceUsed', `next nonce ${nonce}`)
      else if (!equal(winner, entry.transaction.hash)) this.#fates.replaced(entry.transaction.hash, winner)
    }
    const balanceWei = this.#head.balanceWei(queue.sender)
    for (let last = queue.last(); last !== undefined && queue.costWei > balanceWei; last = queue.last())
      this.#drop(last, 'InsufficientFunds', `have ${balanceWei} want ${queue.costWei}`)
    if (queue.size === 0) this.#accounts.delete(key)
  }

  skip(transaction: Pick<UserTransaction, 'hash'>, refusal: Refusal): void {
    const entry = this.#byHash.get(keyOf(transaction.hash))
    if (entry === undefined || !DROPPING.has(refusal.code)) return
    this.#drop(entry, 'Refused', `${refusal.code}: expected ${refusal.expected}, got ${refusal.got}`)
  }

  abort(transaction: Pick<UserTransaction, 'hash'>): void {
    const entry = this.#byHash.get(keyOf(transaction.hash))
    if (entry === undefined) return
    entry.aborts++
    if (entry.aborts < this.#limits.abortsMax) return
    this.#refusedUntilMs.set(keyOf(transaction.hash), this.#nowMs() + this.#limits.refusedMs)
    this.#drop(entry, 'Aborted', `ran past the builder's time ${entry.aborts} times, last ${toHex(transaction.hash)}`)
  }
}

/** Refusals that the next block will repeat unless the sender acts. */
const DROPPING: ReadonlySet<string> = new Set(['InsufficientFunds', 'SenderHasCode', 'NonceTooLow'])
