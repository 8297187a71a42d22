/** Misuse that every function of a native must survive: delegation, static writes, unwanted value, garbage call data. */
import { type Abi, type AbiFunction, decodeErrorResult, toFunctionSelector } from 'viem'
import { concat, fromHex, toHex } from '../../../primitives/bytes.ts'
import { account, type Bound, type CallOptions, type World } from '../world.ts'

const MISUSER = account(66)

/** The custom error that raw call data gets; throws when it is not refused or changes state. */
function refusalOf(world: World, native: Bound, input: Uint8Array, options: CallOptions): string {
  const before = world.fingerprint()
  const outcome = world.raw(native.address, input, { from: MISUSER, ...options })
  if (outcome.kind !== 'reverted')
    throw new Error(`${toHex(input.subarray(0, 4))}: expected a refusal, got ${outcome.kind}`)
  if (world.fingerprint() !== before) throw new Error(`${toHex(input.subarray(0, 4))}: a refusal changed state`)
  return decodeErrorResult({ abi: native.abi, data: toHex(outcome.data) }).errorName as string
}

const isWrite = ({ stateMutability }: AbiFunction): boolean =>
  stateMutability === 'nonpayable' || stateMutability === 'payable'

/** Runs each misuse against each function of the interface; returns how many were tried. */
export function refuseMisuse(world: World, native: Bound): number {
  let tried = 0
  const expect = (item: string, input: Uint8Array, options: CallOptions, error: string) => {
    const got = refusalOf(world, native, input, options)
    if (got !== error) throw new Error(`${item}: expected ${error}, got ${got}`)
    tried++
  }
  world.setBalance(MISUSER, 1n)
  for (const item of (native.abi as Abi).filter((entry) => entry.type === 'function')) {
    const selector = fromHex(toFunctionSelector(item))
    const garbage = concat(selector, new Uint8Array(1_000).fill(0xff))
    expect(item.name, garbage, { isDirect: false }, 'NotDirect')
    if (isWrite(item)) expect(item.name, garbage, { isStatic: true }, 'StaticWrite')
    if (item.stateMutability !== 'payable') expect(item.name, garbage, { wei: 1n }, 'NotPayable')
    expect(item.name, garbage, {}, 'BadInput')
    expect(item.name, concat(selector, Uint8Array.of(0)), {}, 'BadInput')
    if (item.inputs.length > 0) expect(item.name, selector, {}, 'BadInput')
    expect(item.name, selector.subarray(0, 3), {}, 'UnknownSelector')
  }
  return tried
}
