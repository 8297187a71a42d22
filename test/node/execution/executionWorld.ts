/** Execution over a real store, without agreement: a devnet's block 0, blocks built at once, made final by hand. */
import { privateKeyToAccount } from 'viem/accounts'
import { genesisInput } from '../../../genesis/block0.ts'
import { createDevnet, DEVNET_DEFAULTS, type DevnetOptions, predeployCodes } from '../../../genesis/devnet.ts'
import type { BuildRequest, CheckRequest } from '../../../node/agreement/ports.ts'
import { probeCrypto } from '../../../node/crypto.ts'
import { type BlockExecution, createExecution, type FinalBlock } from '../../../node/execution/execution.ts'
import type { ThreadedOptions } from '../../../node/execution/thread/executionThread.ts'
import { createTurns } from '../../../node/execution/turns.ts'
import { DEVNET_FILE, openNetwork } from '../../../node/network.ts'
import { openTemporaryChainStore } from '../../../node/storage/chainStore.ts'
import { commitGenesis } from '../../../node/storage/commitGenesis.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { createChainRules } from '../../../runtime/chainRules.ts'
import { createGenesisBlock } from '../../../runtime/execution/genesisBlock.ts'
import { decodeUserTransaction, type UserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import { accepted } from '../../runtime/world.ts'

const crypto = await probeCrypto()
const predeploys = predeployCodes(openNetwork(DEVNET_FILE, crypto).network)

export interface Proposed {
  readonly view: number
  readonly blockHash: string
  readonly parentHash: string
  readonly bytes: Uint8Array
}

export type ExecutionWorld = Awaited<ReturnType<typeof openExecutionWorld>>

/** Deriving keys and proving them takes longer than the tests do. */
const networks = new Map<string, ReturnType<typeof createNetwork>>()

function createNetwork(options: Partial<DevnetOptions>) {
  const { network } = createDevnet({ ...DEVNET_DEFAULTS, predeploys, ...options }, crypto.bls, (unproved) => {
    return createGenesisBlock(createChainRules(unproved.params, { crypto }), genesisInput(unproved)).hash
  })
  const rules = createChainRules(network.params, { crypto })
  return { network, rules, genesis: createGenesisBlock(rules, genesisInput(network)) }
}

/** A network of published keys; the builder takes what `waiting` holds, as from a pool. In this thread, or as `open` has it. */
export async function openExecutionWorld(
  options: Partial<DevnetOptions> = {},
  open?: (parts: ThreadedOptions) => BlockExecution,
) {
  const name = JSON.stringify(options, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  const made = networks.get(name) ?? createNetwork(options)
  networks.set(name, made)
  const { network, rules, genesis } = made
  const store = await openTemporaryChainStore({ genesisHash: genesis.hash })
  await commitGenesis(store, genesis)
  const clock = { nowMs: () => performance.now(), wallMs: () => world.wallMs }
  const waiting: UserTransaction[] = []
  const finals: FinalBlock[] = []
  /** What a pool would be told to drop. */
  const refused: string[] = []
  /** Proposed blocks by hash: what agreement would hold. */
  const held = new Map<string, Proposed>()
  const openHere = (parts: ThreadedOptions): BlockExecution =>
    createExecution({
      ...parts,
      clock,
      turnLoop: () => new Promise((resolve) => setImmediate(resolve)),
      known: () => undefined,
    })
  const execution = (open ?? openHere)({
    rules,
    chain: { chainId: network.params.chainId, genesisHash: genesis.hash },
    store,
    turn: createTurns({ pace: { turn: async () => true }, transactions: () => waiting, settlements: () => [] }),
    onBuilt({ skipped, isOnHead }) {
      if (isOnHead) refused.push(...skipped.map(({ hash }) => toHex(hash)))
    },
    onFinal: (final) => finals.push(final),
  })
  const requestOf = (view: number, parentHash: string, height: number): BuildRequest => ({
    epoch: execution.ofBlock(height),
    view,
    parentHash,
    heldBlock: (hash) => held.get(hash),
    isEmpty: false,
    isAbandoned: () => false,
  })
  const heightOf = (hash: string): number => {
    let height = 0
    for (let at = held.get(hash); at !== undefined; at = held.get(at.parentHash)) height++
    return height
  }
  const world = {
    network,
    rules,
    store,
    execution,
    waiting,
    finals,
    refused,
    held,
    genesis: toHex(genesis.hash),
    wallMs: network.params.genesisTimeS * 1000 + 60_000,
    request: (view: number, parentHash: string, more: Partial<BuildRequest> = {}): BuildRequest => ({
      ...requestOf(view, parentHash, heightOf(parentHash) + 1),
      ...more,
    }),
    async build(view: number, parentHash: string, more: Partial<BuildRequest> = {}): Promise<Proposed> {
      const built = await execution.build(world.request(view, parentHash, more))
      if (built === null) throw new Error(`nothing was built in view ${view}`)
      const proposed = { view, parentHash, ...built }
      held.set(built.blockHash, proposed)
      return proposed
    },
    check({ view, parentHash, bytes }: Proposed, more: Partial<CheckRequest> = {}) {
      return execution.check({ ...world.request(view, parentHash), bytes, ...more })
    },
    commit({ view, blockHash, bytes }: Proposed) {
      const parentId = new Uint8Array(32)
      const candidate = { view, parentView: 0, parentId, blockHash: fromHex(blockHash as `0x${string}`) }
      const signers = Uint8Array.of(1)
      const signature = new Uint8Array(96)
      const id = new Uint8Array(32)
      return execution.commit({
        candidate,
        finalization: { kind: 'finalize', epoch: 0, view, id, signers, signature },
        bytes,
      })
    },
    /** A dev account's transfer of 1 wei, or a call. */
    async sign(
      account: number,
      nonce: number,
      call: { to?: string | null; data?: string; valueWei?: bigint; gas?: bigint } = {},
    ) {
      const from = privateKeyToAccount(toHex(network.devKeys!.accounts[account]!.key))
      const raw = await from.signTransaction({
        chainId: Number(network.params.chainId),
        type: 'eip1559',
        to: (call.to === undefined ? toHex(network.devKeys!.accounts[9]!.address) : call.to) as `0x${string}` | null,
        data: (call.data ?? '0x') as `0x${string}`,
        value: call.valueWei ?? 1n,
        nonce,
        gas: call.gas ?? (call.data === undefined ? 21_000n : 1_000_000n),
        maxFeePerGas: 10n ** 10n,
        maxPriorityFeePerGas: 1n,
      })
      return accepted(decodeUserTransaction(rules, fromHex(raw)))
    },
    transactionsOf: (final: FinalBlock) => final.mined.map(({ hash }) => toHex(hash)),
    close: () => store.close(),
  }
  return world
}

export async function inWorld(
  run: (world: ExecutionWorld) => Promise<void>,
  options: Partial<DevnetOptions> = {},
  open?: (parts: ThreadedOptions) => BlockExecution,
): Promise<void> {
  const world = await openExecutionWorld(options, open)
  try {
    await run(world)
  } finally {
    await world.close()
  }
}
