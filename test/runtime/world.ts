/** A small chain for runtime tests: block 0 with all natives and a probe native, funded accounts, blocks on request. */
import {
  createFeeMarket1559Tx,
  createLegacyTx,
  type FeeMarketEIP1559TxData,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { createEpoch } from '../../consensus/epoch.ts'
import { probeCrypto } from '../../node/crypto.ts'
import { type NativeCall, type NativeHost, NativeRevert } from '../../precompiles/native.ts'
import { bytesToUint, concat, equal, fromHex, uintToBytes } from '../../primitives/bytes.ts'
import type { ChainParams } from '../../primitives/chainParams.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { ValidatorSet } from '../../primitives/validatorSet.ts'
import { type ChainRules, createChainRules } from '../../runtime/chainRules.ts'
import { createNativeContracts, type NativeContracts } from '../../runtime/evm/nativeContracts.ts'
import { type BuildContext, type BuiltBlock, buildBlock } from '../../runtime/execution/buildBlock.ts'
import { createGenesisBlock, type GenesisAccount } from '../../runtime/execution/genesisBlock.ts'
import type { ParentBlock } from '../../runtime/execution/openBlock.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import { decodeUserTransaction, type UserTransaction } from '../../runtime/transactions/userTransaction.ts'

export const OPEN = 10n ** 18n
export const GWEI = 10n ** 9n

export const PARAMS: ChainParams = {
  name: 'test',
  chainId: 77116120n,
  genesisTimeS: 1_700_000_000,
  blockIntervalMs: 1000,
  epochBlocks: 5,
  baseFeeFloorWei: GWEI / 100n,
  initialBaseFeeWei: GWEI,
  bodyBytesMax: 600_000,
  governor: new Uint8Array(20).fill(0x60),
  devAdmin: null,
  forks: [{ epoch: 0, fork: 'osaka' }],
}

/** Private keys and addresses of funded accounts. */
export interface TestAccount {
  readonly key: Uint8Array
  readonly address: Uint8Array
}
export const COINBASE = new Uint8Array(20).fill(0xc0)
export const PARAMS_HASH = keccak256(Uint8Array.of(1))

// The runtime codes of EIP-2935 and EIP-4788.
const HISTORY_CODE = fromHex(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
)
const BEACON_CODE = fromHex(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500',
)

/** An extra native: the first input byte says what to do, words follow. */
export const PROBE = uintToBytes(0x0aff, 20)

function probe(call: NativeCall, host: NativeHost): Uint8Array {
  const word = (i: number) => bytesToUint(call.input.subarray(1 + 32 * i, 33 + 32 * i))
  switch (String.fromCharCode(call.input[0] ?? 0)) {
    case 's':
      host.sstore(word(0), word(1))
      return new Uint8Array(0)
    case 'l':
      return uintToBytes(host.sload(word(0)), 32)
    case 'r':
      host.sstore(7n, 7n)
      throw new NativeRevert('Probe', call.input.slice(1))
    case 'e':
      host.emit([call.input.subarray(1, 33)], call.input.subarray(33))
      return new Uint8Array(0)
    case 'p':
      host.pay(uintToBytes(word(0), 20), word(1))
      return new Uint8Array(0)
    case 'n':
      return host.native(PROBE, call.input.subarray(33), word(0))
    case 'g':
      host.charge(word(0))
      return new Uint8Array(0)
    case 'q':
      // A run of slot accesses: 1 stores, 0 loads.
      for (let at = 1; at < call.input.length; at += 65) {
        const slot = bytesToUint(call.input.subarray(at + 1, at + 33))
        if (call.input[at] === 1) host.sstore(slot, bytesToUint(call.input.subarray(at + 33, at + 65)))
        else host.sload(slot)
      }
      return new Uint8Array(0)
    case 'b':
      return uintToBytes(host.balanceOf(uintToBytes(word(0), 20)), 32)
    default: {
      const flags = [call.isStatic, call.isDirect, call.isSystem].map((flag) => uintToBytes(flag ? 1 : 0, 32))
      return concat(
        uintToBytes(bytesToUint(call.caller), 32),
        uintToBytes(call.valueWei, 32),
        ...flags,
        uintToBytes(call.depth, 32),
      )
    }
  }
}

export function probeNatives(): NativeContracts {
  const real = createNativeContracts()
  const isProbe = (address: Uint8Array) => equal(address, PROBE)
  return {
    addresses: [...real.addresses, PROBE],
    has: (address) => isProbe(address) || real.has(address),
    run: (address, call, host) => (isProbe(address) ? probe(call, host) : real.run(address, call, host)),
    initialise: real.initialise,
  }
}

export interface World {
  readonly rules: ChainRules
  readonly accounts: readonly TestAccount[]
  readonly genesisHash: Uint8Array
  readonly validators: ValidatorSet
  readonly secrets: readonly Uint8Array[]
  head: ParentBlock
  epochOf(number: number): ReturnType<typeof createEpoch>
  context(extra?: Partial<BuildContext>): BuildContext
  /** Builds a block of these transactions and makes it the head; fails on a skipped one. */
  mine(transactions: readonly UserTransaction[], extra?: Partial<BuildContext>): Promise<BuiltBlock>
  balanceWei(address: Uint8Array): bigint
  nonce(address: Uint8Array): bigint
}

const crypto = await probeCrypto()

export interface WorldOptions {
  readonly params?: Partial<ChainParams>
  readonly accounts?: readonly GenesisAccount[]
  /** Default: the real natives and the probe. */
  readonly natives?: NativeContracts
}

export function createWorld(options: WorldOptions = {}): World {
  const rules = createChainRules(
    { ...PARAMS, ...options.params },
    { natives: options.natives ?? probeNatives(), crypto },
  )
  const accounts = Array.from({ length: 6 }, (_, i) => createAccount(rules, i + 1))
  const secrets = [1, 2, 3].map((n) => uintToBytes(n, 32))
  const validators = secrets.map((secret, i) => ({
    operator: new Uint8Array(20).fill(i + 1),
    blsKey: crypto.bls.publicKey(secret),
    p2pKey: new Uint8Array(32).fill(i + 1),
    power: 10n,
  }))
  const genesis = createGenesisBlock(rules, {
    paramsHash: PARAMS_HASH,
    accounts: [
      ...accounts.map(({ address }) => ({ address, balanceWei: 1000n * OPEN })),
      { address: fromHex('0x0000f90827f1c53a10cb7a02335b175320002935'), code: HISTORY_CODE, nonce: 1n },
      { address: fromHex('0x000f3df6d732807ef1319fb7b8bb8522d0beac02'), code: BEACON_CODE, nonce: 1n },
      { address: uintToBytes(0x0a06, 20), balanceWei: 30n * OPEN },
      ...(options.accounts ?? []),
    ],
    natives: {
      governor: PARAMS.governor,
      devAdmin: null,
      params: {},
      validators: validators.map((v) => ({ ...v, feeRecipient: COINBASE, commissionBps: 0, stakeWei: 10n * OPEN })),
    },
  })
  const chain = { chainId: rules.params.chainId, genesisHash: genesis.hash }
  const roots = new Map<number, Uint8Array>([[0, genesis.hash]])
  const world: World = {
    rules,
    accounts,
    genesisHash: genesis.hash,
    validators,
    secrets,
    head: { hash: genesis.hash, header: genesis.header, state: genesis.layer },
    epochOf: (number) => {
      const epoch = Math.floor((number - 1) / rules.params.epochBlocks)
      return createEpoch(chain, epoch, roots.get(epoch)!, validators)
    },
    context: (extra = {}) => ({
      rules,
      genesisHash: genesis.hash,
      epoch: world.epochOf(world.head.header.number + 1),
      parent: world.head,
      coinbase: COINBASE,
      timestamp: world.head.header.timestamp + 1,
      transactions: [],
      isAudited: true,
      ...extra,
    }),
    async mine(transactions, extra = {}) {
      const block = await buildBlock(world.context({ transactions, ...extra }))
      const refused = block.skipped[0]
      if (refused !== undefined) throw new Error(`skipped: ${JSON.stringify(refused.refusal)}`)
      world.head = { hash: block.hash, header: block.header, state: block.layer }
      const { number } = block.header
      if (number % rules.params.epochBlocks === 0) roots.set(number / rules.params.epochBlocks, block.hash)
      return block
    },
    balanceWei: (address) => accountAt(world, address)?.balanceWei ?? 0n,
    nonce: (address) => accountAt(world, address)?.nonce ?? 0n,
  }
  return world
}

function accountAt({ head: { state } }: World, address: Uint8Array) {
  return state.kind === 'layer' ? state.accountOf(address) : undefined
}

function createAccount(rules: ChainRules, n: number): TestAccount {
  const key = uintToBytes(n, 32)
  const unsigned = createLegacyTx({}, { common: rules.common })
  return { key, address: unsigned.sign(key).getSenderAddress().bytes }
}

/** Signs and decodes an EIP-1559 transaction; fields have workable defaults. */
export function signed(world: World, from: TestAccount, fields: FeeMarketEIP1559TxData): UserTransaction {
  const data = { gasLimit: 100_000n, maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI, ...fields }
  const chainId = world.rules.params.chainId
  return decoded(world, createFeeMarket1559Tx({ chainId, ...data }, { common: world.rules.common }).sign(from.key))
}

export function decoded(world: World, transaction: TypedTransaction): UserTransaction {
  return accepted(decodeUserTransaction(world.rules, transaction.serialize()))
}

export const word = (value: bigint | number): Uint8Array => uintToBytes(value, 32)
export const asWord = (address: Uint8Array): Uint8Array => word(bytesToUint(address))
/** Input of the probe native. */
export const probeInput = (what: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  concat(Uint8Array.of(what.charCodeAt(0)), ...parts)

/** The value, or a test failure that shows the refusal. */
export function accepted<T extends object>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Error(JSON.stringify(value))
  return value
}
