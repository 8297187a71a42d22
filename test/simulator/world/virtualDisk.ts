/** A node's disk: only fsync makes bytes durable, only a folder's fsync makes names durable; a crash takes of the rest. */
import type { AppendFile, Disk } from '../../../node/agreement/ports.ts'
import type { Random } from '../../fuzz/random.ts'
import type { EventQueue, Process } from './eventQueue.ts'
import { StoredFile } from './storedFile.ts'

export class DiskError extends Error {
  readonly code: 'EIO' | 'ENOSPC' | 'ENOENT'
  constructor(code: 'EIO' | 'ENOSPC' | 'ENOENT') {
    super(`simulated disk: ${code}`)
    this.code = code
  }
}

export type DiskOperation = 'append' | 'sync' | 'rename' | 'remove' | 'syncFolder'

export interface DiskFaults {
  /** Longest fsync; each takes a drawn part of it. */
  syncMsMax: number
  /** The next fsync fails. */
  isSyncBroken: boolean
  isFull: boolean
  /** Counted here: operations that failed. */
  failures: number
}

export interface FlippedBit {
  readonly name: string
  readonly before: Uint8Array
  readonly after: Uint8Array
}

export interface VirtualDisk {
  /** One process's hands on the disk: they fall off when it dies. */
  mount(process: Process): Disk
  /** Power loss; or, with `isProcessOnly`, the death of the process alone. */
  crash(isProcessOnly?: boolean): void
  wipe(isDoomed: (name: string) => boolean): void
  /** What it did, unless there was nothing to flip. */
  flipBit(isMeant: (name: string) => boolean): FlippedBit | undefined
  names(): string[]
}

export interface VirtualDiskOptions {
  readonly queue: EventQueue
  readonly random: Random
  readonly faults: DiskFaults
  /** Called before each operation takes effect and after; crash points hang here. */
  readonly onOperation?: (operation: DiskOperation, name: string, when: 'before' | 'after', bytes?: Uint8Array) => void
}

type NameChange = (names: Map<string, StoredFile>) => void

export function createVirtualDisk({ queue, random, faults, onOperation }: VirtualDiskOptions): VirtualDisk {
  let names = new Map<string, StoredFile>()
  let durableNames = new Map<string, StoredFile>()
  let changes: NameChange[] = []

  const change = (apply: NameChange) => {
    apply(names)
    changes.push(apply)
  }

  const mount = (process: Process): Disk => {
    /** The effect comes after `delayMs`, unless the process is dead: then the promise never settles. */
    const perform = <T>(operation: DiskOperation, name: string, delayMs: number, effect: () => T, bytes?: Uint8Array) =>
      new Promise<T>((resolve, reject) => {
        if (!process.isAlive) return
        onOperation?.(operation, name, 'before', bytes)
        if (!process.isAlive) return
        const finish = () => {
          let result: T
          try {
            result = effect()
          } catch (error) {
            reject(error)
            return
          }
          onOperation?.(operation, name, 'after', bytes)
          if (process.isAlive) resolve(result)
        }
        if (delayMs > 0) queue.at(queue.nowMs() + delayMs, process, finish)
        else finish()
      })
    const read = <T>(effect: () => T) => new Promise<T>((resolve) => process.isAlive && resolve(effect()))
    const syncMs = () => (faults.syncMsMax === 0 ? 0 : random.int(0, faults.syncMsMax))
    const failIfBroken = () => {
      if (!faults.isSyncBroken) return
      faults.isSyncBroken = false
      faults.failures += 1
      throw new DiskError('EIO')
    }

    const openFile = (name: string, file: StoredFile): AppendFile => ({
      get sizeBytes() {
        return file.sizeBytes
      },
      append: (bytes) =>
        perform(
          'append',
          name,
          0,
          () => {
            if (faults.isFull) {
              faults.failures += 1
              throw new DiskError('ENOSPC')
            }
            file.append(bytes)
          },
          bytes,
        ),
      sync() {
        const { sizeBytes } = file
        return perform('sync', name, syncMs(), () => {
          failIfBroken()
          file.promise(sizeBytes)
        })
      },
      close: () => read(() => {}),
    })

    return {
      list: () => read(() => [...names.keys()].sort()),
      read: (name) => read(() => names.get(name)?.content()),
      open: (name, sizeBytes) =>
        read(() => {
          let file = names.get(name)
          if (file === undefined) {
            const made = new StoredFile()
            change((into) => into.set(name, made))
            file = made
          }
          if (sizeBytes !== undefined) file.cut(sizeBytes)
          return openFile(name, file)
        }),
      rename: (from, to) =>
        perform('rename', `${from} → ${to}`, 0, () => {
          if (!names.has(from)) throw new DiskError('ENOENT')
          change((into) => {
            const file = into.get(from)
            if (file === undefined) return
            into.set(to, file)
            into.delete(from)
          })
        }),
      remove: (name) => perform('remove', name, 0, () => change((into) => into.delete(name))),
      syncFolder() {
        const count = changes.length
        return perform('syncFolder', '', syncMs(), () => {
          failIfBroken()
          for (const apply of changes.splice(0, count)) apply(durableNames)
        })
      },
    }
  }

  return {
    mount,
    crash(isProcessOnly = false) {
      // Changes of names reach the disk in their order (a journal): some first part of them is kept.
      const kept = isProcessOnly ? changes.length : random.int(0, changes.length)
      for (const apply of changes.slice(0, kept)) apply(durableNames)
      changes = []
      names = new Map(durableNames)
      for (const file of new Set(names.values()))
        if (isProcessOnly) file.flush()
        else file.crash(random)
    },
    wipe(isDoomed) {
      for (const name of [...names.keys()]) if (isDoomed(name)) names.delete(name)
      durableNames = new Map(names)
      changes = []
    },
    flipBit(isMeant) {
      const meant = [...names].filter(([name, file]) => isMeant(name) && file.sizeBytes > 0)
      if (meant.length === 0) return undefined
      const [name, file] = random.pick(meant)
      const before = file.content()
      file.flipBit(random)
      return { name, before, after: file.content() }
    },
    names: () => [...names.keys()].sort(),
  }
}
