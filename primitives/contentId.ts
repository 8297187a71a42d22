/**
 * Content ids: CIDv1, codec raw, sha2-256 (architecture.md). Up to 1 MiB the digest is of the bytes themselves; larger
 * content is cut into 1 MiB chunks and named by the digest of its manifest, so a reference carries the length too.
 */
import { base32 } from 'multiformats/bases/base32'
import { concat, uintToBytes } from './bytes.ts'
import { sha256 } from './hashes.ts'

/** Bytes of one stored object: a chunk, or content that needs no manifest. */
export const CHUNK_BYTES_MAX = 1 << 20
/** Chunks of one manifest: (2^20 − 16) / 32 digests would fit one chunk; 4,096 bounds content at 4 GiB. */
export const CHUNKS_MAX = 4096

const CID_PREFIX = Uint8Array.of(0x01, 0x55, 0x12, 0x20)
const MANIFEST_MAGIC = new TextEncoder().encode('OLM1')

export interface ContentRef {
  /** 32 bytes: sha-256 of the content, or of its manifest when `bytes` > 1 MiB. */
  readonly digest: Uint8Array
  /** Length of the content. */
  readonly bytes: number
}

/** `0x`-less base32 text form, as IPFS prints it: `bafkrei…`. */
export function contentIdText(digest: Uint8Array): string {
  return base32.encode(concat(CID_PREFIX, digest))
}

/** Text form → 32-byte digest, or `undefined` when it is not a CIDv1 raw sha2-256. */
export function parseContentId(text: string): Uint8Array | undefined {
  let bytes: Uint8Array
  try {
    bytes = base32.decode(text)
  } catch {
    return undefined
  }
  if (bytes.length !== 36 || CID_PREFIX.some((b, i) => bytes[i] !== b)) return undefined
  return bytes.slice(4)
}

export interface SplitContent {
  readonly ref: ContentRef
  /** What a store must hold, digest → bytes: the content itself, or its chunks and manifest. */
  readonly objects: readonly { readonly digest: Uint8Array; readonly bytes: Uint8Array }[]
}

/** Content → reference and the objects (each ≤ 1 MiB) that a content store must hold. */
export function splitContent(content: Uint8Array): SplitContent {
  if (content.length > CHUNK_BYTES_MAX * CHUNKS_MAX)
    throw new RangeError(`content of ${content.length} bytes is over ${CHUNK_BYTES_MAX * CHUNKS_MAX}`)
  if (content.length <= CHUNK_BYTES_MAX) {
    const digest = sha256(content)
    return { ref: { digest, bytes: content.length }, objects: [{ digest, bytes: content }] }
  }
  const objects = []
  for (let at = 0; at < content.length; at += CHUNK_BYTES_MAX) {
    const bytes = content.subarray(at, at + CHUNK_BYTES_MAX)
    objects.push({ digest: sha256(bytes), bytes })
  }
  const manifest = concat(MANIFEST_MAGIC, uintToBytes(content.length, 8), ...objects.map((chunk) => chunk.digest))
  const digest = sha256(manifest)
  return { ref: { digest, bytes: content.length }, objects: [...objects, { digest, bytes: manifest }] }
}

/** Manifest bytes → chunk digests; `undefined` when it is not the manifest of content of that length. */
export function parseManifest(manifest: Uint8Array, contentBytes: number): Uint8Array[] | undefined {
  const count = Math.ceil(contentBytes / CHUNK_BYTES_MAX)
  const head = concat(MANIFEST_MAGIC, uintToBytes(contentBytes, 8))
  if (count > CHUNKS_MAX || manifest.length !== head.length + 32 * count) return undefined
  if (head.some((b, i) => manifest[i] !== b)) return undefined
  return Array.from({ length: count }, (_, i) => manifest.slice(head.length + 32 * i, head.length + 32 * (i + 1)))
}
