/** What the RPC server asks: the chain, its state, the pool, the EVM and the devnet's controls. `node/` fills it. */
import type {
  AccessListItem,
  Authorization,
  Block,
  BlockHeader,
  PlacedLog,
  Receipt,
  Transaction,
} from './chainTypes.ts'

/** Reads may come from memory at once or from a worker later. */
export type Answer<T> = T | Promise<T>

export interface Backend {
  readonly chainId: bigint
  readonly genesisHash: Uint8Array
  /** As `web3_clientVersion` says it: `openledger-node/0.1.0/linux-x64/node24.21.0`. */
  readonly clientVersion: string
  readonly chain: ChainReads
  readonly state: StateReads
  readonly pool: PoolAccess
  readonly evm: EvmRuns
  readonly content: ContentAccess
  readonly attributions: AttributionReads
  readonly status: () => NodeStatus
  /** All measurements of this node as Prometheus text. */
  readonly metrics: () => Promise<string>
  readonly health: () => NodeHealth
  /** `null` on every network that is not a devnet: its methods then do not exist (rpc.md). */
  readonly dev: DevControls | null
  /** `null`: alone, or RPC is open to more than this machine; the admin_ methods then do not exist. */
  readonly peers: PeersAccess | null
}

/** Structurally what the network tells: `rpc` knows no network. */
export interface PeersAccess {
  /** Peer id of this node. */
  readonly self: string
  addresses(): readonly string[]
  infos(): readonly ConnectedPeer[]
  /** Who is kept out, and for how long. */
  status(): { readonly bans: readonly { readonly peer: string; readonly reason: string; readonly leftMs: number }[] }
  /** False: no address of a peer. */
  addPeer(address: string): boolean
}

export interface ConnectedPeer {
  readonly peer: string
  readonly client: string
  /** Multiaddr. */
  readonly address: string
  readonly isInbound: boolean
  readonly isValidator: boolean
  readonly connectedMs: number
  readonly queuedFrames: number
  /** For what it did wrong; at 100 it is banned. */
  readonly points: number
}

/** For monitors: each list holds sentences without a full stop; both empty is a node that may be sent work. */
export interface NodeHealth {
  /** Why the node has stopped doing its duty for good. */
  readonly faults: readonly string[]
  /** What it waits for before its answers are current: peers, blocks. */
  readonly waitsFor: readonly string[]
}

/** Heights run from 0 to the head; nothing that is announced is ever missing. */
export interface ChainReads {
  /** Header of the newest final block. */
  head(): BlockHeader
  /** Base fee of the block after this one (EIP-1559, with the chain's floor). */
  nextBaseFeeWei(parent: BlockHeader): bigint
  header(height: number): Answer<BlockHeader | undefined>
  block(height: number): Answer<Block | undefined>
  receipts(height: number): Answer<readonly Receipt[] | undefined>
  heightOf(blockHash: Uint8Array): Answer<number | undefined>
  placeOf(transactionHash: Uint8Array): Answer<{ readonly height: number; readonly index: number } | undefined>
  logs(query: LogQuery): Answer<readonly PlacedLog[] | TooMany>
  /** Called after a block has become readable, in order of height; the answer ends the subscription. */
  onBlock(listener: (header: BlockHeader) => void): () => void
}

export interface LogQuery {
  readonly fromHeight: number
  readonly toHeight: number
  /** Any of these; empty is every address. */
  readonly addresses: readonly Uint8Array[]
  /** For each position the topics that match; an empty list matches all. */
  readonly topics: readonly (readonly Uint8Array[])[]
  /** More than this many answers is `TooMany`. */
  readonly logsMax: number
  /** Ends the search: nobody waits for the answer any more. */
  readonly signal?: AbortSignal
}
export interface TooMany {
  readonly kind: 'tooMany'
  /** The search ended here: a range up to the height before fits. */
  readonly height: number
}

export interface Account {
  readonly nonce: bigint
  readonly balanceWei: bigint
  readonly codeHash: Uint8Array
  readonly storageRoot: Uint8Array
}

/** State after the block of that height, at every height. */
export interface StateReads {
  /** `undefined`: no such account. */
  account(address: Uint8Array, height: number): Answer<Account | undefined>
  code(address: Uint8Array, height: number): Answer<Uint8Array>
  storage(address: Uint8Array, slot: bigint, height: number): Answer<bigint>
  proof(address: Uint8Array, slots: readonly bigint[], height: number): Answer<AccountProof>
}
export interface AccountProof {
  readonly account: Account
  /** Trie nodes, root first. */
  readonly accountProof: readonly Uint8Array[]
  readonly storageProof: readonly {
    readonly slot: bigint
    readonly value: bigint
    readonly proof: readonly Uint8Array[]
  }[]
}

export type Submitted = { readonly kind: 'accepted'; readonly hash: Uint8Array } | Refused
/** An ordinary refusal, in the words of rpc.md. */
export interface Refused {
  readonly kind: 'refused'
  readonly message: string
}

export interface PoolAccess {
  submit(raw: Uint8Array): Promise<Submitted>
  get(hash: Uint8Array): Transaction | undefined
  /** Executable transactions in the order in which a block would take them, at most `count`. */
  executable(count: number): readonly Transaction[]
  /** Nonce after all executable transactions of that account; the account's own when there are none. */
  nextNonce(address: Uint8Array): Answer<bigint>
  whereIs(hash: Uint8Array): PoolPlace | undefined
  onPending(listener: (transaction: Transaction) => void): () => void
}
export type PoolPlace =
  /** Position 1 is the builder's next choice. */
  | { readonly kind: 'pending'; readonly position: number; readonly of: number }
  /** Its fee, or that of an earlier nonce of its sender, is below the base fee. */
  | { readonly kind: 'waiting'; readonly baseFeeWei: bigint; readonly maxFeeWei: bigint; readonly blocking: Uint8Array }
  | { readonly kind: 'queued'; readonly nonce: bigint; readonly nextNonce: bigint }
  | { readonly kind: 'replaced'; readonly by: Uint8Array }
  | { readonly kind: 'dropped'; readonly reason: string }

export interface CallMessage {
  readonly from: Uint8Array
  readonly to: Uint8Array | null
  readonly data: Uint8Array
  readonly valueWei: bigint
  /** The backend's call cap when absent. */
  readonly gas?: bigint
  /** Both 0 when the caller names no price: then nothing is charged and BASEFEE reads 0. */
  readonly maxFeeWei: bigint
  readonly maxTipWei: bigint
  readonly accessList: readonly AccessListItem[]
  readonly authorizations: readonly Authorization[]
}

export interface AccountOverride {
  readonly address: Uint8Array
  readonly balanceWei?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  /** Replaces the whole storage. */
  readonly state?: readonly StorageWrite[]
  /** Writes single slots. */
  readonly stateDiff?: readonly StorageWrite[]
}
export interface StorageWrite {
  readonly slot: bigint
  readonly value: bigint
}

export interface EvmRequest {
  readonly message: CallMessage
  /** Runs on the state after this block. */
  readonly height: number
  readonly overrides: readonly AccountOverride[]
}

export type EvmFailure =
  | { readonly kind: 'reverted'; readonly data: Uint8Array }
  /** Out of gas, bad opcode and the like; or why the message cannot run at all. */
  | Refused
  | { readonly kind: 'timeout'; readonly deadlineMs: number }
export type CallOutcome =
  | { readonly kind: 'returned'; readonly data: Uint8Array; readonly gasUsed: bigint }
  | EvmFailure
export type EstimateOutcome = { readonly kind: 'estimated'; readonly gas: bigint } | EvmFailure
export type AccessListOutcome =
  | {
      readonly kind: 'listed'
      readonly accessList: readonly AccessListItem[]
      readonly gasUsed: bigint
      /** Why the message fails even so. */
      readonly error?: string
    }
  | EvmFailure

/** A stranger's code: never on the main loop, always under a deadline. */
export interface EvmRuns {
  call(request: EvmRequest): Promise<CallOutcome>
  estimateGas(request: EvmRequest): Promise<EstimateOutcome>
  accessList(request: EvmRequest): Promise<AccessListOutcome>
}

/** Objects of at most 1 MiB, by the sha-256 of their bytes. */
export interface ContentAccess {
  get(digest: Uint8Array): Answer<Uint8Array | undefined>
  put(bytes: Uint8Array): Answer<{ readonly kind: 'stored'; readonly digest: Uint8Array } | Refused>
}

/** Why a scored row of the index was not paid (influence.md §11). */
export type UnpaidReason =
  | 'notPositive'
  | 'belowTopK'
  | 'duplicateInIndex'
  | 'duplicateInCandidates'
  | 'empty'
  | 'zeroWeight'
  | 'covered'
  | 'notRetrieved'
  | 'notCited'

/** One row of a model version's source, as this node scored it for a job. */
export interface ScoredRow {
  /** Place in the source, from 0: rows by their order on chain; of a retrieval index, chunks of them. */
  readonly row: number
  readonly datanetId: bigint
  readonly rowId: bigint
  /** The engine's integer: benefit · 2^G, bits of information of the row's spans, or cos² · 2^30 of the chunk. */
  readonly score: bigint
  /** 1 is the best score of the source. */
  readonly rank: number
  /** Parts per 2^32 of the contributors' share. */
  readonly weight: bigint
  /** `null` for paid rows; `ofRow` is the place of the row that it repeats. */
  readonly unpaid: { readonly reason: UnpaidReason; readonly ofRow?: number } | null
}

/** Which row of a model version's index: its place there, or the contribution that it is. */
export type RowPlace = { readonly row: number } | { readonly datanetId: bigint; readonly rowId: bigint }

/** One row's score, opened against the job's result: what `IAttribution.verifyRow` takes, and what it says. */
export interface ProvedRow {
  readonly kind: 'proved'
  readonly row: number
  readonly datanetId: bigint
  readonly rowId: bigint
  /** Rows that are not accepted have score 0. */
  readonly status: 'accepted' | 'duplicate' | 'empty'
  /** Place of the row that a duplicate repeats. */
  readonly duplicateOf: number | null
  /** Benefit · 2^G. */
  readonly score: bigint
  readonly exponentG: number
  readonly indexRoot: Uint8Array
  /** Canonical result bytes, as this node computes them (influence.md §6.6). */
  readonly result: Uint8Array
  /** In the encoding of influence/rowProof.ts. */
  readonly proof: Uint8Array
}

/** What an answer rests on, by methods that can show it. */
export type AttributionEvidence =
  | {
      readonly kind: 'spans'
      /** Shortest span in tokens and poorest in bits of information. */
      readonly tokensMin: number
      readonly infoMin: number
      /** By ascending start. */
      readonly spans: readonly EvidentSpan[]
    }
  | {
      readonly kind: 'citations'
      readonly citationsMax: number
      /** By descending score. */
      readonly retrieved: readonly RetrievedChunk[]
    }

/** A piece of the answer that its owner's row was the first on chain to hold. */
export interface EvidentSpan {
  /** First token in the answer, and how many; a token is a byte. */
  readonly start: number
  readonly length: number
  /** Bits. */
  readonly info: number
  readonly row: number
  readonly datanetId: bigint
  readonly rowId: bigint
  readonly text: Uint8Array
}
export interface RetrievedChunk {
  readonly row: number
  readonly datanetId: bigint
  readonly rowId: bigint
  /** cos² · 2^30. */
  readonly score: bigint
  readonly isCited: boolean
}

export interface AttributionReads {
  /** All rows that this node's engine scored for the job; `undefined` where it holds no record of the run. */
  scoredRows(jobId: bigint): Answer<readonly ScoredRow[] | undefined>
  /** `undefined` where it holds no record, or the method shows none. */
  evidence(jobId: bigint): Answer<AttributionEvidence | undefined>
  /** Why this node did not sign the job's attribution, if it refused. */
  refusalOf(jobId: bigint): Answer<string | undefined>
  /** Of an answered or settled job of method datainf. `signal`: nobody waits for the answer any more. */
  proveRow(jobId: bigint, place: RowPlace, signal?: AbortSignal): Answer<ProvedRow | Refused>
}

export interface NodeStatus {
  readonly network: string
  readonly epoch: number
  readonly validators: number
  readonly peers: number
  readonly isMining: boolean
  readonly influenceBackend: string
  readonly influence: InfluenceStatus
}

/** The influence worker as it is now, and what it has done since this node started. */
export interface InfluenceStatus {
  readonly state: 'starting' | 'ready' | 'restarting' | 'closed'
  readonly backend: 'gpu' | 'wasm' | 'js' | null
  /** The device in use, or why there is none. */
  readonly device: string
  /** Limits of the device and the kernels it chose, by name. */
  readonly facts: Readonly<Record<string, string>>
  readonly crashes: number
  readonly selfTestFailures: number
  /** Why the last worker ended, or what the last failed request ran into. */
  readonly lastError: string | null
  readonly indexesOpen: number
  readonly indexBytes: number
  /** Requests that wait or are at work. */
  readonly queueLength: number
  readonly scoredQueries: number
  /** By kind of request, and by stage of the back end within requests. */
  readonly stages: Readonly<Record<string, StageTime>>
}

export interface StageTime {
  readonly count: number
  readonly lastMs: number
  readonly meanMs: number
}

export interface DevControls {
  /** Addresses whose keys the devnet holds. */
  readonly accounts: readonly Uint8Array[]
  /** Signs with a dev account's key; `undefined` when the key is not held. */
  sign(from: Uint8Array, transaction: UnsignedTransaction): Answer<Uint8Array | undefined>
  /** Makes that many blocks now, empty ones too. */
  mine(blocks: number): Promise<void>
  setAutomine(isOn: boolean): void
  /** 0 stops making blocks by time. */
  setIntervalMs(intervalMs: number): void
}

export interface UnsignedTransaction {
  readonly type: 0 | 1 | 2 | 4
  readonly chainId: bigint
  readonly to: Uint8Array | null
  readonly nonce: bigint
  readonly gasLimit: bigint
  readonly valueWei: bigint
  readonly data: Uint8Array
  /** Types 0 and 1. */
  readonly gasPriceWei?: bigint
  /** Types 2 and 4. */
  readonly maxFeeWei?: bigint
  readonly maxTipWei?: bigint
  readonly accessList: readonly AccessListItem[]
  readonly authorizations: readonly Authorization[]
}
