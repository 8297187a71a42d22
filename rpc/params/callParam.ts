/** The transaction object of eth_call, eth_estimateGas, eth_sendTransaction and eth_fillTransaction, and state overrides. */
import { equal } from '../../primitives/bytes.ts'
import type { AccountOverride, StorageWrite } from '../backend.ts'
import type { AccessListItem, Authorization } from '../chainTypes.ts'
import { invalidParams } from '../rpcError.ts'
import type { Shape } from './param.ts'
import {
  address,
  count,
  data,
  field,
  fixedBytes,
  hash,
  list,
  object,
  quantity,
  slot,
  strictObject,
  uint64,
  uint256,
  word,
} from './shapes.ts'

/** Call data may be as large as a request body can carry it (5 MiB of JSON, two digits a byte). */
const CALL_DATA_BYTES_MAX = 2_500_000
/** Items of an access list or authorization list: more would not fit the largest transaction (2^24 gas, 1,900 an address). */
const LIST_ITEMS_MAX = 8_192
const OVERRIDES_MAX = 256
const OVERRIDE_SLOTS_MAX = 16_384

export interface CallParam {
  readonly from?: Uint8Array
  readonly to?: Uint8Array
  readonly gas?: bigint
  readonly gasPriceWei?: bigint
  readonly maxFeeWei?: bigint
  readonly maxTipWei?: bigint
  readonly valueWei?: bigint
  readonly nonce?: bigint
  readonly data?: Uint8Array
  readonly chainId?: bigint
  readonly type?: number
  readonly accessList?: readonly AccessListItem[]
  readonly authorizations?: readonly Authorization[]
}

const accessListItem: Shape<AccessListItem> = {
  schema: { title: 'access list item', type: 'object' },
  parse: (value, at) => {
    const fields = strictObject(value, at, ['address', 'storageKeys'])
    return {
      address: address.parse(fields['address'], `${at}.address`),
      storageKeys: field(fields, 'storageKeys', at, list(hash, LIST_ITEMS_MAX).parse) ?? [],
    }
  },
}

const authorization: Shape<Authorization> = {
  schema: { title: 'authorization', type: 'object' },
  parse: (value, at) => {
    const fields = object(value, at)
    const yParity = fields['yParity'] ?? fields['v']
    return {
      chainId: uint256.parse(fields['chainId'], `${at}.chainId`),
      address: address.parse(fields['address'], `${at}.address`),
      nonce: uint64.parse(fields['nonce'], `${at}.nonce`),
      yParity: count(255).parse(yParity, `${at}.yParity`),
      r: uint256.parse(fields['r'], `${at}.r`),
      s: uint256.parse(fields['s'], `${at}.s`),
    }
  },
}

/** `input` and `data` are one thing by two names; both only when they agree. */
function callData(fields: Readonly<Record<string, unknown>>, at: string): Uint8Array | undefined {
  const bytes = data(CALL_DATA_BYTES_MAX)
  const input = field(fields, 'input', at, bytes.parse)
  const older = field(fields, 'data', at, bytes.parse)
  if (input !== undefined && older !== undefined && !equal(input, older))
    throw invalidParams(`${at}.data`, 'both "data" and "input" are set and not equal')
  return input ?? older
}

function checkFees(call: CallParam, at: string): void {
  if (call.gasPriceWei !== undefined && (call.maxFeeWei !== undefined || call.maxTipWei !== undefined))
    throw invalidParams(`${at}.gasPrice`, 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  if (call.maxFeeWei !== undefined && call.maxTipWei !== undefined && call.maxFeeWei < call.maxTipWei)
    throw invalidParams(`${at}.maxPriorityFeePerGas`, 'max priority fee per gas higher than max fee per gas')
}

/** Drops the entries that are `undefined`, so that "absent" has one form. */
function present<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/** Unknown fields are ignored here, as every node does: tools send their own (`customData`, `kzg`, …). */
export const call: Shape<CallParam> = {
  schema: { title: 'transaction object', type: 'object' },
  parse: (value, at) => {
    const fields = object(value, at)
    const parsed: CallParam = present<CallParam>({
      from: field(fields, 'from', at, address.parse),
      to: field(fields, 'to', at, address.parse),
      gas: field(fields, 'gas', at, uint64.parse) ?? field(fields, 'gasLimit', at, uint64.parse),
      gasPriceWei: field(fields, 'gasPrice', at, uint256.parse),
      maxFeeWei: field(fields, 'maxFeePerGas', at, uint256.parse),
      maxTipWei: field(fields, 'maxPriorityFeePerGas', at, uint256.parse),
      valueWei: field(fields, 'value', at, uint256.parse),
      nonce: field(fields, 'nonce', at, uint64.parse),
      data: callData(fields, at),
      chainId: field(fields, 'chainId', at, quantity(64).parse),
      type: field(fields, 'type', at, count(0x7f).parse),
      accessList: field(fields, 'accessList', at, list(accessListItem, LIST_ITEMS_MAX).parse),
      authorizations: field(fields, 'authorizationList', at, list(authorization, LIST_ITEMS_MAX).parse),
    })
    checkFees(parsed, at)
    return parsed
  },
}

function storageWrites(value: unknown, at: string): StorageWrite[] {
  const entries = Object.entries(object(value, at))
  if (entries.length > OVERRIDE_SLOTS_MAX)
    throw invalidParams(at, `expected at most ${OVERRIDE_SLOTS_MAX} slots, got ${entries.length}`)
  return entries.map(([key, entry]) => ({
    slot: slot.parse(key, `${at} key`),
    value: word.parse(entry, `${at}[${key.slice(0, 66)}]`),
  }))
}

function accountOverride(key: string, value: unknown, at: string): AccountOverride {
  const fields = strictObject(value, at, ['balance', 'nonce', 'code', 'state', 'stateDiff'])
  const state = field(fields, 'state', at, storageWrites)
  const stateDiff = field(fields, 'stateDiff', at, storageWrites)
  if (state !== undefined && stateDiff !== undefined) throw invalidParams(at, 'state and stateDiff exclude each other')
  return present<AccountOverride>({
    address: fixedBytes(20, 'address').parse(key, `${at} key`),
    balanceWei: field(fields, 'balance', at, uint256.parse),
    nonce: field(fields, 'nonce', at, uint64.parse),
    code: field(fields, 'code', at, data(CALL_DATA_BYTES_MAX).parse),
    state,
    stateDiff,
  })
}

/** Address → what to change before the call runs. */
export const overrides: Shape<readonly AccountOverride[]> = {
  schema: { title: 'state overrides', type: 'object' },
  parse: (value, at) => {
    const entries = Object.entries(object(value, at))
    if (entries.length > OVERRIDES_MAX)
      throw invalidParams(at, `expected at most ${OVERRIDES_MAX} accounts, got ${entries.length}`)
    return entries.map(([key, entry]) => accountOverride(key, entry, `${at}[${key.slice(0, 42)}]`))
  },
}
