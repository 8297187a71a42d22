/**
 * What a native may ask of the machine it runs on (runtime.md §8). Storage goes through the EVM's own journal and layer,
 * at the EVM's prices, so natives roll back, prove and cost like contracts. All of it is synchronous: no foreign code
 * runs while a native runs.
 */
import assert from 'node:assert/strict'
import type { Common } from '@ethereumjs/common'
import type { EVM } from '@ethereumjs/evm'
import { type NativeBlock, type NativeCall, type NativeHost, NativeRevert } from '../../precompiles/native.ts'
import { bytesToUint, concat, equal, uintToBytes, utf8 } from '../../primitives/bytes.ts'
import { sha256 } from '../../primitives/hashes.ts'
import type { ChainRules } from '../chainRules.ts'
import { EMPTY_ACCOUNT } from '../state/accountRecord.ts'
import type { Layer } from '../state/overlayState.ts'
import {
  hashGas,
  LOG_BYTE_GAS,
  LOG_GAS,
  LOG_TOPIC_GAS,
  NEW_ACCOUNT_GAS,
  statementGas,
  TRANSFER_GAS,
} from './nativeGas.ts'

/** A call that the executor makes after a system transaction's native frame has committed. */
export interface LaterCall {
  /** The native that asked, and gets the outcome. */
  readonly native: Uint8Array
  readonly to: Uint8Array
  readonly input: Uint8Array
  readonly gas: bigint
  readonly tag: bigint
}

/** What all native frames of one EVM share. */
export interface NativeWorld {
  readonly rules: ChainRules
  readonly common: Common
  readonly state: Layer
  readonly journal: EVM['journal']
  readonly block: NativeBlock
  readonly genesisHash: Uint8Array
  readonly epochHash: Uint8Array
  /** Called before work; throws to abandon it. */
  readonly tick: () => void
}

/** One entry from the EVM: gas and logs of the native and of the natives that it calls. */
export interface NativeEntry {
  gasLeft: bigint
  readonly logs: [Uint8Array, Uint8Array[], Uint8Array][]
  /** Present where `callLater` is allowed: system transactions. */
  readonly later: LaterCall[] | undefined
}

export class NativeOutOfGas extends Error {
  constructor() {
    super('native: out of gas')
    this.name = 'NativeOutOfGas'
  }
}

export function createNativeHost(
  world: NativeWorld,
  entry: NativeEntry,
  self: Uint8Array,
  frame: Pick<NativeCall, 'isStatic' | 'depth'>,
): NativeHost {
  const { rules, state, common, journal } = world
  const charge = (gas: bigint): void => {
    assert(gas >= 0n, 'negative gas')
    world.tick()
    if (gas > entry.gasLeft) throw new NativeOutOfGas()
    entry.gasLeft -= gas
  }
  const requireWritable = (): void => {
    if (frame.isStatic) throw revertWith(rules, 'StaticWrite()')
  }
  const warmSlot = (key: Uint8Array): boolean => {
    const isWarm = journal.isWarmedStorage(self, key)
    if (!isWarm) journal.addWarmedStorage(self, key)
    return isWarm
  }
  const chargeAccount = (address: Uint8Array): void => {
    const isWarm = journal.isWarmedAddress(address)
    charge(common.param(isWarm ? 'warmstoragereadGas' : 'coldaccountaccessGas'))
    if (!isWarm) journal.addWarmedAddress(address)
  }
  return {
    chainId: rules.params.chainId,
    genesisHash: world.genesisHash,
    epochHash: world.epochHash,
    get gasLeft() {
      return entry.gasLeft
    },
    charge,
    sload(slot) {
      const key = uintToBytes(slot, 32)
      charge(common.param(warmSlot(key) ? 'warmstoragereadGas' : 'coldsloadGas'))
      return bytesToUint(state.storageAt(self, key))
    },
    sstore(slot, word) {
      requireWritable()
      const key = uintToBytes(slot, 32)
      if (entry.gasLeft <= common.param('sstoreSentryEIP2200Gas')) throw new NativeOutOfGas()
      const coldGas = warmSlot(key) ? 0n : common.param('coldsloadGas')
      charge(coldGas + storeGas(world, self, key, word))
      state.setStorage(self, key, uintToBytes(word, 32))
    },
    keccak(data) {
      charge(hashGas('keccak', data.length))
      return rules.keccak(data)
    },
    sha256(data) {
      charge(hashGas('sha256', data.length))
      return sha256(data)
    },
    verifyStatement(statement, keys, signature) {
      charge(hashGas('keccak', statement.length) + statementGas(keys.length))
      return rules.crypto.bls.verify(keys, rules.keccak(statement), signature)
    },
    emit(topics, data) {
      requireWritable()
      assert(
        topics.length <= 4 && topics.every((topic) => topic.length === 32),
        'a log has at most four words of topic',
      )
      charge(LOG_GAS + LOG_TOPIC_GAS * BigInt(topics.length) + LOG_BYTE_GAS * BigInt(data.length))
      entry.logs.push([self.slice(), topics.map((topic) => topic.slice()), data.slice()])
    },
    balanceOf(address) {
      chargeAccount(address)
      return state.accountOf(address)?.balanceWei ?? 0n
    },
    pay(to, wei) {
      requireWritable()
      chargeAccount(to)
      if (wei === 0n) return
      charge(TRANSFER_GAS + (state.accountOf(to) === undefined ? NEW_ACCOUNT_GAS : 0n))
      moveWei(world, self, to, wei)
    },
    native(address, input, wei) {
      assert(rules.natives.has(address), 'native: no native contract at this address')
      if (wei > 0n) {
        requireWritable()
        charge(TRANSFER_GAS)
        moveWei(world, self, address, wei)
      }
      const call: NativeCall = {
        caller: self.slice(),
        valueWei: wei,
        input: input.slice(),
        isStatic: frame.isStatic,
        isDirect: true,
        isSystem: false,
        depth: frame.depth + 1,
        block: world.block,
      }
      return rules.natives.run(address, call, createNativeHost(world, entry, address, call)).slice()
    },
    callLater(to, input, gas, tag) {
      assert(entry.later !== undefined, 'callLater outside a system transaction')
      entry.later.push({ native: self.slice(), to: to.slice(), input: input.slice(), gas, tag })
    },
  }
}

/** SSTORE's price less the cold surcharge (EIP-2200, EIP-2929, EIP-3529); no refunds in version 1. */
function storeGas({ state, common }: NativeWorld, self: Uint8Array, key: Uint8Array, word: bigint): bigint {
  const current = state.storageAt(self, key)
  if (bytesToUint(current) === word) return common.param('warmstoragereadGas')
  const original = state.originalStorageAt(self, key)
  if (!equal(original, current)) return common.param('warmstoragereadGas')
  return common.param(original.length === 0 ? 'sstoreInitEIP2200Gas' : 'sstoreCleanEIP2200Gas')
}

function moveWei({ rules, state }: NativeWorld, from: Uint8Array, to: Uint8Array, wei: bigint): void {
  assert(wei > 0n, 'negative amount')
  const payer = state.accountOf(from) ?? EMPTY_ACCOUNT
  if (payer.balanceWei < wei) throw revertWith(rules, 'InsufficientBalance(uint256,uint256)', payer.balanceWei, wei)
  state.setAccount(from, { ...payer, balanceWei: payer.balanceWei - wei })
  const payee = state.accountOf(to) ?? EMPTY_ACCOUNT
  state.setAccount(to, { ...payee, balanceWei: payee.balanceWei + wei })
}

/** A revert by the host itself; arguments are uint256. */
function revertWith(rules: ChainRules, signature: string, ...args: readonly bigint[]): NativeRevert {
  const selector = rules.keccak(utf8(signature)).slice(0, 4)
  return new NativeRevert(signature, concat(selector, ...args.map((arg) => uintToBytes(arg, 32))))
}
