/**
 * Agreement of one: drives build → check → commit on a timer or on demand, and signs what a quorum of one signs. The
 * statements, certificates and hashes are those of consensus.md, so the Simplex core can take its place.
 */
import assert from 'node:assert/strict'
import type { EpochWithLeaders } from '../../consensus/epoch.ts'
import type { Bls } from '../../primitives/bls.ts'
import { equal } from '../../primitives/bytes.ts'
import { type Certificate, decodeCandidate } from '../../primitives/certificate.ts'
import { encodeSigners } from '../../primitives/signers.ts'
import { type ChainContext, type Statement, statementHash } from '../../primitives/statements.ts'
import { type Candidate, candidateId } from '../../primitives/validatorSet.ts'
import { encodeBlock } from '../../runtime/block/block.ts'
import type { BuiltBlock } from '../../runtime/execution/buildBlock.ts'
import { isRefusal } from '../../runtime/refusal.ts'
import type { UserTransaction } from '../../runtime/transactions/userTransaction.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import type { BlockDuties, FinalBlock } from './blockDuties.ts'
import type { SettlementDesk } from './settlementDesk.ts'

/** Consensus.md §6: E, to which the builder's budget grows while no own block is skipped; alone, none ever is. */
const BUILD_BUDGET_MS = 500

export interface ValidatorKey {
  readonly operator: Uint8Array
  readonly feeRecipient: Uint8Array
  /** 32 bytes. */
  readonly blsSecret: Uint8Array
}

export interface SoloHostOptions {
  readonly duties: BlockDuties
  readonly chain: ChainContext
  readonly bls: Bls
  readonly key: ValidatorKey
  readonly store: Pick<ChainReader, 'head' | 'certificate'>
  readonly settlements: SettlementDesk
  readonly transactions: () => Iterable<UserTransaction>
  /** What the builder could not take: the pool must hear of it before the next block. */
  readonly onBuilt: (built: BuiltBlock) => void
  readonly onFinal: (final: FinalBlock) => void
  readonly nowMs: () => number
  readonly onFault: (error: unknown) => void
}

export interface SoloHost {
  /** Makes blocks by time; 0 stops the timer. */
  setIntervalMs(intervalMs: number): void
  /** Makes a block as soon as a transaction or settlement waits, and another while some are left. */
  setAutomine(isOn: boolean): void
  /** Something waits: automine makes a block. */
  poke(): void
  /** Makes that many blocks now. */
  mine(blocks: number): Promise<void>
  isMining(): boolean
  /** Ends after the block at work. */
  close(): Promise<void>
}

export function createSoloHost(options: SoloHostOptions): SoloHost {
  let tail: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let intervalMs = 0
  let isAutomine = false
  let isPoked = false
  let isClosed = false

  const enqueue = (): Promise<void> => {
    const done = tail.then(async () => {
      // What did not fit into this block needs no new transaction to get its turn.
      if (!isClosed && (await produce(options))) pokeForWaiting()
    })
    tail = done.catch((error: unknown) => {
      isClosed = true
      clearTimeout(timer)
      options.onFault(error)
    })
    return done
  }
  const arm = (afterMs: number) => {
    clearTimeout(timer)
    if (isClosed || intervalMs === 0) return
    timer = setTimeout(() => {
      const startMs = performance.now()
      void enqueue()
        .then(() => arm(Math.max(0, intervalMs - (performance.now() - startMs))))
        .catch(() => {})
    }, afterMs)
  }
  const poke = () => {
    if (!isAutomine || isPoked || isClosed) return
    isPoked = true
    setImmediate(() => {
      isPoked = false
      void enqueue().catch(() => {})
    })
  }
  const pokeForWaiting = () => {
    if (isAutomine && isAnythingWaiting(options)) poke()
  }
  return {
    setIntervalMs(ms) {
      intervalMs = ms
      arm(ms)
    },
    setAutomine(isOn) {
      isAutomine = isOn
      pokeForWaiting()
    },
    poke,
    async mine(blocks) {
      for (let i = 0; i < blocks; i++) await enqueue()
    },
    isMining: () => isAutomine || intervalMs > 0,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await tail
    },
  }
}

function isAnythingWaiting({ transactions, settlements, duties }: SoloHostOptions): boolean {
  for (const _ of transactions()) return true
  for (const _ of settlements.pending(duties.epoch())) return true
  return false
}

/** One view: build, check as a validator, sign, commit. Says whether anything came of what waited. */
async function produce(options: SoloHostOptions): Promise<boolean> {
  const { duties, key, settlements } = options
  const tip = duties.tip()
  const epoch = duties.epoch()
  const timestamp = Math.max(tip.header.timestamp, Math.floor(options.nowMs() / 1000))
  const built = await duties.build({
    coinbase: key.feeRecipient,
    timestamp,
    transactions: options.transactions(),
    settlements: settlements.pending(epoch),
    budgetMs: BUILD_BUDGET_MS,
  })
  for (const { settlement, refusal } of built.failedSettlements) settlements.drop(settlement, refusal)
  options.onBuilt(built)
  const checked = await duties.check(encodeBlock(built), key.feeRecipient)
  if (isRefusal(checked))
    assert.fail(`our own block breaks ${checked.code}: expected ${checked.expected}, got ${checked.got}`)
  const candidate = nextCandidate(options, epoch, checked.hash)
  const final = await duties.commit(checked, candidate, finalize(options, epoch, candidate))
  settlements.settled(final)
  options.onFinal(final)
  return built.transactions.length > 0 || built.aborted.length > 0
}

/** The candidate after the newest committed one; view 0 of an epoch is its root, whose id is epochHash. */
function nextCandidate(options: SoloHostOptions, epoch: EpochWithLeaders, blockHash: Uint8Array): Candidate {
  const { chain, duties, store } = options
  const tip = duties.tip()
  const certificate = store.certificate(tip.header.number)
  const isFirst = equal(tip.hash, epoch.rootBlockHash)
  if (certificate === undefined || isFirst) return { view: 1, parentView: 0, parentId: epoch.epochHash, blockHash }
  const parent = decodeCandidate(certificate.candidate)
  assert(!('kind' in parent), 'the stored candidate decodes')
  const parentId = candidateId(chain, epoch.epochHash, parent)
  return { view: parent.view + 1, parentView: parent.view, parentId, blockHash }
}

/** A finalization by a quorum of one; it serves as the notarization too (consensus.md §5). */
function finalize(options: SoloHostOptions, epoch: EpochWithLeaders, candidate: Candidate): Certificate {
  const { chain, bls, key } = options
  const id = candidateId(chain, epoch.epochHash, candidate)
  const statement: Statement = { kind: 'finalize', epochHash: epoch.epochHash, view: candidate.view, id }
  return {
    kind: 'finalize',
    epoch: epoch.number,
    view: candidate.view,
    id,
    signers: encodeSigners([0], epoch.validators.length),
    signature: bls.sign(key.blsSecret, statementHash(chain, statement)),
  }
}
