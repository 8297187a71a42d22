/** Opens an index where it lies: bytes in memory, or a local file of which only the tables are held. */
import { type FileHandle, open } from 'node:fs/promises'
import type { Hasher } from '../primitives/hashes.ts'
import { type CodeSource, memoryCodes } from './codeSource.ts'
import { decodeIndexHeader, decodeIndexTables, INDEX_HEADER_BYTES, type IndexTables, indexExtent } from './indexFile.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import type { IndexSource } from './surface.ts'

/** One read call takes at most 2^31 − 1 bytes. */
const READ_BYTES_MAX = 2 ** 30

/** The index file could not be read. */
export class IndexReadError extends Error {
  readonly code = 'IndexRead'
  constructor(path: string, cause: unknown) {
    super(`cannot read the index file ${path}`, { cause })
    this.name = 'IndexReadError'
  }
}

export interface LocatedIndex {
  readonly kind: 'located'
  readonly tables: IndexTables
  readonly codes: CodeSource
}

/** Reads and checks the tables (`decodeIndexTables`); the caller closes the codes. */
export async function locateIndex(source: IndexSource, hash: Hasher): Promise<LocatedIndex | Refused> {
  return source instanceof Uint8Array ? locateBytes(source, hash) : locateFile(source.path, hash)
}

function locateBytes(source: Uint8Array, hash: Hasher): LocatedIndex | Refused {
  // A Buffer's slice would share memory where a Uint8Array's copies.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  const tables = decodeIndexTables(bytes, bytes.length, hash)
  if (isRefused(tables)) return tables
  const { rowCount, rowBytes } = tables.header
  const { codesAt } = indexExtent(tables.header)
  const codes = new Int8Array(bytes.buffer, bytes.byteOffset + codesAt, rowCount * rowBytes)
  return { kind: 'located', tables, codes: memoryCodes(codes, rowCount, rowBytes) }
}

async function locateFile(path: string, hash: Hasher): Promise<LocatedIndex | Refused> {
  const reader = await openReader(path)
  const located = await readTables(reader, hash).catch(async (error: unknown) => {
    await reader.close()
    throw error
  })
  if (isRefused(located)) await reader.close()
  return located
}

async function readTables(reader: Reader, hash: Hasher): Promise<LocatedIndex | Refused> {
  if (reader.fileBytes < INDEX_HEADER_BYTES)
    return refuse('BadLength', `at least ${INDEX_HEADER_BYTES}`, reader.fileBytes)
  const header = decodeIndexHeader(await reader.read(0, new Uint8Array(INDEX_HEADER_BYTES)))
  if (isRefused(header)) return header
  const { codesAt, fileBytes } = indexExtent(header)
  // Before anything is allocated for what the header promises.
  if (reader.fileBytes !== fileBytes) return refuse('BadLength', fileBytes, reader.fileBytes)
  const tables = decodeIndexTables(await reader.read(0, new Uint8Array(codesAt)), fileBytes, hash)
  if (isRefused(tables)) return tables
  const { rowCount, rowBytes } = header
  const codes: CodeSource = {
    rowCount,
    rowBytes,
    bytes: undefined,
    read: async (first, count, target) => {
      const bytes = new Uint8Array(target.buffer, target.byteOffset, count * rowBytes)
      await reader.read(codesAt + first * rowBytes, bytes)
    },
    close: () => reader.close(),
  }
  return { kind: 'located', tables, codes }
}

interface Reader {
  readonly fileBytes: number
  /** Fills `target` from `position`; throws `IndexReadError`, also at an early end. */
  read(position: number, target: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

async function openReader(path: string): Promise<Reader> {
  const failed = (cause: unknown): never => {
    throw new IndexReadError(path, cause)
  }
  const handle = await open(path, 'r').catch(failed)
  const { size } = await handle.stat().catch(failed)
  return {
    fileBytes: size,
    read: (position, target) => fill(handle, position, target).catch(failed),
    close: () => handle.close(),
  }
}

async function fill(handle: FileHandle, position: number, target: Uint8Array): Promise<Uint8Array> {
  for (let at = 0; at < target.length; ) {
    const length = Math.min(READ_BYTES_MAX, target.length - at)
    const { bytesRead } = await handle.read(target, at, length, position + at)
    if (bytesRead === 0) throw new Error(`the file ends at ${position + at} bytes`)
    at += bytesRead
  }
  return target
}
