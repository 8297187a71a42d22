/** Content over RPC: uploads and downloads, object by object, each checked by its hash. */
import { concat, equal, fromHex, toHex } from '../../primitives/bytes.ts'
import {
  CHUNK_BYTES_MAX,
  type ContentRef,
  contentIdText,
  parseManifest,
  splitContent,
} from '../../primitives/contentId.ts'
import { sha256 } from '../../primitives/hashes.ts'
import { ask, type ChainClient } from './client.ts'

/** The node does not hold the content, or holds other bytes under its name. */
export class ContentError extends Error {
  readonly code: 'ContentMissing' | 'ContentMismatch'
  constructor(code: 'ContentMissing' | 'ContentMismatch', message: string) {
    super(message)
    this.name = 'ContentError'
    this.code = code
  }
}

/** Uploads the content's objects (each ≤ 1 MiB) and returns what to name on chain. */
export async function uploadContent(client: ChainClient, content: Uint8Array): Promise<ContentRef> {
  const { ref, objects } = splitContent(content)
  for (const { bytes } of objects) await ask(client, 'openledger_putContent', [toHex(bytes)])
  return ref
}

/** Downloads content and checks every object against its digest; throws `ContentError`. */
export async function downloadContent(client: ChainClient, ref: ContentRef): Promise<Uint8Array> {
  const object = await downloadObject(client, ref.digest)
  if (ref.bytes <= CHUNK_BYTES_MAX) {
    if (object.length !== ref.bytes) throw mismatch(ref.digest, `${ref.bytes} bytes`, `${object.length}`)
    return object
  }
  const digests = parseManifest(object, ref.bytes)
  if (digests === undefined) throw mismatch(ref.digest, `a manifest of ${ref.bytes} bytes`, 'other bytes')
  const chunks: Uint8Array[] = []
  for (const digest of digests) chunks.push(await downloadObject(client, digest))
  const content = concat(...chunks)
  if (content.length !== ref.bytes) throw mismatch(ref.digest, `${ref.bytes} bytes`, `${content.length}`)
  return content
}

async function downloadObject(client: ChainClient, digest: Uint8Array): Promise<Uint8Array> {
  const id = contentIdText(digest)
  const hex = await ask<`0x${string}` | null>(client, 'openledger_getContent', [id])
  if (hex === null) throw new ContentError('ContentMissing', `the node does not hold content ${id}`)
  const bytes = fromHex(hex)
  if (!equal(sha256(bytes), digest)) throw mismatch(digest, 'bytes of that hash', 'others')
  return bytes
}

function mismatch(digest: Uint8Array, expected: string, got: string): ContentError {
  return new ContentError('ContentMismatch', `content ${contentIdText(digest)}: expected ${expected}, got ${got}`)
}
