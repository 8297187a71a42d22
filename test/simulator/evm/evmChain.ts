/** A simulated node's chain as the EVM makes it: real execution, pace and pool, over a store that outlives processes. */
import { hash as digest } from 'node:crypto'
import type { Execution } from '../../../node/agreement/ports.ts'
import { type BlockExecution, createExecution } from '../../../node/execution/execution.ts'
import { createPace } from '../../../node/execution/pace.ts'
import { readFinalized } from '../../../node/execution/storedBlock.ts'
import { createTurns } from '../../../node/execution/turns.ts'
import { poolHeadOf } from '../../../node/host/poolHead.ts'
import type { FinalizedBlock } from '../../../node/storage/chainStore.ts'
import { encodeReceipts } from '../../../node/storage/receiptList.ts'
import { concat, equal } from '../../../primitives/bytes.ts'
import type { ChainContext } from '../../../primitives/statements.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'
import { encodeBody } from '../../../runtime/block/block.ts'
import { decodeHeader, encodeHeader } from '../../../runtime/block/header.ts'
import type { ChainRules } from '../../../runtime/chainRules.ts'
import type { GenesisBlock } from '../../../runtime/execution/genesisBlock.ts'
import { createPool, type Pool } from '../../../runtime/pool/pool.ts'
import type { Report } from '../invariants/offence.ts'
import { createSupplyLedger } from '../invariants/supplyLedger.ts'
import { type ChainProcess, createLater, type NodeChain, type NodeChainOptions } from '../standIns/nodeChain.ts'
import { chance } from '../world/randomness.ts'
import { createMemoryStore, type MemoryStore } from './memoryStore.ts'
import type { Asked } from './traffic.ts'

/** How much later than its sender's moment a transaction may reach a node. */
const GOSSIP_MS_MAX = 500
const BPS = 10_000n

export interface EvmChainOptions {
  readonly rules: ChainRules
  readonly context: ChainContext
  readonly genesis: GenesisBlock
  readonly asked: readonly Asked[]
  readonly burnBps: bigint
  readonly setOf: (epoch: number) => ValidatorSet
  readonly report: Report
  /** A block of that many transactions is committed. */
  readonly onExecuted: (height: number, transactions: number) => void
}

export function createEvmChain(options: EvmChainOptions, node: NodeChainOptions): NodeChain {
  let disk = openDisk(options, node)
  return {
    height: () => disk.store.head()!.height,
    wipe() {
      disk = openDisk(options, node)
    },
    open: (process) => openExecution(options, node, disk, process),
  }
}

interface ChainDisk {
  readonly store: MemoryStore
  commit(block: FinalizedBlock): void
}

/** Each block is judged as it lies in the store: its supply here, its hash by who compares nodes. */
function openDisk(options: EvmChainOptions, { index, onCommit }: NodeChainOptions): ChainDisk {
  const { genesis, burnBps, report, onExecuted } = options
  const store = createMemoryStore(genesisRecord(genesis))
  const supply = createSupplyLedger(index, store.accounts(), report)
  return {
    store,
    commit(block) {
      const { height } = block
      store.commit(block)
      supply.onBlock(height, store.accounts(), (baseFeesWei(block) * burnBps) / BPS)
      onExecuted(height, block.transactionHashes.length)
      onCommit(height, readFinalized(store, height)!, hashOfRecord(block, store))
    },
  }
}

function genesisRecord({ hash, header, changes }: GenesisBlock): FinalizedBlock {
  const [body, receipts] = [encodeBody([]), encodeReceipts([])]
  return { height: 0, hash, header: encodeHeader(header), body, receipts, transactionHashes: [], logs: [], changes }
}

/** All gas is users': nothing is settled in these runs. */
function baseFeesWei({ header }: FinalizedBlock): bigint {
  const decoded = decodeHeader(header)
  if ('code' in decoded) throw new Error(`a stored header breaks ${decoded.code}`)
  return decoded.gasUsed * decoded.baseFeeWei
}

/** Header and receipts, what the block changed of flat state, and every balance and nonce after it. */
function hashOfRecord({ header, receipts, changes }: FinalizedBlock, store: MemoryStore): string {
  const slots = changes.slots.map(({ addressHash, slotHash, value }) =>
    Buffer.from(concat(addressHash, slotHash, value ?? new Uint8Array(0))).toString('hex'),
  )
  const accounts = [...store.accounts()].map(([name, { nonce, balanceWei }]) => `${name} ${nonce} ${balanceWei}`)
  const text = [...slots.sort(), ...accounts.sort()].join('\n')
  return digest('sha256', concat(header, receipts, Buffer.from(text)), 'hex')
}

function openExecution(
  options: EvmChainOptions,
  { random, faults }: NodeChainOptions,
  disk: ChainDisk,
  process: ChainProcess,
): Execution {
  const { rules, context } = options
  const { clock } = process
  const later = createLater(process, random)
  const pace = createPace({ clock, soon: (run) => void clock.after(0, run), height: disk.store.head()!.height })
  pace.setIntervalMs(faults.intervalMs)
  const execution: BlockExecution = createExecution({
    rules,
    chain: context,
    store: { ...disk.store, commitBlock: (block) => later(faults.commitMsMax, 0, () => disk.commit(block)) },
    clock,
    turnLoop: () => new Promise((resolve) => void clock.after(0, resolve)),
    known: (hash) => pool.get(hash),
    turn: createTurns({ pace, transactions: () => pool.best(), settlements: () => [] }),
    onBuilt({ skipped, aborted, isOnHead, mayLeaveSome }) {
      for (const hash of aborted) pool.abort({ hash })
      if (isOnHead) for (const { hash, refusal } of skipped) pool.skip({ hash }, refusal)
      if (mayLeaveSome) pace.poke()
    },
    onFinal({ height, mined }) {
      pool.setHead(poolHeadOf(rules, execution.tip()), { number: height, transactions: mined })
      pace.committed(height)
    },
  })
  const pool: Pool = createPool(rules, { head: poolHeadOf(rules, execution.tip()), nowMs: clock.nowMs })
  for (const { atMs, bytes } of options.asked)
    clock.after(atMs - clock.nowMs() + random.int(0, GOSSIP_MS_MAX), () => void pool.add(bytes, 'peer'))
  return {
    ...execution,
    build: (request) =>
      later(faults.delayMsMax, 0, () => (chance(random, faults.failShare) ? null : execution.build(request))),
    check: (request) => later(faults.delayMsMax, 0, () => execution.check(request)),
    validatorsOf: (epoch) => sameSet(execution.validatorsOf(epoch), options.setOf(epoch)),
  }
}

/** The run's own object where the state has the same set: epochs are remembered by it. */
function sameSet(own: ValidatorSet, expected: ValidatorSet): ValidatorSet {
  const isSame = own.every(({ operator, blsKey, p2pKey, power }, i) => {
    const other = expected[i]
    return (
      other !== undefined &&
      power === other.power &&
      equal(operator, other.operator) &&
      equal(blsKey, other.blsKey) &&
      equal(p2pKey, other.p2pKey)
    )
  })
  return isSame && own.length === expected.length ? expected : own
}
