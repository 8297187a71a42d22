/** Blocks read from the store and decoded, the last used ones kept: senders are recovered once, not at each question. */
import type * as rpc from '../../rpc/chainTypes.ts'
import type { Header } from '../../runtime/block/header.ts'
import { nextBaseFee } from '../../runtime/block/headerRules.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import { decodeReceipts } from '../storage/receiptList.ts'
import { decodeStoredBody, decodeStoredHeader } from './decodeStored.ts'
import { rpcHeader, rpcReceipts, rpcTransaction } from './rpcBlock.ts'

/** Decoded blocks kept: bodies are at most 600,000 bytes (runtime.md §15), so about 100 MB at the very worst. */
const BLOCKS_KEPT_MAX = 64
/** Headers kept: 2 KB each. */
const HEADERS_KEPT_MAX = 4_096

export interface WholeBlock {
  readonly block: rpc.Block
  readonly receipts: readonly rpc.Receipt[]
}

export interface RecentBlocks {
  header(height: number): rpc.BlockHeader | undefined
  whole(height: number): WholeBlock | undefined
  nextBaseFeeWei(height: number): bigint
}

interface KnownHeader {
  readonly header: Header
  readonly shown: rpc.BlockHeader
  readonly bytes: number
}

/** Keeps the last used; a final block never changes, so nothing is ever stale. */
function keep<V>(held: Map<number, V>, height: number, value: V, max: number): V {
  held.delete(height)
  held.set(height, value)
  if (held.size > max) held.delete(held.keys().next().value!)
  return value
}

export function createRecentBlocks(store: ChainReader, rules: ChainRules): RecentBlocks {
  const headers = new Map<number, KnownHeader>()
  const blocks = new Map<number, WholeBlock>()
  const isHeld = (height: number) => height <= (store.head()?.height ?? -1)

  const headerAt = (height: number): KnownHeader | undefined => {
    const known = headers.get(height)
    if (known !== undefined) return known
    const bytes = isHeld(height) ? store.header(height) : undefined
    if (bytes === undefined) return undefined
    const header = decodeStoredHeader(bytes)
    const shown = rpcHeader(rules.keccak(bytes), header)
    return keep(headers, height, { header, shown, bytes: bytes.length }, HEADERS_KEPT_MAX)
  }

  const read = (height: number): WholeBlock | undefined => {
    const known = headerAt(height)
    const body = store.body(height)
    if (known === undefined || body === undefined) return undefined
    const stored = decodeReceipts(store.receipts(height)!)
    const transactions = decodeStoredBody(rules, body).map((transaction, i) =>
      rpcTransaction(transaction, rules.params.chainId, stored[i]?.depositNonce),
    )
    const block = { header: known.shown, transactions, bytes: known.bytes + body.length }
    return { block, receipts: rpcReceipts(rules.keccak, transactions, stored) }
  }

  return {
    header: (height) => headerAt(height)?.shown,
    whole(height) {
      const found = blocks.get(height) ?? read(height)
      return found && keep(blocks, height, found, BLOCKS_KEPT_MAX)
    },
    nextBaseFeeWei: (height) => nextBaseFee(rules.params, headerAt(height)!.header),
  }
}
