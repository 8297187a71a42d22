/** How every native is entered: gas first, the refusals of runtime.md §8 in their order, strict ABI, then its method. */
import { bytesToUint } from '../primitives/bytes.ts'
import { AbiFault, decodeAbi, encodeAbi } from './abi.ts'
import type { Abi, AbiValue, FunctionArgs, FunctionName, Returned } from './abiTypes.ts'
import { type Contract, type ContractFunction, defineContract } from './contract.ts'
import { nativeAbi } from './generated/native.ts'
import type { NativeGenesis } from './genesis.ts'
import { DISPATCH_GAS, WORD_GAS } from './limits.ts'
import type { NativeCall, NativeHost } from './native.ts'

/** What a method is given beside its arguments. */
export interface Frame {
  readonly call: NativeCall
  readonly host: NativeHost
}

/** One method per function of the interface; a missing or surplus one does not compile. */
export type NativeMethods<A extends Abi> = {
  readonly [N in FunctionName<A>]: (frame: Frame, ...args: FunctionArgs<A, N>) => Returned<A, N>
}

export interface NativeMethod extends ContractFunction {
  run(frame: Frame, ...args: readonly AbiValue[]): unknown
}

export interface Native {
  /** The interface's name: `IDatanet`. */
  readonly name: string
  readonly address: Uint8Array
  /** By selector, read as a big-endian u32. */
  readonly methods: ReadonlyMap<number, NativeMethod>
  /** Writes the native's part of block 0. */
  readonly initialise?: Initialise
}
export type Initialise = (host: NativeHost, config: NativeGenesis) => void

/** The errors of INative.sol, for refusals that all natives share. */
export const nativeErrors = defineContract(new Uint8Array(20), nativeAbi)

export function defineNative<A extends Abi>(
  name: string,
  contract: Contract<A>,
  methods: NativeMethods<A>,
  initialise?: Initialise,
): Native {
  const table = new Map<number, NativeMethod>()
  for (const method of contract.functions.values()) {
    const run = (methods as Readonly<Record<string, NativeMethod['run'] | undefined>>)[method.name]
    if (run === undefined) throw new TypeError(`${name}.${method.name} has no method`)
    table.set(selectorOf(method.selector), { ...method, run })
  }
  return { name, address: contract.address, methods: table, ...(initialise === undefined ? {} : { initialise }) }
}

const selectorOf = (bytes: Uint8Array): number => Number(bytesToUint(bytes))
const words = (bytes: Uint8Array): bigint => BigInt(Math.ceil(bytes.length / 32))

/** Runs one call. Returns output; throws `NativeRevert` with ABI-encoded error data, or what the host throws. */
export function dispatchNative(native: Native, call: NativeCall, host: NativeHost): Uint8Array {
  host.charge(DISPATCH_GAS + WORD_GAS * words(call.input))
  if (!call.isDirect) throw nativeErrors.error('NotDirect')
  const selector = new Uint8Array(4)
  selector.set(call.input.subarray(0, 4))
  const method = call.input.length < 4 ? undefined : native.methods.get(selectorOf(selector))
  if (method === undefined) throw nativeErrors.error('UnknownSelector', selector)
  if (method.isWrite && call.isStatic) throw nativeErrors.error('StaticWrite')
  if (!method.isPayable && call.valueWei > 0n) throw nativeErrors.error('NotPayable')
  const args = decodeArguments(method, call.input.subarray(4))
  const returned = method.run({ call, host }, ...args)
  const output = encodeOutput(method, returned)
  host.charge(WORD_GAS * words(output))
  return output
}

function decodeArguments(method: NativeMethod, data: Uint8Array): AbiValue[] {
  try {
    return decodeAbi(method.inputs, data)
  } catch (fault) {
    if (fault instanceof AbiFault) throw nativeErrors.error('BadInput', BigInt(fault.offset))
    throw fault
  }
}

function encodeOutput(method: NativeMethod, returned: unknown): Uint8Array {
  const count = method.outputs.fields.length
  const values = count === 0 ? [] : count === 1 ? [returned as AbiValue] : (returned as readonly AbiValue[])
  return encodeAbi(method.outputs, values)
}
