/** Blocks that keep every rule but one, as a leader could propose them. */
import { devAccount } from '../../../node/cli/account.ts'
import { fromHex } from '../../../primitives/bytes.ts'
import { encodeBlock, type Transaction, transactionsRoot } from '../../../runtime/block/block.ts'
import { type Header, hashHeader } from '../../../runtime/block/header.ts'
import { mixHashOf, nextBaseFee } from '../../../runtime/block/headerRules.ts'
import { orderedRoot } from '../../../runtime/block/orderedRoot.ts'
import type { ChainRules } from '../../../runtime/chainRules.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { decodeUserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import type { HeardBlock } from './heardChain.ts'

export const BAD_BLOCKS = ['wrong state root', 'bad transaction', 'body of another block'] as const
export type BadBlock = (typeof BAD_BLOCKS)[number]

export interface BadBlockOptions {
  readonly rules: ChainRules
  /** The leader's. */
  readonly coinbase: Uint8Array
  readonly epochHash: Uint8Array
  readonly bytes: (length: number) => Uint8Array
}

/** The hash that the leader signs, and the bytes that it sends. */
export interface ProposedBlock {
  readonly hash: Uint8Array
  readonly bytes: Uint8Array
}

export async function makeBadBlock(
  options: BadBlockOptions,
  what: BadBlock,
  parent: HeardBlock,
): Promise<ProposedBlock> {
  const { keccak } = options.rules
  const transactions = what === 'bad transaction' ? [await unpayable(options.rules)] : []
  const header = headerOn(options, parent, transactions)
  const hash = hashHeader(keccak, header)
  if (what !== 'body of another block') return { hash, bytes: encodeBlock({ header, transactions }) }
  const other = headerOn(options, parent, transactions)
  return { hash, bytes: encodeBlock({ header: other, transactions }) }
}

/** Right in all but the state root, which is drawn. */
function headerOn(
  { rules, coinbase, epochHash, bytes }: BadBlockOptions,
  parent: HeardBlock,
  transactions: readonly Transaction[],
): Header {
  const { keccak, params } = rules
  return {
    parentHash: parent.hash,
    coinbase,
    stateRoot: bytes(32),
    transactionsRoot: transactionsRoot(keccak, transactions),
    receiptsRoot: orderedRoot(keccak, []),
    logsBloom: new Uint8Array(256),
    number: parent.header.number + 1,
    gasLimit: parent.header.gasLimit,
    gasUsed: 0n,
    timestamp: Math.max(parent.header.timestamp, Math.floor(Date.now() / 1000)),
    extraData: epochHash,
    mixHash: mixHashOf(keccak, parent.hash),
    baseFeeWei: nextBaseFee(params, parent.header),
    parentBeaconBlockRoot: new Uint8Array(32),
  }
}

/** Signed by an account that has nothing. */
async function unpayable(rules: ChainRules): Promise<Transaction> {
  const account = devAccount(999)
  const chainId = Number(rules.params.chainId)
  const raw = await account.signTransaction({
    ...{ type: 'legacy', chainId, nonce: 0, to: account.address, value: 1n, gas: 21_000n, gasPrice: 10n ** 12n },
  })
  const transaction = decodeUserTransaction(rules, fromHex(raw))
  if (isRefusal(transaction)) throw new Error(transaction.expected)
  return transaction
}
