/** A WebAssembly memory that all lanes share: the job's fields, the codes, and working memory behind them. */
import { type LaneMemoryLoan, type Lanes, WasmError } from './lanes.ts'

const PAGE_BYTES = 65_536
/** Where kernels/job.as reads its fields. */
const JOB_ADDRESS = 1024
/** Below are the fields; from here on memory is given out. */
const FIRST_ADDRESS = PAGE_BYTES

/** The fields in the order of kernels/job.as. */
const FIELDS = [
  'rowsPerTask',
  'rowCount',
  'codes',
  'rowBytes',
  'segments',
  'segmentCount',
  'operand',
  'queryCount',
  'table',
  'blockCount',
  'lanes',
  'laneBytes',
  'laneCount',
  'firstColumn',
  'columnCount',
  'acceptedCount',
  'firstRow',
  'tau',
  'norms',
  'bits',
  'out',
  'ratios',
  'layers',
  'shifts',
  'isWide',
  'messages',
  'words',
] as const
export type JobFields = Readonly<Partial<Record<(typeof FIELDS)[number], number>>>

export const alignTo = (value: number, unit: number): number => Math.ceil(value / unit) * unit

export class LaneMemory {
  readonly #lanes: Lanes
  readonly #loan: LaneMemoryLoan
  #end = FIRST_ADDRESS

  /** Throws a `WasmError` when there is no room for it. */
  constructor(lanes: Lanes) {
    this.#lanes = lanes
    this.#loan = lanes.borrowMemory()
  }

  get id(): number {
    return this.#loan.id
  }

  /** The address of `bytes` new bytes, 64-byte aligned, that may hold anything. */
  allocate(bytes: number): number {
    const address = this.#end
    this.#end = alignTo(address + bytes, 64)
    this.#grow(this.#end)
    return address
  }

  /** What is allocated from here on is given out again by the next `release`. */
  mark(): number {
    return this.#end
  }

  release(mark: number): void {
    this.#end = mark
  }

  #grow(end: number): void {
    // One page is kept behind the end: kernels read whole groups of rows.
    const missing = Math.ceil(end / PAGE_BYTES) + 1 - this.#loan.memory.buffer.byteLength / PAGE_BYTES
    if (missing <= 0) return
    try {
      this.#loan.memory.grow(missing)
    } catch (cause) {
      throw new WasmError('OutOfMemory', `WebAssembly memory of ${end} bytes`, cause)
    }
  }

  /** Views are good until the memory is dropped, also when it grows. */
  int8(address: number, length: number): Int8Array {
    return new Int8Array(this.#loan.memory.buffer, address, length)
  }

  uint8(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#loan.memory.buffer, address, length)
  }

  int16(address: number, length: number): Int16Array {
    return new Int16Array(this.#loan.memory.buffer, address, length)
  }

  int32(address: number, length: number): Int32Array {
    return new Int32Array(this.#loan.memory.buffer, address, length)
  }

  uint32(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#loan.memory.buffer, address, length)
  }

  bigInt64(address: number, length: number): BigInt64Array {
    return new BigInt64Array(this.#loan.memory.buffer, address, length)
  }

  /** What `own` says goes before what `fields` says. */
  setJob(fields: JobFields, own: JobFields = {}): void {
    const words = this.uint32(JOB_ADDRESS, FIELDS.length)
    for (let i = 0; i < FIELDS.length; i++) words[i] = own[FIELDS[i]!] ?? fields[FIELDS[i]!] ?? 0
  }

  close(): void {
    this.#lanes.returnMemory(this.#loan)
  }
}
