/** Which block a request means: a height, a tag, a hash, or an EIP-1898 object; and finding it. */
import type { Backend } from '../backend.ts'
import type { BlockHeader } from '../chainTypes.ts'
import { invalidParams, refused } from '../rpcError.ts'
import { expected, type Shape } from './param.ts'
import { bool, count, field, hash, strictObject } from './shapes.ts'

/** `latest`, `safe` and `finalized` agree on this chain (rpc.md). */
const TAGS = ['latest', 'safe', 'finalized', 'earliest', 'pending'] as const
type Tag = (typeof TAGS)[number]

export type BlockParam =
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'height'; readonly height: number }
  | { readonly kind: 'hash'; readonly hash: Uint8Array }

export const LATEST: BlockParam = { kind: 'tag', tag: 'latest' }

const isTag = (value: unknown): value is Tag => TAGS.includes(value as Tag)

const height = count(Number.MAX_SAFE_INTEGER)

/** A tag or a height: what methods take that name blocks by number. */
export const blockNumber: Shape<BlockParam> = {
  schema: { title: 'block number or tag', type: 'string' },
  parse: (value, at) => {
    if (isTag(value)) return { kind: 'tag', tag: value }
    if (typeof value !== 'string' || !value.startsWith('0x'))
      throw expected(at, `a block: 0x quantity or one of ${TAGS.join(', ')}`, value)
    return { kind: 'height', height: height.parse(value, at) }
  },
}

function parseObject(value: unknown, at: string): BlockParam {
  const fields = strictObject(value, at, ['blockNumber', 'blockHash', 'requireCanonical'])
  const number = field(fields, 'blockNumber', at, blockNumber.parse)
  const blockHash = field(fields, 'blockHash', at, hash.parse)
  field(fields, 'requireCanonical', at, bool.parse)
  if (number !== undefined && blockHash !== undefined)
    throw invalidParams(at, 'blockNumber and blockHash exclude each other')
  if (number !== undefined) return number
  if (blockHash !== undefined) return { kind: 'hash', hash: blockHash }
  throw invalidParams(at, 'expected blockNumber or blockHash')
}

/** A tag, a height, a block hash or an EIP-1898 object. */
export const block: Shape<BlockParam> = {
  schema: { title: 'block number, tag, hash or EIP-1898 object', type: ['string', 'object'] },
  parse: (value, at) => {
    if (typeof value === 'object' && value !== null) return parseObject(value, at)
    if (typeof value === 'string' && value.length === 66) return { kind: 'hash', hash: hash.parse(value, at) }
    return blockNumber.parse(value, at)
  },
}

/** Height of a block, or `undefined` when there is none. `pending` is the head here: its state is the latest final one. */
export async function findHeight(backend: Backend, wanted: BlockParam): Promise<number | undefined> {
  const head = backend.chain.head().number
  switch (wanted.kind) {
    case 'tag':
      return wanted.tag === 'earliest' ? 0 : head
    case 'height':
      return wanted.height <= head ? wanted.height : undefined
    case 'hash':
      return backend.chain.heightOf(wanted.hash)
  }
}

/** Height of a block that must exist, for reads of state. */
export async function stateHeight(backend: Backend, wanted: BlockParam): Promise<number> {
  const found = await findHeight(backend, wanted)
  if (found === undefined) throw refused('header not found')
  return found
}

export async function findHeader(backend: Backend, wanted: BlockParam): Promise<BlockHeader> {
  const header = await backend.chain.header(await stateHeight(backend, wanted))
  if (header === undefined) throw refused('header not found')
  return header
}

export const isPending = (wanted: BlockParam): boolean => wanted.kind === 'tag' && wanted.tag === 'pending'
