/**
 * The validator's key behind its log: it takes statements, never bytes, writes each down durably before it signs, and
 * refuses what would convict it (consensus.md §8). Losing this log costs the right to vote.
 */
import type { Bls } from '../../../primitives/bls.ts'
import { equal } from '../../../primitives/bytes.ts'
import { type ChainContext, statementBytes, statementHash } from '../../../primitives/statements.ts'
import type { Epoch } from '../../../primitives/validatorSet.ts'
import type { AppendFile, Disk } from '../ports.ts'
import {
  createCastLog,
  decodeFloor,
  decodeStatement,
  encodeFloor,
  type Floor,
  type SignedStatement,
} from './castLog.ts'
import { encodeRecord, hasRecordAfter, readRecords } from './record.ts'

const FILE = 'signer'
const FRESH_FILE = 'signer.new'
const TYPE = { statement: 4, floor: 5 } as const
/** Some thousand statements: below it, writing the file anew is not worth its fsyncs. */
const COMPACT_BYTES = 1024 * 1024

export interface SignRefused {
  readonly kind: 'refused'
  readonly reason: string
}

export interface Signer {
  readonly publicKey: Uint8Array
  /** Undefined: the log is lost, and nothing is signed until `begin`. */
  floor(): Floor | undefined
  /** Statements of the epoch above the floor. */
  signed(): readonly SignedStatement[]
  /** Nothing was ever signed by this log, and it starts with the chain. */
  isUnused(): boolean
  /** The signature of a statement that was written down, once more. */
  repeat(statement: SignedStatement): Uint8Array
  /** From here on only statements of this epoch are signed; those of older ones are forgotten. */
  enter(epoch: Pick<Epoch, 'number' | 'epochHash'>): Promise<void>
  /** A new log in the place of a lost or unused one: nothing is signed at or below that floor. */
  begin(floor: Floor): Promise<void>
  /** One after another, each with an fsync of its own. Rejects when the disk fails: the process must end. */
  sign(statement: SignedStatement): Promise<Uint8Array | SignRefused>
  /** Nothing at or below that view of the epoch is signed any more. */
  raise(view: number): Promise<void>
  close(): Promise<void>
}

export interface SignerOptions {
  readonly disk: Disk
  readonly chain: ChainContext
  readonly bls: Bls
  /** 32 bytes. */
  readonly secret: Uint8Array
  readonly compactBytes?: number
}

/** `isChainNew`: no block is committed, so a missing log is a new one. */
export async function openSigner(options: SignerOptions, isChainNew: boolean): Promise<Signer> {
  const { disk, chain } = options
  await disk.remove(FRESH_FILE)
  const bytes = await disk.read(FILE)
  const signer = new LoggedSigner(options)
  if (bytes === undefined) {
    if (isChainNew) await signer.begin({ epoch: 0, view: 0 })
    return signer
  }
  const { records, goodBytes } = readRecords(bytes)
  const floor = records[0]?.type === TYPE.floor ? decodeFloor(records[0].payload) : undefined
  const statements = records.slice(1).map(({ payload }) => decodeStatement(chain, payload))
  // One record is written per fsync: a bad last one was never signed, a bad earlier one hides statements.
  const isLost = hasRecordAfter(bytes, goodBytes, records.at(-1)?.seq ?? 0)
  if (floor === undefined || isLost || statements.includes(undefined)) return signer
  await signer.restore(floor, statements as SignedStatement[], records.at(-1)!.seq + 1, goodBytes)
  return signer
}

class LoggedSigner implements Signer {
  readonly publicKey: Uint8Array
  readonly #options: SignerOptions
  readonly #log = createCastLog()
  #floor: Floor | undefined
  #epoch: Pick<Epoch, 'number' | 'epochHash'> | undefined
  #file: AppendFile | undefined
  #seq = 1
  #compactAtBytes: number
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: SignerOptions) {
    this.#options = options
    this.#compactAtBytes = options.compactBytes ?? COMPACT_BYTES
    this.publicKey = options.bls.publicKey(options.secret)
  }

  async restore(floor: Floor, statements: readonly SignedStatement[], seq: number, goodBytes: number): Promise<void> {
    this.#floor = floor
    for (const statement of statements) this.#log.add(statement)
    this.#seq = seq
    this.#file = await this.#options.disk.open(FILE, goodBytes)
    await this.#file.sync()
  }

  floor(): Floor | undefined {
    return this.#floor
  }

  isUnused(): boolean {
    return this.#floor?.epoch === 0 && this.#floor.view === 0 && this.#log.count === 0
  }

  signed(): readonly SignedStatement[] {
    return this.#log.statements().filter((statement) => this.#isCurrent(statement) && !this.#isBelowFloor(statement))
  }

  repeat(statement: SignedStatement): Uint8Array {
    const { bls, chain, secret } = this.#options
    if (!this.#log.has(statement)) throw new RangeError(`no such ${statement.kind} was written down`)
    return bls.sign(secret, statementHash(chain, statement))
  }

  enter(epoch: Pick<Epoch, 'number' | 'epochHash'>): Promise<void> {
    return this.#next(async () => {
      this.#epoch = epoch
      if (this.#floor === undefined || this.#floor.epoch >= epoch.number) return
      this.#floor = { epoch: epoch.number, view: 0 }
      await this.#compact()
    })
  }

  begin(floor: Floor): Promise<void> {
    return this.#next(async () => {
      this.#floor = floor
      this.#log.keep(() => false)
      await this.#compact()
    })
  }

  sign(statement: SignedStatement): Promise<Uint8Array | SignRefused> {
    return this.#next(async () => {
      if (this.#log.has(statement)) return this.repeat(statement)
      const reason = this.#refusal(statement)
      if (reason !== undefined) return { kind: 'refused', reason }
      await this.#write(statement)
      return this.repeat(statement)
    })
  }

  raise(view: number): Promise<void> {
    return this.#next(async () => {
      if (this.#floor?.epoch !== this.#epoch?.number || this.#floor === undefined || view <= this.#floor.view) return
      this.#floor = { epoch: this.#floor.epoch, view }
      // Written at the next compaction: until then the file still holds what the floor would stand for.
      if (this.#file!.sizeBytes >= this.#compactAtBytes) await this.#compact()
    })
  }

  async close(): Promise<void> {
    await this.#next(async () => this.#file?.close())
  }

  /** One at a time; after a failure nothing is done any more. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work)
    this.#tail = done
    done.catch(() => {})
    return done
  }

  #isCurrent(statement: SignedStatement): boolean {
    return this.#epoch !== undefined && equal(statement.epochHash, this.#epoch.epochHash)
  }

  #isBelowFloor(statement: SignedStatement): boolean {
    const floor = this.#floor!
    if (this.#epoch!.number !== floor.epoch) return this.#epoch!.number < floor.epoch
    return statement.kind !== 'attribution' && statement.view <= floor.view
  }

  #refusal(statement: SignedStatement): string | undefined {
    if (this.#floor === undefined) return 'the signer log is lost'
    if (!this.#isCurrent(statement)) return 'of another epoch'
    if (this.#isBelowFloor(statement))
      return `not above the floor, view ${this.#floor.view} of epoch ${this.#floor.epoch}`
    return this.#log.conflict(statement)
  }

  async #write(statement: SignedStatement): Promise<void> {
    const payload = statementBytes(this.#options.chain, statement)
    await this.#file!.append(encodeRecord({ seq: this.#seq++, type: TYPE.statement, payload }))
    await this.#file!.sync()
    this.#log.add(statement)
  }

  /** New file, fsync, rename, fsync the folder: at each moment one whole log is there. */
  async #compact(): Promise<void> {
    const { disk, chain, compactBytes } = this.#options
    const isEntered = this.#epoch !== undefined
    this.#log.keep((statement) => !isEntered || (this.#isCurrent(statement) && !this.#isBelowFloor(statement)))
    await this.#file?.close()
    const file = await disk.open(FRESH_FILE, 0)
    const floor = { seq: this.#seq++, type: TYPE.floor, payload: encodeFloor(this.#floor!) }
    await file.append(encodeRecord(floor))
    for (const statement of this.#log.statements())
      await file.append(
        encodeRecord({ seq: this.#seq++, type: TYPE.statement, payload: statementBytes(chain, statement) }),
      )
    await file.sync()
    await disk.rename(FRESH_FILE, FILE)
    await disk.syncFolder()
    this.#file = file
    this.#compactAtBytes = Math.max(compactBytes ?? COMPACT_BYTES, 2 * file.sizeBytes)
  }
}
