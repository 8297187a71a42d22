/** The block header: twenty fields (runtime.md §3), their RLP and the hash that names the block. */
import { RLP } from '@ethereumjs/rlp'
import { bytesToUint, equal, fromHex, toHex } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { EMPTY_BYTES, EMPTY_ROOT } from '../state/accountRecord.ts'
import { decodeRlp, uintItem } from './rlp.ts'

export interface Header {
  readonly parentHash: Uint8Array
  /** 20 bytes: the leader's fee recipient. */
  readonly coinbase: Uint8Array
  readonly stateRoot: Uint8Array
  readonly transactionsRoot: Uint8Array
  readonly receiptsRoot: Uint8Array
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  readonly number: number
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Unix seconds. */
  readonly timestamp: number
  /** epochHash; in block 0 paramsHash. */
  readonly extraData: Uint8Array
  readonly mixHash: Uint8Array
  readonly baseFeeWei: bigint
  /** Hash of the L1 origin block; zero on a chain without L1. */
  readonly parentBeaconBlockRoot: Uint8Array
}

/** keccak256(0xc0): what stands for "no uncles". */
export const EMPTY_OMMERS_HASH = fromHex('0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347')
const ZERO_NONCE = new Uint8Array(8)

/** Length, or for integers the greatest length, and the value of what never changes. */
interface Field {
  readonly name: string
  readonly bytes: number
  readonly isInteger?: true
  readonly constant?: Uint8Array
}

const FIELDS: readonly Field[] = [
  { name: 'parentHash', bytes: 32 },
  { name: 'ommersHash', bytes: 32, constant: EMPTY_OMMERS_HASH },
  { name: 'coinbase', bytes: 20 },
  { name: 'stateRoot', bytes: 32 },
  { name: 'transactionsRoot', bytes: 32 },
  { name: 'receiptsRoot', bytes: 32 },
  { name: 'logsBloom', bytes: 256 },
  { name: 'difficulty', bytes: 32, constant: EMPTY_BYTES },
  { name: 'number', bytes: 6, isInteger: true },
  { name: 'gasLimit', bytes: 8, isInteger: true },
  { name: 'gasUsed', bytes: 8, isInteger: true },
  { name: 'timestamp', bytes: 6, isInteger: true },
  { name: 'extraData', bytes: 32 },
  { name: 'mixHash', bytes: 32 },
  { name: 'nonce', bytes: 8, constant: ZERO_NONCE },
  { name: 'baseFeePerGas', bytes: 32, isInteger: true },
  { name: 'withdrawalsRoot', bytes: 32, constant: EMPTY_ROOT },
  { name: 'blobGasUsed', bytes: 8, constant: EMPTY_BYTES },
  { name: 'excessBlobGas', bytes: 8, constant: EMPTY_BYTES },
  { name: 'parentBeaconBlockRoot', bytes: 32 },
]

/** The twenty fields in order, as RLP items. */
export function headerFields(header: Header): Uint8Array[] {
  return [
    header.parentHash,
    EMPTY_OMMERS_HASH,
    header.coinbase,
    header.stateRoot,
    header.transactionsRoot,
    header.receiptsRoot,
    header.logsBloom,
    EMPTY_BYTES,
    uintItem(header.number),
    uintItem(header.gasLimit),
    uintItem(header.gasUsed),
    uintItem(header.timestamp),
    header.extraData,
    header.mixHash,
    ZERO_NONCE,
    uintItem(header.baseFeeWei),
    EMPTY_ROOT,
    EMPTY_BYTES,
    EMPTY_BYTES,
    header.parentBeaconBlockRoot,
  ]
}

export function encodeHeader(header: Header): Uint8Array {
  return RLP.encode(headerFields(header))
}

export function hashHeader(keccak: Hasher, header: Header): Uint8Array {
  return keccak(encodeHeader(header))
}

export type HeaderFault = 'HeaderMalformed' | 'HeaderConstant'

/** RLP items → header: lengths, integers without leading zeros, constants. Codes: `HeaderMalformed`, `HeaderConstant`. */
export function readHeader(items: unknown): Header | Refusal<HeaderFault> {
  if (!Array.isArray(items) || items.length !== FIELDS.length)
    return refuse(
      'HeaderMalformed',
      `a list of ${FIELDS.length} fields`,
      Array.isArray(items) ? items.length : 'a string',
    )
  for (const [i, field] of FIELDS.entries()) {
    const fault = fieldFault(field, items[i])
    if (fault !== undefined) return fault
  }
  const at = (i: number): Uint8Array => (items[i] as Uint8Array).slice()
  const number = (i: number): number => Number(bytesToUint(items[i]))
  return {
    parentHash: at(0),
    coinbase: at(2),
    stateRoot: at(3),
    transactionsRoot: at(4),
    receiptsRoot: at(5),
    logsBloom: at(6),
    number: number(8),
    gasLimit: bytesToUint(items[9]),
    gasUsed: bytesToUint(items[10]),
    timestamp: number(11),
    extraData: at(12),
    mixHash: at(13),
    baseFeeWei: bytesToUint(items[15]),
    parentBeaconBlockRoot: at(19),
  }
}

function fieldFault(field: Field, item: unknown): Refusal<HeaderFault> | undefined {
  const { name, bytes } = field
  if (!(item instanceof Uint8Array)) return refuse('HeaderMalformed', `${name}: bytes`, `${name}: a list`)
  if (field.constant !== undefined)
    return equal(item, field.constant)
      ? undefined
      : refuse('HeaderConstant', `${name} = ${toHex(field.constant)}`, item)
  if (field.isInteger === undefined)
    return item.length === bytes ? undefined : refuse('HeaderMalformed', `${name}: ${bytes} bytes`, item)
  if (item.length > bytes || item[0] === 0)
    return refuse('HeaderMalformed', `${name}: an integer of at most ${bytes} bytes`, item)
  return undefined
}

/** Header bytes → header; strict. */
export function decodeHeader(bytes: Uint8Array): Header | Refusal<HeaderFault> {
  const items = decodeRlp(bytes)
  return items === undefined ? refuse('HeaderMalformed', 'canonical RLP', bytes) : readHeader(items)
}
