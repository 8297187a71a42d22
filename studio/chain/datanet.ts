/** Datanets over RPC: adding rows by commit and reveal, publishing versions, and reading a version's rows with content. */
import { setTimeout as sleep } from 'node:timers/promises'
import { encodePacked, type Hex, keccak256, type LocalAccount, type TransactionReceipt } from 'viem'
import { DATANET_ADDRESS } from '../../precompiles/addresses.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { equal, fromHex, toHex } from '../../primitives/bytes.ts'
import { decodeRow, encodeRow, type Row, rowHash } from '../../primitives/rows.ts'
import { type ChainClient, ChainRefusal, confirm, eventOf, send, write } from './client.ts'

export const DATANET = toHex(DATANET_ADDRESS)
const native = { address: DATANET, abi: datanetAbi } as const

/** Rows of one transaction: about 100,000 gas a row, and a transaction may use 2^24. */
export const ROWS_PER_TRANSACTION = 80
/** Canonical bytes of the rows of one transaction: its calldata costs at most 40 gas a byte of the 2^24. */
const ROW_BYTES_PER_TRANSACTION = 90_000
/** Page of `versionRows`. */
const PAGE_ROWS = 256n
/** Places that one `publishVersion` walks: about 14,000 gas each, and a builder's time is bounded, not only its gas. */
const PUBLISH_ROWS = 256n

export const CURATION = { open: 0, owner: 1 } as const

export interface NewDatanet {
  readonly name: string
  readonly domain: string
  readonly licence: string
  readonly curation: keyof typeof CURATION
}

export async function createDatanet(client: ChainClient, account: LocalAccount, datanet: NewDatanet): Promise<bigint> {
  const args = [datanet.name, datanet.domain, datanet.licence, CURATION[datanet.curation], 0n, '']
  const receipt = await write(client, account, { ...native, functionName: 'createDatanet', args })
  return eventOf<{ datanetId: bigint }>(receipt, datanetAbi, 'DatanetCreated').datanetId
}

/** Canonical bytes of rows; throws `ChainRefusal` naming the first row that is none. */
export function canonicalRows(rows: readonly Row[]): Uint8Array[] {
  return rows.map((row, i) => {
    const bytes = encodeRow(row)
    if ('kind' in bytes)
      throw new ChainRefusal(bytes.code, `row ${i + 1}: expected ${bytes.expected}, got ${bytes.got}`, bytes)
    return bytes
  })
}

/** Rows into groups that fit one transaction each. */
export function groupRows(rows: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = []
  let sizeBytes = 0
  for (const row of rows) {
    const group = groups.at(-1)
    if (
      group === undefined ||
      group.length === ROWS_PER_TRANSACTION ||
      sizeBytes + row.length > ROW_BYTES_PER_TRANSACTION
    ) {
      groups.push([row])
      sizeBytes = row.length
    } else {
      group.push(row)
      sizeBytes += row.length
    }
  }
  return groups
}

/** Puts rows in the open at once. Each group is one transaction; a refused group throws `ChainRefusal`. */
export async function addRows(
  client: ChainClient,
  account: LocalAccount,
  datanetId: bigint,
  rows: readonly Uint8Array[],
): Promise<void> {
  const hashes: Hex[] = []
  for (const group of groupRows(rows)) {
    const args = [datanetId, group.map((row) => toHex(row))]
    hashes.push(await send(client, account, { ...native, functionName: 'addRows', args }))
  }
  for (const hash of hashes) await confirm(client, hash)
}

/** Which of these rows the Datanet holds already: place in the list → row id. One call for all, through Multicall3. */
export async function knownRows(
  client: ChainClient,
  datanetId: bigint,
  rows: readonly Uint8Array[],
): Promise<Map<number, bigint>> {
  const contracts = rows.map((row) => ({
    ...native,
    functionName: 'rowIdByHash' as const,
    args: [datanetId, toHex(rowHash(row))] as const,
  }))
  const ids = await client.multicall({ contracts, allowFailure: false })
  return new Map(ids.flatMap((id, i) => (id === 0n ? [] : [[i, id] as const])))
}

/** A busy machine can miss a short reveal window; who misses it this often had better be told. */
const REVEAL_TRIES_MAX = 4

/**
 * Commits rows, then shows them, so that nobody can copy a pending row. Rows whose reveal window passed in between are
 * committed anew: they lose their place, nothing else. Throws `ChainRefusal`.
 */
export async function contributeRows(
  client: ChainClient,
  account: LocalAccount,
  { datanetId, contributorId }: { readonly datanetId: bigint; readonly contributorId: bigint },
  rows: readonly Uint8Array[],
  onStage: (stage: 'committing' | 'revealing', rowCount: number) => unknown = () => {},
): Promise<void> {
  let hidden = rows
  for (let tries = 1; ; tries++) {
    await onStage('committing', hidden.length)
    const committed = await commitRows(client, account, datanetId, contributorId, hidden)
    await onStage('revealing', hidden.length)
    const refusal = await revealRows(client, account, datanetId, committed)
    if (refusal === undefined) return
    // A late reveal is refused by the estimate, or reverts when its block comes too late.
    if (tries === REVEAL_TRIES_MAX || !['RevealTooLate', 'Reverted'].includes(refusal.code)) throw refusal
    const known = await knownRows(client, datanetId, hidden)
    hidden = hidden.filter((_, i) => !known.has(i))
  }
}

interface CommittedRow {
  readonly row: Uint8Array
  readonly salt: Hex
}

async function commitRows(
  client: ChainClient,
  account: LocalAccount,
  datanetId: bigint,
  contributorId: bigint,
  rows: readonly Uint8Array[],
): Promise<CommittedRow[]> {
  const committed = rows.map((row) => ({ row, salt: toHex(crypto.getRandomValues(new Uint8Array(32))) }))
  const types = ['uint64', 'uint64', 'bytes32', 'bytes32'] as const
  const commits = committed.map(({ row, salt }) =>
    keccak256(encodePacked(types, [contributorId, datanetId, toHex(rowHash(row)), salt])),
  )
  const hashes: Hex[] = []
  for (let at = 0; at < commits.length; at += ROWS_PER_TRANSACTION) {
    const args = [datanetId, commits.slice(at, at + ROWS_PER_TRANSACTION)]
    hashes.push(await send(client, account, { ...native, functionName: 'commitRows', args }))
  }
  for (const hash of hashes) await confirm(client, hash)
  return committed
}

/** Sends until one is refused and waits for all that were sent; returns the first refusal. */
async function revealRows(
  client: ChainClient,
  account: LocalAccount,
  datanetId: bigint,
  committed: readonly CommittedRow[],
): Promise<ChainRefusal | undefined> {
  const saltOf = new Map(committed.map(({ row, salt }) => [row, salt]))
  const hashes: Hex[] = []
  let first: ChainRefusal | undefined
  const note = (error: unknown): undefined => {
    if (!(error instanceof ChainRefusal)) throw error
    first ??= error
  }
  for (const group of groupRows(committed.map(({ row }) => row))) {
    const args = [datanetId, group.map((row) => toHex(row)), group.map((row) => saltOf.get(row)!)]
    const hash = await send(client, account, { ...native, functionName: 'revealRows', args }).catch(note)
    if (hash === undefined) break
    hashes.push(hash)
  }
  for (const hash of hashes) await confirm(client, hash).catch(note)
  return first
}

/** The owner's judgement on pending rows, in as many transactions as it takes. */
export async function curate(
  client: ChainClient,
  account: LocalAccount,
  datanetId: bigint,
  rowIds: readonly bigint[],
  isAccepted: boolean,
): Promise<void> {
  for (let at = 0; at < rowIds.length; at += Number(PAGE_ROWS)) {
    const args = [datanetId, rowIds.slice(at, at + Number(PAGE_ROWS)), isAccepted]
    await write(client, account, { ...native, functionName: 'curate', args })
  }
}

/** Seconds until no accepted row is too young for a version, which would leave it out; 0 when none is. */
export async function secondsUntilReady(client: ChainClient, datanetId: bigint): Promise<number> {
  const rows = await readRows(client, datanetId)
  const accepted = rows.filter((row) => ROW_STATUS[row.status] === 'Accepted').map((row) => Number(row.readyAt))
  const { timestamp } = await client.getBlock()
  // The newest block is old on a chain that mines on demand, and ahead of the clock on one that skipped time.
  const now = Math.max(Number(timestamp), Math.floor(Date.now() / 1000))
  return Math.max(0, Math.max(0, ...accepted) + 1 - now)
}

/** Waits out the reveal window of the newest accepted row, telling how long. */
export async function waitReady(client: ChainClient, datanetId: bigint, onWait: (seconds: number) => void) {
  for (;;) {
    const seconds = await secondsUntilReady(client, datanetId)
    if (seconds === 0) return
    onWait(seconds)
    await sleep(1000)
  }
}

/** Publishes a version, in as many calls as it takes; returns its number. */
export async function publishVersion(client: ChainClient, account: LocalAccount, datanetId: bigint): Promise<bigint> {
  for (;;) {
    const args = [datanetId, PUBLISH_ROWS]
    const receipt = await write(client, account, { ...native, functionName: 'publishVersion', args })
    const version = publishedIn(receipt)
    if (version !== undefined) return version
  }
}

function publishedIn(receipt: TransactionReceipt): bigint | undefined {
  try {
    return eventOf<{ version: bigint }>(receipt, datanetAbi, 'VersionPublished').version
  } catch (error) {
    if (error instanceof ChainRefusal && error.code === 'NoEvent') return undefined
    throw error
  }
}

/** `RowStatus` of IDatanet. */
export const ROW_STATUS = ['None', 'Pending', 'Accepted', 'Rejected', 'Duplicate', 'Withdrawn'] as const

export type RowInfo = Awaited<ReturnType<typeof readRows>>[number]

/** All rows of a Datanet, of every status. */
export async function readRows(client: ChainClient, datanetId: bigint) {
  const { rowCount } = await readDatanet(client, datanetId)
  const pages = []
  for (let start = 1n; start <= rowCount; start += PAGE_ROWS)
    pages.push(await client.readContract({ ...native, functionName: 'getRows', args: [datanetId, start, PAGE_ROWS] }))
  return pages.flat()
}

export function readDatanet(client: ChainClient, datanetId: bigint) {
  return client.readContract({ ...native, functionName: 'getDatanet', args: [datanetId] })
}

export interface VersionRow {
  readonly datanetId: bigint
  readonly rowId: bigint
  readonly contributorId: bigint
  readonly orderKey: bigint
  readonly isWithdrawn: boolean
  readonly row: Row
}

/** The rows of one published version in on-chain order, with their content from the logs, checked by hash. */
export async function readVersionRows(client: ChainClient, datanetId: bigint, version: bigint): Promise<VersionRow[]> {
  const info = await client.readContract({ ...native, functionName: 'versionOf', args: [datanetId, version] })
  const contents = await readContents(client, datanetId)
  const rows: VersionRow[] = []
  for (let start = 0n; start < info.count; start += PAGE_ROWS) {
    const args = [datanetId, version, start, PAGE_ROWS] as const
    for (const entry of await client.readContract({ ...native, functionName: 'versionRows', args })) {
      const isWithdrawn = ROW_STATUS[entry.status] === 'Withdrawn'
      const row = checkedRow(entry.rowId, entry.rowHash, contents.get(entry.rowId))
      const { rowId, contributorId, orderKey } = entry
      rows.push({ datanetId, rowId, contributorId, orderKey, isWithdrawn, row })
    }
  }
  return rows
}

/** Blocks of one log query: a node answers at most 10,000 logs. */
const LOG_BLOCKS = 2_000n

/** Row id → canonical bytes, from the `RowAdded` logs. */
export async function readContents(client: ChainClient, datanetId: bigint): Promise<Map<bigint, Uint8Array>> {
  const head = await client.getBlockNumber({ cacheTime: 0 })
  const contents = new Map<bigint, Uint8Array>()
  for (let fromBlock = 0n; fromBlock <= head; fromBlock += LOG_BLOCKS) {
    const end = fromBlock + LOG_BLOCKS - 1n
    const toBlock = end < head ? end : head
    const logs = await client.getContractEvents({
      ...native,
      eventName: 'RowAdded',
      args: { datanetId },
      fromBlock,
      toBlock,
      strict: true,
    })
    for (const { args } of logs) contents.set(args.rowId, fromHex(args.row))
  }
  return contents
}

function checkedRow(rowId: bigint, hash: Hex, canonical: Uint8Array | undefined): Row {
  if (canonical === undefined) throw new ChainRefusal('ContentMissing', `no content of row ${rowId} in the logs`, rowId)
  if (!equal(rowHash(canonical), fromHex(hash)))
    throw new ChainRefusal('ContentMismatch', `row ${rowId}: expected bytes of hash ${hash}`, rowId)
  const row = decodeRow(canonical)
  if ('kind' in row) throw new ChainRefusal(row.code, `row ${rowId}: expected ${row.expected}, got ${row.got}`, row)
  return row
}
