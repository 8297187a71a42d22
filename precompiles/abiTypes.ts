/** ABI types: the JSON that solc writes, parsed once into a tree, and the TypeScript value that each type decodes to. */

import { utf8 } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/hashes.ts'

export interface AbiParameter {
  readonly name: string
  readonly type: string
  readonly internalType?: string
  readonly indexed?: boolean
  readonly components?: readonly AbiParameter[]
}
export interface AbiItem {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly AbiParameter[]
  readonly outputs?: readonly AbiParameter[]
  readonly stateMutability?: string
  readonly anonymous?: boolean
}
export type Abi = readonly AbiItem[]

/** Integers are bigint; addresses and bytes are `Uint8Array`; tuples are objects by component name. */
export type AbiValue =
  | bigint
  | boolean
  | string
  | Uint8Array
  | readonly AbiValue[]
  | { readonly [name: string]: AbiValue }

export type AbiType = {
  /** As it stands in a signature: `(uint64,bytes)[]`. */
  readonly canonical: string
  readonly isDynamic: boolean
  /** Size in the head of its enclosing tuple: 32 for dynamic types. */
  readonly headBytes: number
} & (
  | { readonly kind: 'uint' | 'int'; readonly bits: number }
  | { readonly kind: 'bool' | 'address' | 'bytes' | 'string' }
  | { readonly kind: 'fixedBytes'; readonly length: number }
  | { readonly kind: 'array'; readonly element: AbiType; readonly length: number | null }
  | { readonly kind: 'tuple'; readonly fields: readonly AbiField[] }
)
export interface AbiField {
  readonly name: string
  readonly type: AbiType
}

const word = { isDynamic: false, headBytes: 32 } as const
const dynamic = { isDynamic: true, headBytes: 32 } as const

export function parseAbiType(parameter: AbiParameter): AbiType {
  const array = /^(.*)\[(\d*)\]$/.exec(parameter.type)
  if (array !== null) {
    const element = parseAbiType({ ...parameter, type: array[1]! })
    const length = array[2] === '' ? null : Number(array[2])
    const canonical = `${element.canonical}[${array[2]}]`
    if (length === null || element.isDynamic) return { ...dynamic, kind: 'array', element, length, canonical }
    return { isDynamic: false, headBytes: element.headBytes * length, kind: 'array', element, length, canonical }
  }
  if (parameter.type === 'tuple') return tupleType(parameter.components ?? [])
  return parseScalar(parameter.type)
}

function parseScalar(canonical: string): AbiType {
  const integer = /^(uint|int)(\d+)$/.exec(canonical)
  if (integer !== null) return { ...word, kind: integer[1] as 'uint' | 'int', bits: Number(integer[2]), canonical }
  const fixed = /^bytes(\d+)$/.exec(canonical)
  if (fixed !== null) return { ...word, kind: 'fixedBytes', length: Number(fixed[1]), canonical }
  if (canonical === 'bool' || canonical === 'address') return { ...word, kind: canonical, canonical }
  if (canonical === 'bytes' || canonical === 'string') return { ...dynamic, kind: canonical, canonical }
  throw new TypeError(`no ABI type ${canonical}`)
}

/** The tuple of a parameter list: what call data, return data, error data and event data hold. */
export function tupleType(parameters: readonly AbiParameter[]): AbiType & { readonly kind: 'tuple' } {
  const fields = parameters.map((parameter, i) => ({ name: parameter.name || `${i}`, type: parseAbiType(parameter) }))
  const canonical = `(${fields.map((field) => field.type.canonical).join(',')})`
  if (fields.some((field) => field.type.isDynamic)) return { ...dynamic, kind: 'tuple', fields, canonical }
  const headBytes = fields.reduce((sum, field) => sum + field.type.headBytes, 0)
  return { isDynamic: false, headBytes, kind: 'tuple', fields, canonical }
}

/** keccak256 of `name(types)`: an event's topic; its first four bytes a function's or error's selector. */
export function signatureHash(item: AbiItem): Uint8Array {
  return keccak256(utf8(item.name + tupleType(item.inputs ?? []).canonical))
}

type ScalarValue<T extends string> = T extends `uint${string}` | `int${string}`
  ? bigint
  : T extends 'bool'
    ? boolean
    : T extends 'string'
      ? string
      : Uint8Array

type TypedValue<T extends string, P extends AbiParameter> = T extends `${infer E}[]`
  ? readonly TypedValue<E, P>[]
  : T extends `${infer E}[${number}]`
    ? readonly TypedValue<E, P>[]
    : T extends 'tuple'
      ? P extends { readonly components: infer C extends readonly AbiParameter[] }
        ? NamedValues<C>
        : never
      : ScalarValue<T>

/** The TypeScript type of one parameter's value. */
export type ValueOf<P extends AbiParameter> = TypedValue<P['type'], P>
/** Values by position. */
export type Values<P extends readonly AbiParameter[]> = { readonly [I in keyof P]: ValueOf<P[I]> }
/** Values by name. */
export type NamedValues<P extends readonly AbiParameter[]> = { readonly [F in P[number] as F['name']]: ValueOf<F> }

type Named<A extends Abi, K extends string> = Extract<A[number], { readonly type: K }>
type NameOf<I> = I extends { readonly name: infer N extends string } ? N : never
type InputsOf<I> = I extends { readonly inputs: infer P extends readonly AbiParameter[] } ? P : readonly []
type OutputsOf<I> = I extends { readonly outputs: infer P extends readonly AbiParameter[] } ? P : readonly []
type ItemOf<A extends Abi, K extends string, N> = Extract<Named<A, K>, { readonly name: N }>

type Unindexed<P extends readonly AbiParameter[]> = P extends readonly [
  infer First extends AbiParameter,
  ...infer Rest extends readonly AbiParameter[],
]
  ? First extends { readonly indexed: true }
    ? Unindexed<Rest>
    : readonly [First, ...Unindexed<Rest>]
  : readonly []

export type FunctionName<A extends Abi> = NameOf<Named<A, 'function'>>
export type ErrorName<A extends Abi> = NameOf<Named<A, 'error'>>
export type EventName<A extends Abi> = NameOf<Named<A, 'event'>>
export type FunctionArgs<A extends Abi, N> = Values<InputsOf<ItemOf<A, 'function', N>>>
export type ErrorArgs<A extends Abi, N> = Values<InputsOf<ItemOf<A, 'error', N>>>
export type EventArgs<A extends Abi, N> = NamedValues<InputsOf<ItemOf<A, 'event', N>>>
/** What is not indexed. */
export type EventData<A extends Abi, N> = NamedValues<Unindexed<InputsOf<ItemOf<A, 'event', N>>>>
/** Nothing, the one output, or all outputs by position. */
export type Returned<A extends Abi, N> =
  OutputsOf<ItemOf<A, 'function', N>> extends readonly []
    ? void
    : OutputsOf<ItemOf<A, 'function', N>> extends readonly [infer One extends AbiParameter]
      ? ValueOf<One>
      : Values<OutputsOf<ItemOf<A, 'function', N>>>
