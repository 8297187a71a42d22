/**
 * Transactions submitted to this node, in a file beside the chain, so that what was accepted survives a restart
 * (runtime.md §6). Appended as they come; written anew without the mined ones at each start.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '../../primitives/bytes.ts'

export interface Journal {
  append(raw: Uint8Array): void
  close(): void
}

/** Opens the journal of a data folder: hands every transaction in it to `add`, and keeps those that `add` takes. */
export function openJournal(folder: string, add: (raw: Uint8Array) => boolean): Journal {
  const file = join(folder, 'local-transactions.hex')
  const kept = readJournal(file).filter(add)
  const fresh = `${file}.new`
  writeFileSync(fresh, kept.map((raw) => `${toHex(raw)}\n`).join(''))
  renameSync(fresh, file)
  const handle = openSync(file, 'a')
  return {
    append(raw) {
      writeSync(handle, `${toHex(raw)}\n`)
    },
    close() {
      closeSync(handle)
    },
  }
}

/** Whole lines of hex; a line cut short by a crash is left out. */
function readJournal(file: string): Uint8Array[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.flatMap((line) => {
    try {
      return [fromHex(line)]
    } catch {
      return []
    }
  })
}
