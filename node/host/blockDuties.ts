/**
 * What agreement asks of a node, by the names of consensus.md §10: `build` a block on the tip, `check` one as every
 * validator does, `commit` a final one. The solo host drives it; the Simplex core will.
 */
import { createEpoch, type EpochWithLeaders } from '../../consensus/epoch.ts'
import { type Certificate, encodeCandidate, encodeCertificate } from '../../primitives/certificate.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import type { Candidate, ValidatorSet } from '../../primitives/validatorSet.ts'
import { type Block, decodeBlock, encodeBody, type KnownTransactions } from '../../runtime/block/block.ts'
import { decodeHeader, encodeHeader, type Header } from '../../runtime/block/header.ts'
import { epochOfBlock, isFirstOfEpoch } from '../../runtime/block/headerRules.ts'
import type { Receipt } from '../../runtime/block/receipt.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { type BuiltBlock, buildBlock } from '../../runtime/execution/buildBlock.ts'
import { executeBlock } from '../../runtime/execution/executeBlock.ts'
import type { ExecutedBlock, ParentBlock } from '../../runtime/execution/openBlock.ts'
import type { Settlement } from '../../runtime/execution/settlement.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import { createKeyHasher, createStateRoot } from '../../runtime/state/stateRoot.ts'
import type { UserTransaction } from '../../runtime/transactions/userTransaction.ts'
import type { ChainStore } from '../storage/chainStore.ts'
import { encodeReceipts } from '../storage/receiptList.ts'
import { contentNamedBy } from './namedContent.ts'

/** What a leader puts into a block. */
export interface BlockInputs {
  readonly coinbase: Uint8Array
  /** Unix seconds. */
  readonly timestamp: number
  readonly transactions: Iterable<UserTransaction>
  readonly settlements: Iterable<Settlement>
  readonly budgetMs: number
}

export interface FinalBlock {
  readonly block: Block
  readonly receipts: readonly Receipt[]
}

export interface BlockDuties {
  /** The newest committed block. */
  tip(): ParentBlock
  /** The epoch of the block after the tip. */
  epoch(): EpochWithLeaders
  build(inputs: BlockInputs): Promise<BuiltBlock>
  /** The validators' path, from the block's bytes. */
  check(bytes: Uint8Array, coinbase: Uint8Array): Promise<ExecutedBlock | Refusal>
  /** One synced batch with the head pointer; the block is final when this returns. */
  commit(executed: ExecutedBlock, candidate: Candidate, finalization: Certificate): Promise<FinalBlock>
}

export interface DutiesOptions {
  readonly rules: ChainRules
  readonly chain: ChainContext
  readonly store: ChainStore
  /** Sets change with delegation; until then every epoch has the genesis set. */
  readonly validators: ValidatorSet
  readonly known: KnownTransactions
  readonly nowMs: () => number
}

/** The store must hold block 0. */
export function createBlockDuties(options: DutiesOptions): BlockDuties {
  const { rules, chain, store, nowMs } = options
  const keys = createKeyHasher(rules.keccak)
  const parentAt = (hash: Uint8Array, header: Header): ParentBlock => ({
    hash,
    header,
    state: createStateRoot(header.stateRoot, store.state, keys),
  })
  let tip = parentAt(store.head()!.hash, readHeader(store, store.head()!.height))
  let epoch = epochAfter(options, tip.header.number)

  const context = () => ({ rules, genesisHash: chain.genesisHash, epoch, parent: tip })
  return {
    tip: () => tip,
    epoch: () => epoch,
    build({ budgetMs, ...inputs }) {
      return buildBlock({ ...context(), ...inputs, budget: { nowMs, endMs: nowMs() + budgetMs } })
    },
    async check(bytes, coinbase) {
      const block = decodeBlock(rules, bytes, options.known)
      if (isRefusal(block)) return block
      return executeBlock({ ...context(), coinbase }, block)
    },
    async commit(executed, candidate, finalization) {
      const { header, hash, transactions, receipts, changes } = executed
      const logs = receipts.flatMap((receipt) => receipt.logs)
      await store.commitBlock({
        height: header.number,
        hash,
        header: encodeHeader(header),
        body: encodeBody(transactions),
        receipts: encodeReceipts(receipts),
        transactionHashes: transactions.map((transaction) => transaction.hash),
        logs,
        certificate: { candidate: encodeCandidate(candidate), finalization: encodeCertificate(finalization) },
        changes,
        content: contentNamedBy(logs, store.content),
      })
      tip = parentAt(hash, header)
      if (isFirstOfEpoch(rules.params, header.number + 1)) epoch = epochAfter(options, header.number)
      return { block: { hash, header, transactions }, receipts }
    },
  }
}

/** The epoch of the block after `height`; its root block is the previous epoch's last, genesis for epoch 0. */
function epochAfter({ rules, chain, store, validators }: DutiesOptions, height: number): EpochWithLeaders {
  const number = epochOfBlock(rules.params, height + 1)
  const rootHeight = number * rules.params.epochBlocks
  const rootBlockHash = number === 0 ? chain.genesisHash : rules.keccak(store.header(rootHeight)!)
  return createEpoch(chain, number, rootBlockHash, validators)
}

function readHeader(store: ChainStore, height: number): Header {
  const header = decodeHeader(store.header(height)!)
  if (isRefusal(header)) throw new Error(`header ${height} in the store: ${header.code}`)
  return header
}
