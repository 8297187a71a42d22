/** viem's coding of calls, events and errors with each signature hashed once: viem hashes a whole ABI at every call. */
import {
  type Abi,
  encodeFunctionData,
  type Hex,
  prepareEncodeFunctionData,
  toEventSelector,
  toFunctionSelector,
} from 'viem'
import { formatAbiItem } from 'viem/utils'

const known = new WeakMap<Abi, Map<string, Abi[number][]>>()

/** Events or errors of an ABI by topic or selector. */
export function itemsBy(abi: Abi, type: 'event' | 'error', hash: Hex): Abi {
  let own = known.get(abi)
  if (own === undefined) {
    own = Map.groupBy(abi, (item) => {
      if (item.type === 'event') return toEventSelector(item)
      return item.type === 'error' ? toFunctionSelector(formatAbiItem(item)) : ''
    })
    known.set(abi, own)
  }
  return (own.get(hash) ?? []).filter((item) => item.type === type)
}

/** Functions of an ABI by name; natives overload none. */
const functions = new WeakMap<Abi, Map<string, Abi>>()

/** The one function as an ABI: viem searches a whole one at every call. */
export function functionOf(abi: Abi, name: string): Abi {
  let own = functions.get(abi)
  if (own === undefined) {
    own = new Map(abi.flatMap((item) => (item.type === 'function' ? [[item.name, [item]]] : [])))
    functions.set(abi, own)
  }
  const found = own.get(name)
  if (found === undefined) throw new TypeError(`the ABI has no function ${name}`)
  return found
}

/** Natives overload no name. */
const prepared = new WeakMap<Abi, Map<string, ReturnType<typeof prepareEncodeFunctionData<Abi, string>>>>()

export function encodeCall(abi: Abi, functionName: string, args: readonly unknown[]): Hex {
  let own = prepared.get(abi)
  if (own === undefined) {
    own = new Map()
    prepared.set(abi, own)
  }
  let call = own.get(functionName)
  if (call === undefined) {
    call = prepareEncodeFunctionData({ abi, functionName, args: [...args] })
    own.set(functionName, call)
  }
  return encodeFunctionData({ ...call, args: [...args] } as never)
}
