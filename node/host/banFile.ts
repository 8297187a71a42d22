/** Bans in a file of the data folder: who was banned stays out when the node starts again. Deleting the file forgives all. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { BAN_MS } from '../../p2p/limits.ts'
import type { TimedBan } from '../../p2p/peers/standing.ts'

/** The newest: what an operator can look through, and more than the validators of two epochs. */
const BANS_MAX = 1_000
const REASON_CHARACTERS_MAX = 200
/** Each with a reason of characters that JSON writes in six bytes, a peer id of 52, a time, and room. */
const FILE_BYTES_MAX = 2_048 * BANS_MAX
const PEER_ID = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/
/** Whoever makes a thousand keys to be banned with must not make us write a thousand times. */
const WRITE_PAUSE_MS = 1_000

export interface BanFile {
  /** Those of the last run that have not ended. */
  readonly bans: readonly TimedBan[]
  /** All bans of now, oldest first. */
  keep(bans: readonly TimedBan[]): void
  /** Writes what was last kept. */
  close(): void
}

export interface BanFileOptions {
  /** Unix time. */
  readonly wallMs: () => number
  readonly after: (delayMs: number, run: () => void) => () => void
  /** A file that is none, or a disk that takes none: the node goes on without. */
  readonly warn: (line: string) => void
}

export function openBanFile(folder: string, { wallMs, after, warn }: BanFileOptions): BanFile {
  const file = join(folder, 'bans.json')
  let unwritten: readonly TimedBan[] | undefined
  let cancelPause: (() => void) | undefined
  const write = () => {
    cancelPause = undefined
    if (unwritten === undefined) return
    try {
      writeWhole(file, encode(unwritten, wallMs()))
    } catch (error) {
      warn(`bans will be forgotten at the next start: ${file} cannot be written: ${(error as Error).message}`)
    }
    unwritten = undefined
    cancelPause = after(WRITE_PAUSE_MS, write)
  }
  return {
    bans: readBans(file, wallMs(), warn),
    keep(bans) {
      unwritten = bans
      if (cancelPause === undefined) write()
    },
    close() {
      cancelPause?.()
      write()
      cancelPause?.()
    },
  }
}

interface WrittenBan {
  readonly peer: string
  readonly reason: string
  /** ISO 8601. */
  readonly until: string
}

function encode(bans: readonly TimedBan[], wallMs: number): string {
  const written = bans.slice(-BANS_MAX).map(
    ({ peer, reason, leftMs }): WrittenBan => ({
      peer,
      reason: reason.slice(0, REASON_CHARACTERS_MAX),
      until: new Date(wallMs + leftMs).toISOString(),
    }),
  )
  return `${JSON.stringify({ bans: written }, undefined, 2)}\n`
}

/** A new file in the place of the old one, whole or not at all. */
function writeWhole(file: string, text: string): void {
  const handle = openSync(`${file}.new`, 'w')
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(`${file}.new`, file)
}

/** What is no list of bans is set aside, for the operator to look at. */
function readBans(file: string, wallMs: number, warn: BanFileOptions['warn']): TimedBan[] {
  if (!existsSync(file)) return []
  try {
    const bans = decode(file)
    // No ban is longer: a clock that was set back does not make it so.
    return bans.flatMap(({ peer, reason, until }) => {
      const leftMs = Math.min(Date.parse(until) - wallMs, BAN_MS)
      return leftMs > 0 ? [{ peer, reason, leftMs }] : []
    })
  } catch (error) {
    const aside = `${file}.broken`
    warn(`bans of the last run are forgotten: ${file}: ${(error as Error).message}; it is ${aside} now`)
    renameSync(file, aside)
    return []
  }
}

/** Throws what is wrong. */
function decode(file: string): WrittenBan[] {
  if (statSync(file).size > FILE_BYTES_MAX) throw new Error(`more than ${FILE_BYTES_MAX} bytes`)
  const { bans } = JSON.parse(readFileSync(file, 'utf8'))
  if (!Array.isArray(bans) || bans.length > BANS_MAX) throw new Error(`expected a list of at most ${BANS_MAX} bans`)
  const wrong = bans.findIndex((ban) => !isWrittenBan(ban))
  if (wrong >= 0) throw new Error(`bans[${wrong}]: expected peer, reason and until, got ${JSON.stringify(bans[wrong])}`)
  return bans
}

function isWrittenBan(value: unknown): value is WrittenBan {
  const { peer, reason, until } = (value ?? {}) as Partial<Record<keyof WrittenBan, unknown>>
  return (
    typeof peer === 'string' &&
    PEER_ID.test(peer) &&
    typeof reason === 'string' &&
    reason.length <= REASON_CHARACTERS_MAX &&
    typeof until === 'string' &&
    !Number.isNaN(Date.parse(until))
  )
}
