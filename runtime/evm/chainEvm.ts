/**
 * The EVM with native contracts. The library enters precompiles with data and gas only, so this subclass remembers the
 * message on top (`_executeCall`) and hands it to the native (`runPrecompile`); both are protected members of an exactly
 * pinned version, and test/runtime/evm/libraryContract.test.ts fails when they change.
 */
import assert from 'node:assert/strict'
import { EVM, EVMError, type EVMResult, type ExecResult, NobleBN254, type PrecompileFunc } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import { SYSTEM_ADDRESS } from '../../precompiles/addresses.ts'
import { type NativeCall, NativeRevert } from '../../precompiles/native.ts'
import { equal, uintToBytes } from '../../primitives/bytes.ts'
import type { Header } from '../block/header.ts'
import type { ChainRules } from '../chainRules.ts'
import { HISTORY_ADDRESS, historySlot } from '../execution/systemContracts.ts'
import type { Layer } from '../state/overlayState.ts'
import { isDirectCall } from './nativeContracts.ts'
import { createNativeHost, type LaterCall, type NativeEntry, NativeOutOfGas, type NativeWorld } from './nativeHost.ts'

/** The facts of a block that are known before it is executed. */
export type BlockFacts = Pick<
  Header,
  | 'parentHash'
  | 'coinbase'
  | 'number'
  | 'gasLimit'
  | 'timestamp'
  | 'extraData'
  | 'mixHash'
  | 'baseFeeWei'
  | 'parentBeaconBlockRoot'
>

export interface EvmOptions {
  readonly genesisHash: Uint8Array
  /** Called at call frames, native charges and precompiles; throws to abandon the work (runtime.md §7). */
  readonly tick?: () => void
}

/** The message on top, as much of it as natives are told. */
interface Frame {
  readonly to: Address
  readonly caller: Address
  readonly codeAddress: Address
  readonly value: bigint
  readonly isStatic: boolean
  readonly delegatecall: boolean
  readonly depth: number
}

export class ChainEvm extends EVM {
  readonly layer: Layer
  /** What the library calls the block. */
  readonly blockView: BlockView
  /** Set while the executor itself makes a call: then `isSystem` holds and `callLater` is allowed. */
  later: LaterCall[] | undefined
  readonly #rules: ChainRules
  readonly #world: NativeWorld
  readonly #tick: () => void
  readonly #frames: Frame[] = []

  constructor(rules: ChainRules, layer: Layer, facts: BlockFacts, options: EvmOptions) {
    super({
      common: rules.common,
      stateManager: layer,
      blockchain: historyOf(layer, facts.number),
      customPrecompiles: rules.natives.addresses.map((address) => ({
        address: new Address(address),
        function: unreachable,
      })),
      bn254: new NobleBN254(),
    })
    this.layer = layer
    this.#rules = rules
    this.#tick = options.tick ?? (() => undefined)
    this.blockView = viewOf(rules, facts)
    this.#world = {
      rules,
      common: rules.common,
      state: layer,
      journal: this.journal,
      block: {
        number: BigInt(facts.number),
        timestamp: BigInt(facts.timestamp),
        parentHash: facts.parentHash,
        baseFeeWei: facts.baseFeeWei,
      },
      genesisHash: options.genesisHash,
      epochHash: facts.extraData,
      tick: this.#tick,
    }
  }

  get nativeWorld(): NativeWorld {
    return this.#world
  }

  protected override async _executeCall(message: Parameters<EVM['_executeCall']>[0]): Promise<EVMResult> {
    this.#tick()
    this.#frames.push(message)
    try {
      return await super._executeCall(message)
    } finally {
      this.#frames.pop()
    }
  }

  protected override async _executeCreate(message: Parameters<EVM['_executeCreate']>[0]): Promise<EVMResult> {
    this.#tick()
    return super._executeCreate(message)
  }

  protected override runPrecompile(code: PrecompileFunc, data: Uint8Array, gasLimit: bigint) {
    this.#tick()
    // A copy: the library passes a view of the caller's memory (geth 2021: aliased return data split the chain).
    const input = data.slice()
    const frame = this.#frames.at(-1)
    assert(frame !== undefined, 'a precompile runs inside a message')
    const address = frame.codeAddress.bytes
    return this.#rules.natives.has(address)
      ? this.#runNative(address, frame, input, gasLimit)
      : super.runPrecompile(code, input, gasLimit)
  }

  #runNative(address: Uint8Array, frame: Frame, input: Uint8Array, gasLimit: bigint): ExecResult {
    const isTop = frame.depth === 0
    const entry: NativeEntry = { gasLeft: gasLimit, logs: [], later: isTop ? this.later : undefined }
    const call: NativeCall = {
      caller: frame.caller.bytes.slice(),
      valueWei: frame.value,
      input,
      isStatic: frame.isStatic,
      isDirect: isDirectCall(frame),
      isSystem: isTop && this.later !== undefined && equal(frame.caller.bytes, SYSTEM_ADDRESS),
      depth: frame.depth,
      block: this.#world.block,
    }
    const laterBefore = this.later?.length ?? 0
    try {
      const output = this.#rules.natives.run(address, call, createNativeHost(this.#world, entry, address, call))
      return { returnValue: output.slice(), executionGasUsed: gasLimit - entry.gasLeft, logs: entry.logs }
    } catch (error) {
      if (this.later !== undefined) this.later.length = laterBefore
      return failureOf(error, gasLimit, entry.gasLeft)
    }
  }
}

/** Reverts take the gas used so far, running out takes all; anything else is a bug and goes on up. */
function failureOf(error: unknown, gasLimit: bigint, gasLeft: bigint): ExecResult {
  if (error instanceof NativeRevert)
    return {
      returnValue: error.data.slice(),
      executionGasUsed: gasLimit - gasLeft,
      exceptionError: new EVMError(EVMError.errorMessages.REVERT),
    }
  if (error instanceof NativeOutOfGas)
    return {
      returnValue: new Uint8Array(0),
      executionGasUsed: gasLimit,
      exceptionError: new EVMError(EVMError.errorMessages.OUT_OF_GAS),
    }
  throw error
}

function unreachable(): never {
  throw new Error('natives are run by ChainEvm.runPrecompile')
}

/** Block objects as `runTx` and `runCall` read them. */
export type BlockView = NonNullable<Parameters<EVM['runCall']>[0]['block']>

function viewOf(rules: ChainRules, facts: BlockFacts): BlockView {
  const header = {
    number: BigInt(facts.number),
    coinbase: new Address(facts.coinbase),
    timestamp: BigInt(facts.timestamp),
    difficulty: 0n,
    prevRandao: facts.mixHash,
    gasLimit: facts.gasLimit,
    gasUsed: 0n,
    baseFeePerGas: facts.baseFeeWei,
    // EIP-4844: the least price, as excess blob gas is always 0; BLOBBASEFEE shows it.
    getBlobGasPrice: () => 1n,
  }
  const view = { header, common: rules.common }
  return view
}

/** BLOCKHASH reads the EIP-2935 contract, which the executor fills with every block's parent hash. */
function historyOf(layer: Layer, number: number) {
  const history = {
    getBlock(id: number | bigint | Uint8Array) {
      assert(!(id instanceof Uint8Array) && Number(id) < number, 'BLOCKHASH asks for older blocks by number')
      const hash = layer.storageAt(HISTORY_ADDRESS, historySlot(Number(id)))
      const padded = uintToBytes(hash.length === 0 ? 0n : BigInt(`0x${Buffer.from(hash).toString('hex')}`), 32)
      return Promise.resolve({ hash: () => padded })
    },
    putBlock: () => Promise.reject(new Error('the EVM adds no blocks')),
    shallowCopy: () => history,
  }
  return history
}
