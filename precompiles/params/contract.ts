/** IParams from outside, and the total readers that other natives, the executor and the node use. */
import { bytesToUint, utf8 } from '../../primitives/bytes.ts'
import { PARAMS_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { type Frame, nativeErrors } from '../dispatch.ts'
import { paramsAbi, paramsStorage } from '../generated/params.ts'
import type { NativeHost } from '../native.ts'
import { readStorage, type StorageReader } from '../storage.ts'
import { PARAMETERS, type Parameter, type ParameterName, parameterPlace } from './parameters.ts'

export const paramsContract = defineContract(PARAMS_ADDRESS, paramsAbi)

/** `bytes32("name")`. */
export function parameterKey(name: string): Uint8Array {
  const key = new Uint8Array(32)
  key.set(utf8(name))
  return key
}

const placeByKey = new Map(PARAMETERS.map((parameter, place) => [bytesToUint(parameterKey(parameter.name)), place]))

/** Place in the table of a `bytes32` name, or `undefined`. */
export function placeOfKey(key: Uint8Array): number | undefined {
  return placeByKey.get(bytesToUint(key))
}

/** A stored value as it is read: the default where none was written, the nearest bound where it lies outside. */
export function readEntry(reader: StorageReader, place: number): bigint {
  const { value, isSet } = readStorage(paramsStorage, reader).entries.at(BigInt(place)).load()
  const parameter: Parameter = PARAMETERS[place]!
  if (!isSet) return parameter.default
  if (value < parameter.min) return parameter.min
  if (value > parameter.max) return parameter.max
  return value
}

/** For the executor and the node: a parameter from the storage of IParams itself. Total. */
export function readParamFrom(reader: StorageReader, name: ParameterName): bigint {
  return readEntry(reader, parameterPlace(name)!)
}

/** For other natives: a parameter, by a call to IParams. */
export function readParam(host: NativeHost, name: ParameterName): bigint {
  return paramsContract.call(host, 0n, 'get', parameterKey(name))
}

/** For other natives: several parameters by one call. */
export function readParams<const N extends readonly ParameterName[]>(
  host: NativeHost,
  names: N,
): { readonly [K in N[number]]: bigint } {
  const values = paramsContract.call(host, 0n, 'getMany', names.map(parameterKey))
  return Object.fromEntries(names.map((name, i) => [name, values[i]!])) as { [K in N[number]]: bigint }
}

/** Refuses all but the governor and the dev admin. */
export function requireGovernor({ call, host }: Frame): void {
  if (!paramsContract.call(host, 0n, 'isGovernor', call.caller)) throw nativeErrors.error('NotGovernor', call.caller)
}
