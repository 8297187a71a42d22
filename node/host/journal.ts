/**
 * Transactions submitted to this node, in a file beside the chain, so that what was accepted survives a restart
 * (runtime.md §6). Appended as they come; written anew without the mined ones at each start, and when it has grown.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '../../primitives/bytes.ts'

/** Size from which the file is written anew: most of its lines are mined by then. */
const JOURNAL_BYTES_MAX = 64 * 1024 * 1024
const LINE_END = 0x0a

export interface Journal {
  append(raw: Uint8Array): void
  close(): void
}

export interface JournalOptions {
  /** Takes a transaction of the file, or says that it is not needed any more. */
  readonly add: (raw: Uint8Array) => boolean
  /** What the file must still hold. */
  readonly held: () => Iterable<Uint8Array>
  readonly bytesMax?: number
}

/** Opens the journal of a data folder: hands every transaction in it to `add`, and keeps those that `add` takes. */
export function openJournal(folder: string, { add, held, bytesMax = JOURNAL_BYTES_MAX }: JournalOptions): Journal {
  const file = join(folder, 'local-transactions.hex')
  let { handle, bytes } = writeJournal(file, readJournal(file).filter(add))
  let limitBytes = Math.max(bytesMax, 2 * bytes)
  const rewrite = () => {
    const old = handle
    ;({ handle, bytes } = writeJournal(file, held()))
    closeSync(old)
    // Were everything still held, the next line must not write it all again.
    limitBytes = Math.max(bytesMax, 2 * bytes)
  }
  return {
    append(raw) {
      bytes += writeSync(handle, lineOf(raw))
      if (bytes > limitBytes) rewrite()
    },
    close() {
      closeSync(handle)
    },
  }
}

const lineOf = (raw: Uint8Array): string => `${toHex(raw)}\n`

/** Puts a new file in the place of the old one, whole or not at all; it stays open for more lines. */
function writeJournal(file: string, transactions: Iterable<Uint8Array>): { handle: number; bytes: number } {
  const fresh = `${file}.new`
  const handle = openSync(fresh, 'w')
  let bytes = 0
  for (const raw of transactions) bytes += writeSync(handle, lineOf(raw))
  fsyncSync(handle)
  renameSync(fresh, file)
  return { handle, bytes }
}

/** Whole lines of hex; a line cut short by a crash is left out. */
function readJournal(file: string): Uint8Array[] {
  if (!existsSync(file)) return []
  const content = readFileSync(file)
  const transactions: Uint8Array[] = []
  let start = 0
  for (let end = content.indexOf(LINE_END); end >= 0; end = content.indexOf(LINE_END, start)) {
    const raw = decodeLine(content.toString('latin1', start, end))
    if (raw !== undefined) transactions.push(raw)
    start = end + 1
  }
  return transactions
}

function decodeLine(line: string): Uint8Array | undefined {
  try {
    return fromHex(line)
  } catch {
    return undefined
  }
}
