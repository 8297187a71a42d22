/** The disk of a real node: one folder, which one process at a time may use. */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import type { AppendFile, Disk } from '../ports.ts'

/** Its LevelDB holds nothing: it is there for its lock, which the system frees when the process ends, however it does. */
const LOCK_FOLDER = 'lock'

/** Another process uses the folder: two with one key would vote against each other (consensus.md §8). */
export class FolderLockedError extends Error {
  readonly code = 'FolderLocked'
  readonly folder: string
  constructor(folder: string, cause: unknown) {
    super(`${folder} is in use by another process`, { cause })
    this.name = 'FolderLockedError'
    this.folder = folder
  }
}

export interface FileDisk extends Disk {
  /** Frees the folder. */
  close(): Promise<void>
}

export async function openFileDisk(folder: string): Promise<FileDisk> {
  await mkdir(folder, { recursive: true })
  const lock = new Level(join(folder, LOCK_FOLDER))
  await lock.open().catch((error: Error & { cause?: { code?: string } }) => {
    throw error.cause?.code === 'LEVEL_LOCKED' ? new FolderLockedError(folder, error) : error
  })
  const at = (name: string) => join(folder, name)
  return {
    async list() {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
    },
    read: (name) => readFile(at(name)).then((bytes) => new Uint8Array(bytes), ifMissing),
    open: (name, sizeBytes) => openAppendFile(at(name), sizeBytes),
    rename: (from, to) => rename(at(from), at(to)),
    remove: (name) => rm(at(name), { force: true }),
    async syncFolder() {
      const handle = await open(folder, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
    close: () => lock.close(),
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function openAppendFile(path: string, cutBytes: number | undefined): Promise<AppendFile> {
  const handle = await open(path, 'a+')
  if (cutBytes !== undefined) await handle.truncate(cutBytes)
  let { size } = await handle.stat()
  return {
    get sizeBytes() {
      return size
    },
    async append(bytes) {
      await writeAll(handle, bytes)
      size += bytes.length
    },
    // The size of a grown file is synced with its data; its times need not be.
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten
}
