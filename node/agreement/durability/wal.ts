/**
 * The write-ahead log: what agreement has learned above the last committed block, so that a restart need not ask for it
 * (consensus.md §8). Losing it costs time, never safety; but a body must be in it before its notarize is cast.
 */
import { bytesToUint, concat, uintToBytes } from '../../../primitives/bytes.ts'
import {
  CANDIDATE_BYTES,
  type Certificate,
  decodeCandidate,
  decodeCertificate,
  encodeCandidate,
  encodeCertificate,
} from '../../../primitives/certificate.ts'
import type { Candidate } from '../../../primitives/validatorSet.ts'
import type { AppendFile, Disk } from '../ports.ts'
import { encodeRecord, type LogRecord, readRecords } from './record.ts'

/** Consensus.md §8. */
const SEGMENT_BYTES = 64 * 1024 * 1024
const TYPE = { candidate: 1, certificate: 2, epoch: 3 } as const
const NAME = /^wal-(\d{10})$/
const nameOf = (number: number) => `wal-${`${number}`.padStart(10, '0')}`

export type WalEntry =
  /** `block` is empty for a filler. */
  | { readonly kind: 'candidate'; readonly epoch: number; readonly candidate: Candidate; readonly block: Uint8Array }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }

export interface Wal {
  /** What a restart would find, in order. */
  entries(epoch: number): Promise<WalEntry[]>
  /** Written in order; durable once a later `synced` resolves. */
  append(entry: WalEntry): void
  /** All that was appended is on the disk. Rejects once a write has failed. */
  synced(): Promise<void>
  /** Nothing at or below that view is needed: segments that hold nothing above it go. */
  prune(epoch: number, view: number): void
  /** Ends after what is being written. */
  close(): Promise<void>
}

interface Segment {
  readonly number: number
  epoch: number
  view: number
}

export interface WalOptions {
  readonly disk: Disk
  /** A write failed: the process must end, since nobody knows what the disk holds now. */
  readonly onFault: (error: unknown) => void
  readonly segmentBytes?: number
}

/** Reads what is there, cuts it at the first bad record, and goes on from there. */
export async function openWal(options: WalOptions): Promise<Wal> {
  const { disk } = options
  const numbers = (await disk.list())
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  const segments: Segment[] = []
  let seq: number | undefined
  let goodBytes = 0
  for (const [at, number] of numbers.entries()) {
    const bytes = (await disk.read(nameOf(number)))!
    const read = readRecords(bytes, seq)
    segments.push(segmentOf(number, read.records))
    seq = (read.records.at(-1)?.seq ?? (seq ?? 1) - 1) + 1
    goodBytes = read.goodBytes
    if (goodBytes === bytes.length) continue
    for (const later of numbers.slice(at + 1)) await disk.remove(nameOf(later))
    break
  }
  const last = segments.at(-1) ?? { number: 1, epoch: 0, view: 0 }
  if (segments.length === 0) segments.push(last)
  const file = await disk.open(nameOf(last.number), goodBytes)
  await file.sync()
  await disk.syncFolder()
  return new WalFiles(options, segments, file, seq ?? 1)
}

function segmentOf(number: number, records: readonly LogRecord[]): Segment {
  const segment: Segment = { number, epoch: 0, view: 0 }
  for (const entry of decodeEntries(records)) note(segment, entry)
  return segment
}

function note(segment: Segment, entry: WalEntry): void {
  const { epoch, view } = entry.kind === 'candidate' ? { epoch: entry.epoch, ...entry.candidate } : entry.certificate
  if (epoch > segment.epoch) Object.assign(segment, { epoch, view })
  else if (epoch === segment.epoch) segment.view = Math.max(segment.view, view)
}

class WalFiles implements Wal {
  readonly #disk: Disk
  readonly #onFault: (error: unknown) => void
  readonly #segmentBytes: number
  /** Oldest first; the last one is written. */
  readonly #segments: Segment[]
  #file: AppendFile
  #seq: number
  #queue: WalEntry[] = []
  #waiters: { readonly done: () => void; readonly fail: (error: unknown) => void }[] = []
  #fault: { readonly error: unknown } | undefined
  /** What the records that follow in this file are of; undefined: it does not say yet. */
  #epoch: number | undefined
  #isDirty = false
  #isClosed = false
  #work: Promise<void> | undefined
  #doomed: string[] = []

  constructor({ disk, onFault, segmentBytes }: WalOptions, segments: Segment[], file: AppendFile, seq: number) {
    this.#disk = disk
    this.#onFault = onFault
    this.#segmentBytes = segmentBytes ?? SEGMENT_BYTES
    this.#segments = segments
    this.#file = file
    this.#seq = seq
  }

  async entries(epoch: number): Promise<WalEntry[]> {
    await this.#work
    const entries: WalEntry[] = []
    for (const { number } of this.#segments)
      entries.push(...decodeEntries(readRecords((await this.#disk.read(nameOf(number)))!).records))
    return entries.filter((entry) => epochOf(entry) === epoch)
  }

  append(entry: WalEntry): void {
    this.#queue.push(entry)
    this.#isDirty = true
    this.#start()
  }

  synced(): Promise<void> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault.error)
    if (!this.#isDirty) return Promise.resolve()
    return new Promise((done, fail) => {
      this.#waiters.push({ done, fail })
      this.#start()
    })
  }

  prune(epoch: number, view: number): void {
    const isBelow = (segment: Segment) => segment.epoch < epoch || (segment.epoch === epoch && segment.view <= view)
    while (this.#segments.length > 1 && isBelow(this.#segments[0]!))
      this.#doomed.push(nameOf(this.#segments.shift()!.number))
    if (this.#doomed.length > 0) this.#start()
  }

  async close(): Promise<void> {
    await this.synced().catch(() => {})
    this.#isClosed = true
    await this.#work
    await this.#file.close()
  }

  /** One writer at a time: what comes while it writes shares the next fsync. */
  #start(): void {
    if (this.#work !== undefined || this.#isClosed || !this.#hasWork()) return
    this.#work = this.#write().then(
      () => {
        this.#work = undefined
        // What came as the last write ended has found it still at work.
        this.#start()
      },
      (error: unknown) => {
        this.#isClosed = true
        this.#fault = { error }
        for (const { fail } of this.#waiters) fail(error)
        this.#onFault(error)
      },
    )
  }

  #hasWork(): boolean {
    return this.#queue.length > 0 || this.#waiters.length > 0 || this.#doomed.length > 0
  }

  async #write(): Promise<void> {
    // What is appended in one go of the loop goes to the disk in one piece.
    await Promise.resolve()
    while (this.#hasWork()) {
      const count = this.#waiters.length
      if (this.#queue.length > 0) await this.#writeQueue()
      if (count > 0) {
        await this.#file.sync()
        if (this.#queue.length === 0) this.#isDirty = false
        for (const { done } of this.#waiters.splice(0, count)) done()
      }
      for (const name of this.#doomed.splice(0)) await this.#disk.remove(name)
    }
  }

  async #writeQueue(): Promise<void> {
    const entries = this.#queue
    this.#queue = []
    const isNewEpoch = epochOf(entries[0]!) > this.#segments.at(-1)!.epoch
    if (this.#file.sizeBytes >= this.#segmentBytes || (isNewEpoch && this.#file.sizeBytes > 0)) await this.#rotate()
    const records: Uint8Array[] = []
    for (const entry of entries) {
      if (epochOf(entry) !== this.#epoch) {
        this.#epoch = epochOf(entry)
        records.push(this.#encode(TYPE.epoch, uintToBytes(this.#epoch, 8)))
      }
      note(this.#segments.at(-1)!, entry)
      records.push(this.#encode(TYPE[entry.kind], payloadOf(entry)))
    }
    await this.#file.append(concat(...records))
  }

  #encode(type: number, payload: Uint8Array): Uint8Array {
    return encodeRecord({ seq: this.#seq++, type, payload })
  }

  async #rotate(): Promise<void> {
    await this.#file.sync()
    await this.#file.close()
    const number = this.#segments.at(-1)!.number + 1
    this.#file = await this.#disk.open(nameOf(number), 0)
    await this.#disk.syncFolder()
    this.#segments.push({ number, epoch: 0, view: 0 })
    this.#epoch = undefined
  }
}

const epochOf = (entry: WalEntry): number => (entry.kind === 'candidate' ? entry.epoch : entry.certificate.epoch)

function payloadOf(entry: WalEntry): Uint8Array {
  if (entry.kind === 'certificate') return encodeCertificate(entry.certificate)
  return concat(encodeCandidate(entry.candidate), entry.block)
}

/** Records of one file; a candidate's epoch is that of the epoch record before it. What no version wrote is left out. */
function decodeEntries(records: readonly LogRecord[]): WalEntry[] {
  let epoch: number | undefined
  return records.flatMap(({ type, payload }): WalEntry[] => {
    if (type === TYPE.epoch && payload.length === 8) epoch = Number(bytesToUint(payload))
    if (type === TYPE.certificate) {
      const certificate = decodeCertificate(payload)
      if (!('code' in certificate)) return [{ kind: 'certificate', certificate }]
    }
    if (type === TYPE.candidate && epoch !== undefined && payload.length >= CANDIDATE_BYTES) {
      const candidate = decodeCandidate(payload.subarray(0, CANDIDATE_BYTES))
      if (!('code' in candidate))
        return [{ kind: 'candidate', epoch, candidate, block: payload.slice(CANDIDATE_BYTES) }]
    }
    return []
  })
}
