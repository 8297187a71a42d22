/** Block 0: allocations, predeploys and natives become the first state; its extraData is paramsHash (runtime.md §2). */

import { NATIVE_CODE } from '../../precompiles/addresses.ts'
import type { NativeGenesis } from '../../precompiles/genesis.ts'
import { type Header, hashHeader } from '../block/header.ts'
import { BLOOM_BYTES } from '../block/receipt.ts'
import type { ChainRules } from '../chainRules.ts'
import { type BlockFacts, ChainEvm } from '../evm/chainEvm.ts'
import { createNativeHost } from '../evm/nativeHost.ts'
import { EMPTY_ACCOUNT, EMPTY_ROOT } from '../state/accountRecord.ts'
import { createLayer, type Layer } from '../state/overlayState.ts'
import { createKeyHasher, createStateRoot } from '../state/stateRoot.ts'
import type { StateChanges, StateStore } from '../stateStore.ts'
import { readBlockParams } from './blockParams.ts'
import { credit } from './userExecution.ts'

export interface GenesisAccount {
  readonly address: Uint8Array
  readonly balanceWei?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  readonly storage?: readonly { readonly slot: Uint8Array; readonly value: Uint8Array }[]
}

export interface GenesisInput {
  /** keccak256 of the canonical ChainParams, 32 bytes. */
  readonly paramsHash: Uint8Array
  /** Balances and predeploys; an address may occur more than once, balances add up. */
  readonly accounts: readonly GenesisAccount[]
  readonly natives: NativeGenesis
}

export interface GenesisBlock {
  readonly hash: Uint8Array
  readonly header: Header
  readonly changes: StateChanges
  readonly layer: Layer
}

const ZERO_HASH = new Uint8Array(32)
const NO_ADDRESS = new Uint8Array(20)
const EMPTY_STORE: StateStore = {
  account: () => undefined,
  slot: () => undefined,
  code: () => undefined,
  node: () => undefined,
}

/** Deterministic in its inputs. Throws what a native throws on a configuration that it cannot hold. */
export function createGenesisBlock(rules: ChainRules, input: GenesisInput): GenesisBlock {
  const layer = createLayer(createStateRoot(EMPTY_ROOT, EMPTY_STORE, createKeyHasher(rules.keccak)))
  for (const account of input.accounts) putAccount(layer, account)
  for (const address of rules.natives.addresses) {
    layer.setCode(address, NATIVE_CODE)
    layer.setAccount(address, { ...layer.accountOf(address)!, nonce: 1n })
  }
  initialiseNatives(rules, layer, input)
  const changes = layer.seal()
  const { gasLimit } = readBlockParams(rules, layer)
  const header: Header = {
    ...factsOf(rules, input.paramsHash, gasLimit),
    stateRoot: changes.stateRoot,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: new Uint8Array(BLOOM_BYTES),
    gasUsed: 0n,
  }
  return { hash: hashHeader(rules.keccak, header), header, changes, layer }
}

function putAccount(layer: Layer, { address, balanceWei, nonce, code, storage }: GenesisAccount): void {
  if (balanceWei !== undefined) credit(layer, address, balanceWei)
  if (nonce !== undefined) layer.setAccount(address, { ...(layer.accountOf(address) ?? EMPTY_ACCOUNT), nonce })
  if (code !== undefined) layer.setCode(address, code)
  for (const { slot, value } of storage ?? []) layer.setStorage(address, slot, value)
}

function factsOf(rules: ChainRules, paramsHash: Uint8Array, gasLimit: bigint): BlockFacts {
  return {
    parentHash: ZERO_HASH,
    coinbase: NO_ADDRESS,
    number: 0,
    gasLimit,
    timestamp: rules.params.genesisTimeS,
    extraData: paramsHash,
    mixHash: ZERO_HASH,
    baseFeeWei: rules.params.initialBaseFeeWei,
    parentBeaconBlockRoot: ZERO_HASH,
  }
}

/** More than any initialisation takes; the host counts, nobody pays. */
const GENESIS_GAS = 1n << 62n

function initialiseNatives(rules: ChainRules, layer: Layer, { natives, paramsHash }: GenesisInput): void {
  // The hash of block 0 is not known inside it: natives that keep it would read zeros here, and none does.
  const evm = new ChainEvm(rules, layer, factsOf(rules, paramsHash, 0n), { genesisHash: ZERO_HASH })
  const entry = { gasLeft: GENESIS_GAS, logs: [], later: undefined }
  const frame = { isStatic: false, depth: 0 }
  rules.natives.initialise((address) => createNativeHost(evm.nativeWorld, entry, address, frame), natives)
  layer.startTransaction()
}
