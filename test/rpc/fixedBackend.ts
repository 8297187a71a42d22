/** A backend of two blocks and one transaction, held in memory: for tests of transport and parameters only. */

import { fromHex } from '../../primitives/bytes.ts'
import type { Backend } from '../../rpc/backend.ts'
import type { Block, BlockHeader, PlacedLog, Transaction } from '../../rpc/chainTypes.ts'

const word = (byte: number) => new Uint8Array(32).fill(byte)
export const SENDER = fromHex('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
export const EMITTER = new Uint8Array(20).fill(0xee)

export function headerAt(number: number): BlockHeader {
  return {
    hash: word(0xa0 + number),
    number,
    parentHash: word(0xa0 + number - 1),
    ommersHash: word(1),
    coinbase: new Uint8Array(20),
    stateRoot: word(2),
    transactionsRoot: word(3),
    receiptsRoot: word(4),
    bloom: new Uint8Array(256),
    difficulty: 0n,
    gasLimit: 30_000_000n,
    gasUsed: 21_000n,
    timestampS: 1_700_000_000 + number,
    extraData: word(5),
    mixHash: word(6),
    nonce: new Uint8Array(8),
    baseFeeWei: 1_000_000_000n,
    withdrawalsRoot: word(7),
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: word(0),
  }
}

export const TRANSACTION: Transaction = {
  type: 2,
  hash: word(0x77),
  from: SENDER,
  to: EMITTER,
  nonce: 0n,
  gasLimit: 21_000n,
  valueWei: 5n,
  data: new Uint8Array(),
  raw: fromHex('0x02c0'),
  chainId: 77_116_120n,
  maxFeeWei: 3_000_000_000n,
  maxTipWei: 1_000_000_000n,
  accessList: [],
  v: 1n,
  r: 12n,
  s: 34n,
}

export const blockAt = (number: number): Block => ({
  header: headerAt(number),
  transactions: number === 1 ? [TRANSACTION] : [],
  bytes: 600,
})

export const logAt = (number: number): PlacedLog => ({
  address: EMITTER,
  topics: [word(0x11)],
  data: Uint8Array.of(1, 2),
  blockNumber: number,
  blockHash: headerAt(number).hash,
  blockTimestampS: headerAt(number).timestampS,
  transactionHash: TRANSACTION.hash,
  transactionIndex: 0,
  logIndex: 0,
})

export interface FixedBackend extends Backend {
  /** Announces the next block. */
  advance(): void
  /** Announces a pending transaction. */
  announce(transaction: Transaction): void
}

export interface FixedAnswers {
  readonly call?: Backend['evm']['call']
  readonly clientVersion?: string
}

export function createFixedBackend(answers: FixedAnswers = {}): FixedBackend {
  let head = 1
  const blockListeners = new Set<(header: BlockHeader) => void>()
  const pendingListeners = new Set<(transaction: Transaction) => void>()
  const empty = { nonce: 0n, balanceWei: 0n, codeHash: word(8), storageRoot: word(9) }
  return {
    chainId: 77_116_120n,
    genesisHash: word(0xa0),
    clientVersion: answers.clientVersion ?? 'openledger-node/test',
    advance() {
      head++
      for (const listener of blockListeners) listener(headerAt(head))
    },
    announce(transaction) {
      for (const listener of pendingListeners) listener(transaction)
    },
    chain: {
      head: () => headerAt(head),
      nextBaseFeeWei: () => 1_000_000_000n,
      header: (height) => (height <= head ? headerAt(height) : undefined),
      block: (height) => (height <= head ? blockAt(height) : undefined),
      receipts: (height) =>
        blockAt(height).transactions.map((one) => ({
          type: one.type,
          isSuccess: true,
          gasUsed: 21_000n,
          cumulativeGasUsed: 21_000n,
          bloom: new Uint8Array(256),
          logs: [logAt(height)],
          contractAddress: null,
        })),
      heightOf: (hash) => (hash[0]! >= 0xa0 && hash[0]! <= 0xa0 + head ? hash[0]! - 0xa0 : undefined),
      placeOf: (hash) => (hash[0] === 0x77 ? { height: 1, index: 0 } : undefined),
      logs: ({ fromHeight, toHeight }) => {
        const logs: PlacedLog[] = []
        for (let height = Math.max(1, fromHeight); height <= toHeight; height++) logs.push(logAt(height))
        return logs
      },
      onBlock(listener) {
        blockListeners.add(listener)
        return () => blockListeners.delete(listener)
      },
    },
    state: {
      account: () => ({ ...empty, nonce: 3n, balanceWei: 10n ** 18n }),
      code: () => Uint8Array.of(0x5f),
      storage: () => 42n,
      proof: (_address, slots) => ({
        account: empty,
        accountProof: [Uint8Array.of(1)],
        storageProof: slots.map((slot) => ({ slot, value: 0n, proof: [] })),
      }),
    },
    pool: {
      submit: async (raw) =>
        raw.length > 2 ? { kind: 'accepted', hash: word(0x77) } : { kind: 'refused', message: 'already known' },
      get: () => undefined,
      executable: () => [],
      nextNonce: () => 4n,
      whereIs: () => undefined,
      onPending(listener) {
        pendingListeners.add(listener)
        return () => pendingListeners.delete(listener)
      },
    },
    evm: {
      call: answers.call ?? (async () => ({ kind: 'returned', data: Uint8Array.of(7), gasUsed: 21_000n })),
      estimateGas: async () => ({ kind: 'estimated', gas: 21_000n }),
      accessList: async () => ({ kind: 'listed', accessList: [], gasUsed: 21_000n }),
    },
    content: {
      get: () => undefined,
      put: () => ({ kind: 'stored', digest: word(0x55) }),
    },
    attributions: {
      scoredRows: () => undefined,
      evidence: () => undefined,
      refusalOf: () => undefined,
      proveRow: () => ({ kind: 'refused', message: 'nothing is proved here' }),
    },
    status: () => ({
      network: 'devnet',
      epoch: 0,
      validators: 1,
      peers: 0,
      isMining: true,
      influenceBackend: 'js',
      influence: {
        state: 'ready',
        backend: 'js',
        device: 'plain JavaScript',
        facts: {},
        crashes: 0,
        selfTestFailures: 0,
        lastError: null,
        indexesOpen: 0,
        indexBytes: 0,
        queueLength: 0,
        scoredQueries: 0,
        stages: { score: { count: 2, lastMs: 1.5, meanMs: 2.25 } },
      },
    }),
    metrics: async () => '# TYPE blocks_total counter\nblocks_total 2\n',
    health: () => ({ faults: [], waitsFor: [] }),
    peers: {
      self: '12D3KooWself',
      addresses: () => ['/ip4/127.0.0.1/tcp/9151/p2p/12D3KooWself'],
      status: () => ({ bans: [{ peer: '12D3KooWliar', reason: 'malformed', leftMs: 1_500 }] }),
      infos: () => [
        {
          peer: '12D3KooWother',
          client: 'openledger-node/test',
          address: '/ip4/127.0.0.1/tcp/9152',
          isInbound: true,
          isValidator: false,
          connectedMs: 2_500,
          queuedFrames: 0,
          points: 0,
        },
      ],
      addPeer: (address) => address.startsWith('/ip4/'),
    },
    dev: {
      accounts: [SENDER],
      sign: () => fromHex('0x02c0c0'),
      mine: async () => {
        head++
      },
      setAutomine: () => {},
      setIntervalMs: () => {},
    },
  }
}
