/**
 * Content objects by sha-256, at most 1 MiB each. An object that no block names yet is staged, and staging is bounded:
 * whoever may upload cannot fill the disk. Once a block names a digest, `keep` takes it out of staging for good.
 */
import { bytesToUint, concat, fromHex, toHex, uintToBytes } from '../../primitives/bytes.ts'
import { CHUNK_BYTES_MAX, type ContentRef, parseManifest } from '../../primitives/contentId.ts'
import { sha256 } from '../../primitives/hashes.ts'
import { StoreError } from './storeError.ts'
import { type BatchOperation, type Database, type Tables, writeBatch } from './tables.ts'

/** Staged bytes: four times the largest adapter and index of one version that the devnet trains, with room. */
export const STAGED_BYTES_MAX = 1024 * 1024 * 1024
/** Staged objects: bounds the scan at start, 65,536 entries of about 50 bytes. */
export const STAGED_OBJECTS_MAX = 65_536
/** After a day without a block that names it, a staged object gives way when room is needed. */
export const STAGED_SECONDS_MAX = 24 * 60 * 60

export type PutContent =
  | { readonly kind: 'stored'; readonly digest: Uint8Array }
  | {
      readonly kind: 'invalid'
      readonly code: 'content-too-large' | 'staging-full'
      readonly expected: string
      readonly got: string
    }

export interface ContentStore {
  /** Stores one object under its sha-256, on the disk when this returns. `nowSeconds` is Unix time. */
  put(bytes: Uint8Array, nowSeconds: number): Promise<PutContent>
  /**
   * A block names these: the operations, for its batch, that keep their objects, here or when they come. The chunks that
   * a manifest names are kept with it.
   */
  keep(refs: readonly ContentRef[]): BatchOperation[]
  staged(): { readonly objects: number; readonly bytes: number }
}

export interface ContentBounds {
  readonly bytesMax: number
  readonly objectsMax: number
}

interface StagedObject {
  readonly seconds: number
  readonly bytes: number
}

/** Calls must not overlap (`chainStore.ts` runs its writes one after another). */
export async function createContentStore(
  db: Database,
  tables: Tables,
  bounds: ContentBounds = { bytesMax: STAGED_BYTES_MAX, objectsMax: STAGED_OBJECTS_MAX },
): Promise<ContentStore> {
  const staged = new Map<string, StagedObject>()
  let stagedBytes = 0
  const add = (key: string, object: StagedObject) => {
    staged.set(key, object)
    stagedBytes += object.bytes
  }
  const remove = (key: string) => {
    stagedBytes -= staged.get(key)?.bytes ?? 0
    staged.delete(key)
  }
  for await (const [digest, value] of tables.staged.entries()) add(toHex(digest), decodeStaged(value))

  const isFull = (bytes: number) => stagedBytes + bytes > bounds.bytesMax || staged.size + 1 > bounds.objectsMax
  const dropOld = async (nowSeconds: number) => {
    const old = [...staged].filter(([, object]) => object.seconds + STAGED_SECONDS_MAX < nowSeconds)
    const digests = old.map(([key]) => fromHex(key))
    await writeBatch(
      db,
      digests.flatMap((digest) => [tables.staged.del(digest), tables.content.del(digest)]),
    )
    for (const [key] of old) remove(key)
  }
  const stage = async (digest: Uint8Array, bytes: Uint8Array, nowSeconds: number): Promise<PutContent> => {
    if (isFull(bytes.length)) await dropOld(nowSeconds)
    if (isFull(bytes.length)) {
      const room = `at most ${bounds.bytesMax} bytes in ${bounds.objectsMax} objects that no block names`
      return refuse('staging-full', room, `${stagedBytes} bytes in ${staged.size} objects, and ${bytes.length} more`)
    }
    const record = concat(uintToBytes(nowSeconds, 8), uintToBytes(bytes.length, 4))
    await writeBatch(db, [tables.staged.put(digest, record), tables.content.put(digest, bytes)])
    add(toHex(digest), { seconds: nowSeconds, bytes: bytes.length })
    return { kind: 'stored', digest }
  }

  const keepObject = (digest: Uint8Array, whenMissing: Uint8Array): BatchOperation[] => {
    const key = toHex(digest)
    if (staged.has(key)) {
      remove(key)
      return [tables.staged.del(digest)]
    }
    return tables.content.get(digest) === undefined ? [tables.wanted.put(digest, whenMissing)] : []
  }
  const keepChunks = (manifest: Uint8Array | undefined, contentBytes: number): BatchOperation[] => {
    const chunks = manifest === undefined ? undefined : parseManifest(manifest, contentBytes)
    return (chunks ?? []).flatMap((chunk) => keepObject(chunk, NOTHING))
  }

  return {
    staged: () => ({ objects: staged.size, bytes: stagedBytes }),
    async put(bytes, nowSeconds) {
      if (bytes.length > CHUNK_BYTES_MAX)
        return refuse('content-too-large', `at most ${CHUNK_BYTES_MAX} bytes`, `${bytes.length} bytes`)
      const digest = sha256(bytes)
      if (tables.content.get(digest) !== undefined) return { kind: 'stored', digest }
      const wanted = tables.wanted.get(digest)
      if (wanted === undefined) return stage(digest, bytes, nowSeconds)
      const chunks = wanted.length > 0 ? keepChunks(bytes, Number(bytesToUint(wanted))) : []
      await writeBatch(db, [tables.wanted.del(digest), tables.content.put(digest, bytes), ...chunks])
      return { kind: 'stored', digest }
    },
    keep(refs) {
      return refs.flatMap(({ digest, bytes }) => {
        if (bytes <= CHUNK_BYTES_MAX) return keepObject(digest, NOTHING)
        return [...keepObject(digest, uintToBytes(bytes, 8)), ...keepChunks(tables.content.get(digest), bytes)]
      })
    },
  }
}

const NOTHING = new Uint8Array(0)

function refuse(code: 'content-too-large' | 'staging-full', expected: string, got: string): PutContent {
  return { kind: 'invalid', code, expected, got }
}

function decodeStaged(value: Uint8Array): StagedObject {
  if (value.length !== 12) throw new StoreError('bad-value', `staged record of ${value.length} bytes, expected 12`)
  return { seconds: Number(bytesToUint(value.subarray(0, 8))), bytes: Number(bytesToUint(value.subarray(8))) }
}
