/** A native's outside, from the ABI that solc wrote: its errors, events and calls, typed by name, coded strictly. */
import { concat, equal } from '../primitives/bytes.ts'
import { decodeAbi, encodeAbi, encodeWord } from './abi.ts'
import {
  type Abi,
  type AbiItem,
  type AbiType,
  type AbiValue,
  type ErrorArgs,
  type ErrorName,
  type EventArgs,
  type EventData,
  type EventName,
  type FunctionArgs,
  type FunctionName,
  type Returned,
  signatureHash,
  tupleType,
} from './abiTypes.ts'
import { type NativeHost, NativeRevert } from './native.ts'

type Tuple = AbiType & { readonly kind: 'tuple' }

export interface ContractFunction {
  readonly name: string
  readonly selector: Uint8Array
  readonly inputs: Tuple
  readonly outputs: Tuple
  readonly isWrite: boolean
  readonly isPayable: boolean
}

export interface Contract<A extends Abi> {
  readonly address: Uint8Array
  readonly functions: ReadonlyMap<string, ContractFunction>
  /** `throw contract.error('NotOwner', owner)`: a revert with the custom error's ABI encoding. */
  error<N extends ErrorName<A>>(name: N, ...args: ErrorArgs<A, N>): NativeRevert
  /** Emits an event of this contract; arguments by name. */
  emit<N extends EventName<A>>(host: NativeHost, name: N, args: EventArgs<A, N>): void
  /** What the data of an event of this contract holds, by name; undefined: the log is of another event. */
  readEvent<N extends EventName<A>>(
    name: N,
    log: { readonly topics: readonly Uint8Array[]; readonly data: Uint8Array },
  ): EventData<A, N> | undefined
  /** Selector and arguments. */
  encodeCall<N extends FunctionName<A>>(name: N, args: FunctionArgs<A, N>): Uint8Array
  /** Return data → nothing, the one output, or all outputs by position. */
  decodeReturn<N extends FunctionName<A>>(name: N, data: Uint8Array): Returned<A, N>
  /** Calls this contract from another native, carrying `wei`; its revert propagates. */
  call<N extends FunctionName<A>>(host: NativeHost, wei: bigint, name: N, ...args: FunctionArgs<A, N>): Returned<A, N>
}

interface ContractEvent {
  readonly topic: Uint8Array
  readonly indexed: readonly { readonly name: string; readonly type: AbiType }[]
  readonly data: Tuple
}

function readFunction(item: AbiItem): ContractFunction {
  return {
    name: item.name!,
    selector: signatureHash(item).slice(0, 4),
    inputs: tupleType(item.inputs ?? []),
    outputs: tupleType(item.outputs ?? []),
    isWrite: item.stateMutability === 'nonpayable' || item.stateMutability === 'payable',
    isPayable: item.stateMutability === 'payable',
  }
}

function parseEvent(item: AbiItem): ContractEvent {
  const inputs = item.inputs ?? []
  const indexed = tupleType(inputs.filter((input) => input.indexed === true)).fields
  for (const { name, type } of indexed)
    if (type.isDynamic || type.kind === 'tuple' || type.kind === 'array')
      throw new TypeError(`event ${item.name}: indexed ${name} would be hashed; index words only`)
  return { topic: signatureHash(item), indexed, data: tupleType(inputs.filter((input) => input.indexed !== true)) }
}

/** Items of one kind by name; overloads are refused, since names are how natives are written. */
function byName<T>(abi: Abi, kind: string, read: (item: AbiItem) => T): ReadonlyMap<string, T> {
  const items = new Map<string, T>()
  for (const item of abi) {
    if (item.type !== kind) continue
    if (items.has(item.name!)) throw new TypeError(`${kind} ${item.name} is overloaded`)
    items.set(item.name!, read(item))
  }
  return items
}

function found<T>(items: ReadonlyMap<string, T>, name: string): T {
  const item = items.get(name)
  if (item === undefined) throw new TypeError(`the ABI has no ${name}`)
  return item
}

export function defineContract<const A extends Abi>(address: Uint8Array, abi: A): Contract<A> {
  const functions = byName(abi, 'function', readFunction)
  const events = byName(abi, 'event', parseEvent)
  const errors = byName(abi, 'error', (item) => ({
    selector: signatureHash(item).slice(0, 4),
    inputs: tupleType(item.inputs ?? []),
  }))

  const encodeCall = (name: string, args: readonly unknown[]): Uint8Array => {
    const { selector, inputs } = found(functions, name)
    return concat(selector, encodeAbi(inputs, args as readonly AbiValue[]))
  }
  const decodeReturn = (name: string, data: Uint8Array): unknown => {
    const values = decodeAbi(found(functions, name).outputs, data)
    return values.length === 0 ? undefined : values.length === 1 ? values[0] : values
  }
  const contract = {
    address,
    functions,
    encodeCall,
    decodeReturn,
    error(name: string, ...args: readonly unknown[]): NativeRevert {
      const { selector, inputs } = found(errors, name)
      return new NativeRevert(name, concat(selector, encodeAbi(inputs, args as readonly AbiValue[])))
    },
    emit(host: NativeHost, name: string, args: Readonly<Record<string, unknown>>): void {
      const { topic, indexed, data } = found(events, name)
      const values = args as { readonly [name: string]: AbiValue }
      const topics = indexed.map((field) => encodeWord(field.type, values[field.name]!))
      host.emit(
        [topic, ...topics],
        encodeAbi(
          data,
          data.fields.map((field) => values[field.name]!),
        ),
      )
    },
    readEvent(name: string, log: { readonly topics: readonly Uint8Array[]; readonly data: Uint8Array }): unknown {
      const { topic, data } = found(events, name)
      if (log.topics[0] === undefined || !equal(log.topics[0], topic)) return undefined
      const values = decodeAbi(data, log.data)
      return Object.fromEntries(data.fields.map((field, i) => [field.name, values[i]]))
    },
    call(host: NativeHost, wei: bigint, name: string, ...args: readonly unknown[]): unknown {
      return decodeReturn(name, host.native(address, encodeCall(name, args), wei))
    },
  }
  return contract as unknown as Contract<A>
}
