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
