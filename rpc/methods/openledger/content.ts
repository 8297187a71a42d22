/** openledger_getContent and openledger_putContent: objects of at most 1 MiB by content id. */
import { CHUNK_BYTES_MAX, contentIdText, parseContentId } from '../../../primitives/contentId.ts'
import { hex } from '../../format/quantity.ts'
import { expected, param, type Shape } from '../../params/param.ts'
import { data, hash } from '../../params/shapes.ts'
import { refusedError } from '../../rpcError.ts'
import { type MethodTable, method } from '../method.ts'

/** CIDv1 raw sha2-256 as text, or its digest in hex. */
const contentId: Shape<Uint8Array> = {
  schema: { title: 'content id', type: 'string' },
  parse: (value, at) => {
    if (typeof value === 'string' && value.startsWith('0x')) return hash.parse(value, at)
    const digest = typeof value === 'string' && value.length < 100 ? parseContentId(value) : undefined
    if (digest === undefined) throw expected(at, 'a content id (bafkrei…) or a 32-byte digest', value)
    return digest
  },
}

export const contentMethods: MethodTable = {
  /** Bytes, or null when this node does not hold them. */
  openledger_getContent: method([param('contentId', contentId)], async ({ backend }, digest) => {
    const bytes = await backend.content.get(digest)
    return bytes === undefined ? null : hex(bytes)
  }),
  openledger_putContent: method([param('content', data(CHUNK_BYTES_MAX))], async ({ backend }, bytes) => {
    const outcome = await backend.content.put(bytes)
    if (outcome.kind === 'refused') throw refusedError(outcome)
    return { contentId: contentIdText(outcome.digest), digest: hex(outcome.digest), bytes: bytes.length }
  }),
}
