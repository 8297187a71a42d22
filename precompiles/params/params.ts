/** IParams: bounded parameters, written by the governor (on a devnet also by the dev admin), read by everyone. */
import { compare, equal } from '../../primitives/bytes.ts'
import { requireAtMost } from '../callers.ts'
import { defineNative, type Frame, type Native, nativeErrors } from '../dispatch.ts'
import { paramsStorage } from '../generated/params.ts'
import type { NativeGenesis } from '../genesis.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import { parameterKey, paramsContract, placeOfKey, readEntry } from './contract.ts'
import { PARAMETERS, type Parameter, parameterPlace, RULES } from './parameters.ts'

const NOBODY = new Uint8Array(20)

function requirePlace(name: Uint8Array): number {
  const place = placeOfKey(name)
  if (place === undefined) throw paramsContract.error('UnknownParameter', name)
  return place
}

function describe(host: NativeHost, place: number) {
  const { name, unit, min, max }: Parameter = PARAMETERS[place]!
  return { name: parameterKey(name), unit, min, max, value: readEntry(host, place) }
}

function isGovernor(host: NativeHost, account: Uint8Array): boolean {
  const { governor, devAdmin } = openStorage(paramsStorage, host)
  if (compare(account, NOBODY) === 0) return false
  return equal(account, governor.get()) || equal(account, devAdmin.get())
}

function write(host: NativeHost, name: Uint8Array, value: bigint): void {
  const place = requirePlace(name)
  const { min, max }: Parameter = PARAMETERS[place]!
  if (value < min || value > max) throw paramsContract.error('OutOfBounds', name, min, max, value)
  const previous = readEntry(host, place)
  openStorage(paramsStorage, host).entries.at(BigInt(place)).store({ value, isSet: true })
  paramsContract.emit(host, 'ParameterSet', { name, previous, value })
}

function requireConsistent(host: NativeHost): void {
  host.charge(STEP_GAS * BigInt(RULES.length))
  for (const rule of RULES)
    if (!rule.holds((name) => readEntry(host, parameterPlace(name)!)))
      throw paramsContract.error('Inconsistent', rule.text)
}

function setMany({ call, host }: Frame, names: readonly Uint8Array[], values: readonly bigint[]): void {
  if (!isGovernor(host, call.caller)) throw nativeErrors.error('NotGovernor', call.caller)
  requireAtMost(names, PARAMETERS.length)
  if (names.length !== values.length)
    throw paramsContract.error('LengthMismatch', BigInt(names.length), BigInt(values.length))
  names.forEach((name, i) => {
    write(host, name, values[i]!)
  })
  requireConsistent(host)
}

/** Block 0: every parameter is written, so that state binds it whatever a later version's defaults are. */
function initialise(host: NativeHost, config: NativeGenesis): void {
  const storage = openStorage(paramsStorage, host)
  storage.governor.set(config.governor)
  if (config.devAdmin !== null) storage.devAdmin.set(config.devAdmin)
  const unknown = Object.keys(config.params).find((name) => parameterPlace(name) === undefined)
  if (unknown !== undefined) throw new RangeError(`no parameter ${unknown}`)
  PARAMETERS.forEach((parameter: Parameter, place) => {
    const value = config.params[parameter.name] ?? parameter.default
    if (value < parameter.min || value > parameter.max)
      throw new RangeError(`${parameter.name}: expected ${parameter.min} … ${parameter.max}, got ${value}`)
    storage.entries.at(BigInt(place)).store({ value, isSet: true })
  })
  const broken = RULES.find((rule) => !rule.holds((name) => readEntry(host, parameterPlace(name)!)))
  if (broken !== undefined) throw new RangeError(`parameters: expected ${broken.text}`)
}

export const params: Native = defineNative(
  'IParams',
  paramsContract,
  {
    get: ({ host }, name) => readEntry(host, requirePlace(name)),
    getMany({ host }, names) {
      requireAtMost(names, PARAMETERS.length)
      return names.map((name) => readEntry(host, requirePlace(name)))
    },
    describe: ({ host }, name) => describe(host, requirePlace(name)),
    list: ({ host }) => PARAMETERS.map((_, place) => describe(host, place)),
    set: (frame, name, value) => setMany(frame, [name], [value]),
    setMany,
    governor: ({ host }) => openStorage(paramsStorage, host).governor.get(),
    devAdmin: ({ host }) => openStorage(paramsStorage, host).devAdmin.get(),
    isGovernor: ({ host }, account) => isGovernor(host, account),
  },
  initialise,
)
