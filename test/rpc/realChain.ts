/** A small devnet on a real store and runtime: blocks are built from what is sent, at once, one sender's nonces in order. */
import { readFileSync } from 'node:fs'
import { createEpoch } from '../../consensus/epoch.ts'
import { genesisInput } from '../../genesis/block0.ts'
import { type Network, parseNetwork } from '../../genesis/network.ts'
import { probeCrypto } from '../../node/crypto.ts'
import { type ChainStore, type FinalizedBlock, openTemporaryChainStore } from '../../node/storage/chainStore.ts'
import { encodeReceipts } from '../../node/storage/receiptList.ts'
import { concat, uintToBytes } from '../../primitives/bytes.ts'
import { encodeSigners } from '../../primitives/signers.ts'
import { statementHash } from '../../primitives/statements.ts'
import { encodeBody } from '../../runtime/block/block.ts'
import { encodeHeader } from '../../runtime/block/header.ts'
import { type ChainRules, createChainRules } from '../../runtime/chainRules.ts'
import { createNativeContracts } from '../../runtime/evm/nativeContracts.ts'
import { buildBlock } from '../../runtime/execution/buildBlock.ts'
import { createGenesisBlock } from '../../runtime/execution/genesisBlock.ts'
import type { ExecutedBlock, ParentBlock } from '../../runtime/execution/openBlock.ts'
import type { Settlement } from '../../runtime/execution/settlement.ts'
import { createStateRoot } from '../../runtime/state/stateRoot.ts'
import type { UserTransaction } from '../../runtime/transactions/userTransaction.ts'

/** What the validator signs and the next block brings. */
export type Attested =
  | { readonly kind: 'job'; readonly jobId: bigint; readonly result: Uint8Array }
  | { readonly kind: 'version'; readonly versionId: Uint8Array; readonly root: Uint8Array }

export interface RealChain {
  readonly network: Network
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  readonly store: ChainStore
  /** Builds and commits one block of these transactions; throws when one does not fit. */
  mine(
    transactions: readonly UserTransaction[],
    more?: { readonly attested?: Attested; readonly passS?: number },
  ): Promise<void>
  onFinalized(listener: (height: number) => void): () => void
  close(): Promise<void>
}

function storedBlock(block: Omit<ExecutedBlock, 'layer'>): FinalizedBlock {
  return {
    height: block.header.number,
    hash: block.hash,
    header: encodeHeader(block.header),
    body: encodeBody(block.transactions),
    receipts: encodeReceipts(block.receipts),
    transactionHashes: block.transactions.map(({ hash }) => hash),
    logs: block.receipts.flatMap(({ logs }) => logs),
    changes: block.changes,
  }
}

function readNetwork(): Network {
  const network = parseNetwork(readFileSync(new URL('../../genesis/networks/devnet.json', import.meta.url), 'utf8'))
  if ('kind' in network) throw new Error(`devnet.json: ${JSON.stringify(network)}`)
  return network
}

export async function openRealChain(): Promise<RealChain> {
  const network = readNetwork()
  const crypto = await probeCrypto()
  const rules = createChainRules(network.params, { natives: createNativeContracts(), crypto })
  const genesis = createGenesisBlock(rules, genesisInput(network))
  const store = await openTemporaryChainStore({ genesisHash: genesis.hash })
  await store.commitBlock(storedBlock({ ...genesis, transactions: [], receipts: [] }))
  const chain = { chainId: network.params.chainId, genesisHash: genesis.hash }
  const validators = network.validators.map(({ operator, blsKey, p2pKey, stakeWei }) => ({
    operator,
    blsKey,
    p2pKey,
    power: stakeWei / 10n ** 18n,
  }))
  const epoch = createEpoch(chain, 0, genesis.hash, validators)
  const sign = (attested: Attested): Settlement => {
    const [jobId, root] =
      attested.kind === 'job'
        ? [uintToBytes(attested.jobId, 32), rules.keccak(concat(Uint8Array.of(0x20), attested.result))]
        : [attested.versionId, attested.root]
    const hash = statementHash(chain, { kind: 'attribution', epochHash: epoch.epochHash, jobId, root })
    const signature = crypto.bls.sign(network.devKeys!.validators[0]!.blsSecret, hash)
    return { ...attested, signers: encodeSigners([0], 1), signature }
  }
  const listeners = new Set<(height: number) => void>()
  let parent: ParentBlock = {
    hash: genesis.hash,
    header: genesis.header,
    state: createStateRoot(genesis.header.stateRoot, store.state),
  }
  return {
    network,
    rules,
    genesisHash: genesis.hash,
    store,
    async mine(transactions, { attested, passS = 1 } = {}) {
      const timestamp = Math.max(parent.header.timestamp + passS, Math.floor(Date.now() / 1000))
      const settlements = attested === undefined ? [] : [sign(attested)]
      const coinbase = network.validators[0]!.feeRecipient
      const built = await buildBlock({
        rules,
        genesisHash: genesis.hash,
        epoch,
        parent,
        coinbase,
        timestamp,
        transactions,
        settlements,
      })
      if (built.skipped.length > 0) throw new Error(`skipped: ${JSON.stringify(built.skipped[0]!.refusal)}`)
      if (built.failedSettlements.length > 0)
        throw new Error(`settlement: ${JSON.stringify(built.failedSettlements[0]!.refusal)}`)
      await store.commitBlock(storedBlock(built))
      parent = { hash: built.hash, header: built.header, state: createStateRoot(built.header.stateRoot, store.state) }
      for (const listener of listeners) listener(built.header.number)
    },
    onFinalized(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => store.close(),
  }
}
