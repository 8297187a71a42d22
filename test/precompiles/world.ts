/** An in-memory chain for natives: real gas, warm and cold slots, rollback, balances, logs; viem codes every call. */
import { type Abi, decodeErrorResult, decodeEventLog, decodeFunctionResult, type Hex } from 'viem'
import { blstBls } from '../../node/crypto.ts'
import { isNativeAddress, NATIVE_ADDRESSES, SYSTEM_ADDRESS } from '../../precompiles/addresses.ts'
import { dispatchNative, type Native } from '../../precompiles/dispatch.ts'
import type { NativeGenesis } from '../../precompiles/genesis.ts'
import { type NativeCall, type NativeHost, NativeRevert } from '../../precompiles/native.ts'
import { NATIVES } from '../../precompiles/natives.ts'
import { nobleBls } from '../../primitives/bls.ts'
import { equal, fromHex, toHex, uintToBytes } from '../../primitives/bytes.ts'
import { keccak256, sha256 } from '../../primitives/hashes.ts'
import { encodeCall, functionOf, itemsBy } from './viemCoding.ts'

/** Native where it loads: a check by noble takes 30 ms. */
export const TEST_BLS = (await blstBls()) ?? nobleBls

export class OutOfGas extends Error {}
/** A write that the host itself refuses: natives must have refused it before. */
export class HostRefusal extends Error {}

export interface Log {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
}
export interface LaterCall {
  readonly to: Hex
  readonly input: Hex
  readonly gas: bigint
  readonly tag: bigint
}
export type Outcome =
  | {
      readonly kind: 'ok'
      readonly output: Uint8Array
      readonly gasUsed: bigint
      readonly logs: readonly Log[]
      readonly later: readonly LaterCall[]
    }
  | { readonly kind: 'reverted'; readonly data: Uint8Array; readonly name: string; readonly gasUsed: bigint }
  | { readonly kind: 'outOfGas'; readonly gasUsed: bigint }

export interface CallOptions {
  readonly from?: Uint8Array
  readonly wei?: bigint
  readonly gas?: bigint
  readonly isStatic?: boolean
  readonly isDirect?: boolean
  readonly isSystem?: boolean
}

export const TEST_CHAIN_ID = 77116120n
export const TEST_GENESIS_HASH = keccak256(new TextEncoder().encode('test genesis'))
const GAS_DEFAULT = 30_000_000n

/** A test account: 20 bytes that are nobody's native. */
export function account(n: number): Uint8Array {
  return keccak256(uintToBytes(n, 4)).slice(12)
}

interface Frame {
  gasLeft: bigint
  readonly warm: Set<string>
  readonly original: Map<string, bigint>
  readonly logs: Log[]
  readonly later: LaterCall[]
  readonly isStatic: boolean
  readonly isSystem: boolean
}

export class World {
  readonly slots = new Map<string, bigint>()
  readonly balances = new Map<string, bigint>()
  readonly natives: Map<string, Native>
  block = { number: 1n, timestamp: 1_700_000_000n, parentHash: keccak256(uintToBytes(0, 8)), baseFeeWei: 7n }
  epochHash: Uint8Array = keccak256(new TextEncoder().encode('test epoch'))
  #undo: (() => void)[] = []

  constructor(natives: readonly Native[] = NATIVES) {
    this.natives = new Map(natives.map((native) => [toHex(native.address), native]))
  }

  initialise(config: NativeGenesis): void {
    for (const native of this.natives.values()) {
      const frame = this.#frame(1n << 60n, false, false)
      native.initialise?.(this.#host(native.address, frame, 0), config)
      if (frame.logs.length > 0) throw new Error(`${native.name}: block 0 has no logs`)
    }
    this.#undo = []
  }

  /** The next block, `seconds` later. */
  mine(seconds = 1n, blocks = 1n): void {
    const number = this.block.number + blocks
    const parentHash = keccak256(uintToBytes(number - 1n, 8))
    this.block = { ...this.block, number, timestamp: this.block.timestamp + seconds, parentHash }
  }

  balanceOf(address: Uint8Array): bigint {
    return this.balances.get(toHex(address)) ?? 0n
  }

  setBalance(address: Uint8Array, wei: bigint): void {
    this.#put(this.balances, toHex(address), wei)
  }

  /** All of the storage and balances, to compare before and after. */
  fingerprint(): string {
    const entries = (map: Map<string, bigint>) =>
      [...map]
        .filter(([, v]) => v !== 0n)
        .map(([k, v]) => `${k}=${v}`)
        .sort()
    return [...entries(this.slots), ...entries(this.balances)].join('\n')
  }

  /** Runs raw call data as a transaction of its own: all effects, or none. Gas excludes the intrinsic part. */
  raw(to: Uint8Array, input: Uint8Array, options: CallOptions = {}): Outcome {
    const gas = options.gas ?? GAS_DEFAULT
    const isSystem = options.isSystem ?? false
    const from = isSystem ? SYSTEM_ADDRESS : (options.from ?? account(1))
    const frame = this.#frame(gas, options.isStatic ?? false, isSystem)
    this.#undo = []
    try {
      const output = this.#enter(from, to, input, options.wei ?? 0n, options.isDirect ?? true, frame, 0)
      return { kind: 'ok', output, gasUsed: gas - frame.gasLeft, logs: frame.logs, later: frame.later }
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo()
      if (error instanceof OutOfGas) return { kind: 'outOfGas', gasUsed: gas }
      if (!(error instanceof NativeRevert)) throw error
      return { kind: 'reverted', data: error.data, name: error.name, gasUsed: gas - frame.gasLeft }
    } finally {
      this.#undo = []
    }
  }

  #frame(gasLeft: bigint, isStatic: boolean, isSystem: boolean): Frame {
    return { gasLeft, warm: new Set(), original: new Map(), logs: [], later: [], isStatic, isSystem }
  }

  #put<V>(map: Map<string, V>, key: string, value: V): void {
    const old = map.get(key)
    this.#undo.push(() => (old === undefined ? map.delete(key) : map.set(key, old)))
    map.set(key, value)
  }

  #move(from: Uint8Array, to: Uint8Array, wei: bigint): void {
    if (wei === 0n) return
    if (this.balanceOf(from) < wei) throw new NativeRevert('short balance', new Uint8Array())
    this.setBalance(from, this.balanceOf(from) - wei)
    this.setBalance(to, this.balanceOf(to) + wei)
  }

  #enter(
    from: Uint8Array,
    to: Uint8Array,
    input: Uint8Array,
    wei: bigint,
    isDirect: boolean,
    frame: Frame,
    depth: number,
  ) {
    const native = this.natives.get(toHex(to))
    if (native === undefined) throw new Error(`no native at ${toHex(to)}`)
    this.#move(from, to, wei)
    const call: NativeCall = {
      caller: from,
      valueWei: wei,
      input: input.slice(),
      isStatic: frame.isStatic,
      isDirect,
      isSystem: frame.isSystem && equal(from, SYSTEM_ADDRESS),
      depth,
      block: this.block,
    }
    return dispatchNative(native, call, this.#host(to, frame, depth))
  }

  #host(address: Uint8Array, frame: Frame, depth: number): NativeHost {
    const charge = (gas: bigint) => {
      if (gas < 0n) throw new Error('negative gas')
      if (gas > frame.gasLeft) {
        frame.gasLeft = 0n
        throw new OutOfGas()
      }
      frame.gasLeft -= gas
    }
    const words = (data: Uint8Array) => BigInt(Math.ceil(data.length / 32))
    const prefix = `${toHex(address)}:`
    const key = (slot: bigint) => prefix + slot.toString(16)
    const warm = (slot: string): boolean => frame.warm.size === frame.warm.add(slot).size
    const world = this
    return {
      chainId: TEST_CHAIN_ID,
      genesisHash: TEST_GENESIS_HASH,
      epochHash: this.epochHash,
      get gasLeft() {
        return frame.gasLeft
      },
      charge,
      sload(slot) {
        const name = key(slot)
        charge(warm(name) ? 100n : 2_100n)
        return world.slots.get(name) ?? 0n
      },
      sstore(slot, word) {
        if (frame.isStatic) throw new HostRefusal('static')
        if (word < 0n || word >= 1n << 256n) throw new HostRefusal('no word')
        if (frame.gasLeft <= 2_300n) throw new OutOfGas()
        const name = key(slot)
        const current = world.slots.get(name) ?? 0n
        if (!frame.original.has(name)) frame.original.set(name, current)
        charge(storeGas(frame.original.get(name)!, current, word) + (warm(name) ? 0n : 2_100n))
        world.#put(world.slots, name, word)
      },
      keccak(data) {
        charge(30n + 6n * words(data))
        return keccak256(data)
      },
      sha256(data) {
        charge(60n + 12n * words(data))
        return sha256(data)
      },
      verifyStatement(statement, keys, signature) {
        charge(110_000n + 500n * BigInt(keys.length))
        return TEST_BLS.verify(keys, keccak256(statement), signature)
      },
      emit(topics, data) {
        if (frame.isStatic) throw new HostRefusal('static')
        charge(375n + 375n * BigInt(topics.length) + 8n * BigInt(data.length))
        if (topics.length > 4 || topics.some((topic) => topic.length !== 32)) throw new HostRefusal('topics')
        frame.logs.push({ address: toHex(address), topics: topics.map(toHex), data: toHex(data) })
      },
      balanceOf: (owner) => world.balanceOf(owner),
      pay(to, wei) {
        if (frame.isStatic) throw new HostRefusal('static')
        charge(2_600n + 6_700n + (world.balanceOf(to) === 0n ? 25_000n : 0n))
        world.#move(address, to, wei)
      },
      native(to, input, wei) {
        if (!isNativeAddress(to)) throw new HostRefusal('not a native')
        return world.#enter(address, to, input, wei, true, frame, depth + 1)
      },
      callLater(to, input, gas, tag) {
        if (!frame.isSystem) throw new HostRefusal('callLater outside a system transaction')
        frame.later.push({ to: toHex(to), input: toHex(input), gas, tag })
      },
    }
  }
}

/** EIP-2200 with the prices of EIP-2929, without refunds and without the cold part. */
function storeGas(original: bigint, current: bigint, word: bigint): bigint {
  if (current === word || original !== current) return 100n
  return original === 0n ? 20_000n : 2_900n
}

export interface Bound {
  readonly address: Uint8Array
  readonly abi: Abi
}

/** A contract for tests: calls by name, coded by viem; a refusal is thrown as `Refused`. */
export interface Decoded {
  readonly result: unknown
  readonly gasUsed: bigint
  readonly events: readonly { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[]
  readonly later: readonly LaterCall[]
}

export class Refused extends Error {
  readonly error: string
  readonly args: readonly unknown[]
  constructor(error: string, args: readonly unknown[]) {
    super(`${error}(${args.join(', ')})`)
    this.error = error
    this.args = args
  }
}

/** Sends `name(args)` and decodes what came back; throws `Refused` with the custom error's name and arguments. */
export function send(
  world: World,
  bound: Bound,
  name: string,
  args: readonly unknown[],
  options: CallOptions = {},
): Decoded {
  const input = fromHex(encodeCall(bound.abi, name, args))
  const outcome = world.raw(bound.address, input, options)
  if (outcome.kind === 'outOfGas') throw new Refused('outOfGas', [])
  if (outcome.kind === 'reverted') throw refusalOf(bound.abi, outcome.data)
  const result = decodeFunctionResult({
    abi: functionOf(bound.abi, name),
    functionName: name,
    data: toHex(outcome.output),
  })
  const mine = outcome.logs.filter((log) => log.address === toHex(bound.address))
  const events = mine.map((log) => {
    const abi = itemsBy(bound.abi, 'event', log.topics[0]!)
    const event = decodeEventLog({ abi, topics: log.topics as [Hex], data: log.data })
    return { name: String(event.eventName), args: event.args as unknown as Readonly<Record<string, unknown>> }
  })
  return { result, gasUsed: outcome.gasUsed, events, later: outcome.later }
}

/** Error data → its name and arguments, from the interface's ABI or (errors of other natives) `0x…` raw data. */
function refusalOf(abi: Abi, data: Uint8Array): Refused {
  try {
    const text = toHex(data)
    const { errorName, args } = decodeErrorResult({ abi: itemsBy(abi, 'error', text.slice(0, 10) as Hex), data: text })
    return new Refused(String(errorName), (args ?? []) as readonly unknown[])
  } catch {
    return new Refused('foreign', [toHex(data)])
  }
}

/** A view's result. */
export function view(
  world: World,
  bound: Bound,
  name: string,
  args: readonly unknown[] = [],
  options: CallOptions = {},
): unknown {
  return send(world, bound, name, args, { isStatic: true, ...options }).result
}

/** Asserts that the call is refused with this error (and arguments, if given), and that nothing changed. */
export function expectRefused(
  world: World,
  bound: Bound,
  name: string,
  args: readonly unknown[],
  options: CallOptions,
  error: string,
  errorArgs?: readonly unknown[],
): void {
  const before = world.fingerprint()
  try {
    send(world, bound, name, args, options)
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused
    const lower = (list: readonly unknown[]) => list.map((item) => String(item).toLowerCase()).join(', ')
    const got = `${refused.error}(${errorArgs === undefined ? '…' : lower(refused.args)})`
    const expected = `${error}(${errorArgs === undefined ? '…' : lower(errorArgs)})`
    if (got !== expected) throw new Error(`${name}: expected ${expected}, got ${refused.error}(${lower(refused.args)})`)
    if (world.fingerprint() !== before) throw new Error(`${name}: a refusal changed state`)
    return
  }
  throw new Error(`${name}: expected ${error}, but it went through`)
}

export const DEV_ADMIN = account(900)
export const GOVERNOR = account(901)

/** A fresh chain with one genesis validator and all natives. */
export function freshWorld(overrides: Partial<NativeGenesis> = {}): World {
  const world = new World()
  const validator = {
    operator: account(800),
    blsKey: TEST_BLS.publicKey(uintToBytes(7, 32)),
    p2pKey: keccak256(uintToBytes(8, 4)),
    feeRecipient: account(801),
    commissionBps: 1_000,
    stakeWei: 1_000n * 10n ** 18n,
  }
  const config = { governor: GOVERNOR, devAdmin: DEV_ADMIN, params: {}, validators: [validator], ...overrides }
  for (const address of NATIVE_ADDRESSES) world.setBalance(address, 0n)
  world.initialise(config)
  return world
}
