/** Records of the WAL and the signer log: `length[4] ‖ crc32[4] ‖ seq[8] ‖ type[1] ‖ payload` (consensus.md §8). */
import { crc32 } from 'node:zlib'

export interface LogRecord {
  readonly seq: number
  readonly type: number
  readonly payload: Uint8Array
}

export const RECORD_HEAD_BYTES = 4 + 4 + 8 + 1
/** The CRC covers all after it. */
const CRC_FROM = 8

export function encodeRecord({ seq, type, payload }: LogRecord): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEAD_BYTES + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, payload.length)
  view.setBigUint64(8, BigInt(seq))
  bytes[16] = type
  bytes.set(payload, RECORD_HEAD_BYTES)
  view.setUint32(4, crc32(bytes.subarray(CRC_FROM)))
  return bytes
}

/** The record that starts at `from`; undefined: there is none, or it is damaged. */
function recordAt(bytes: Uint8Array, from: number): LogRecord | undefined {
  if (bytes.length - from < RECORD_HEAD_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, bytes.length - from)
  const end = RECORD_HEAD_BYTES + view.getUint32(0)
  if (end > view.byteLength) return undefined
  const seq = view.getBigUint64(8)
  if (seq > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  if (crc32(bytes.subarray(from + CRC_FROM, from + end)) !== view.getUint32(4)) return undefined
  return { seq: Number(seq), type: bytes[from + 16]!, payload: bytes.slice(from + RECORD_HEAD_BYTES, from + end) }
}

export interface ReadRecords {
  readonly records: readonly LogRecord[]
  /** Where the last good record ends: what follows was cut short, damaged, or is nothing. */
  readonly goodBytes: number
}

/** Records in a row, each numbered one above the one before; `firstSeq` is what the first must have, if that is known. */
export function readRecords(bytes: Uint8Array, firstSeq?: number): ReadRecords {
  const records: LogRecord[] = []
  let at = 0
  for (let expected = firstSeq; ; ) {
    const record = recordAt(bytes, at)
    if (record === undefined || (expected !== undefined && record.seq !== expected)) break
    records.push(record)
    at += RECORD_HEAD_BYTES + record.payload.length
    expected = record.seq + 1
  }
  return { records, goodBytes: at }
}

/** Whether any whole record of a number above `seq` begins at `from` or later, at whatever offset. */
export function hasRecordAfter(bytes: Uint8Array, from: number, seq: number): boolean {
  for (let at = from; at + RECORD_HEAD_BYTES <= bytes.length; at++) {
    const record = recordAt(bytes, at)
    if (record !== undefined && record.seq > seq) return true
  }
  return false
}
