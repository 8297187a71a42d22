/** A Datanet row's canonical bytes: `u32 inputLength ‖ input ‖ output`, big-endian, well-formed UTF-8 (economy.md). */
import { concat, uintToBytes } from './bytes.ts'
import { sha256 } from './hashes.ts'

/** Canonical bytes of one row, length prefix included: the calldata bound per row. */
export const ROW_BYTES_MAX = 65_536

export interface Row {
  /** UTF-8 bytes of the prompt; may be empty. */
  readonly input: Uint8Array
  /** UTF-8 bytes of the wanted answer; not empty. */
  readonly output: Uint8Array
}

export type RowRefused = {
  readonly kind: 'invalid'
  readonly code: RowFault
  readonly expected: string
  readonly got: string
}
export type RowFault = 'RowTooShort' | 'RowTooLong' | 'RowInputLength' | 'RowOutputEmpty' | 'RowNotUtf8'

const refuse = (code: RowFault, expected: string, got: string): RowRefused => ({ kind: 'invalid', code, expected, got })

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Row → canonical bytes, or why it is not a row. */
export function encodeRow(row: Row): Uint8Array | RowRefused {
  const bytes = concat(uintToBytes(row.input.length, 4), row.input, row.output)
  const decoded = decodeRow(bytes)
  return 'kind' in decoded ? decoded : bytes
}

/** Canonical bytes → row (views into `bytes`), or why they are not one. */
export function decodeRow(bytes: Uint8Array): Row | RowRefused {
  if (bytes.length < 5) return refuse('RowTooShort', 'at least 5 bytes', `${bytes.length} bytes`)
  if (bytes.length > ROW_BYTES_MAX)
    return refuse('RowTooLong', `at most ${ROW_BYTES_MAX} bytes`, `${bytes.length} bytes`)
  const inputLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  if (inputLength > bytes.length - 4) return refuse('RowInputLength', `at most ${bytes.length - 4}`, `${inputLength}`)
  const input = bytes.subarray(4, 4 + inputLength)
  const output = bytes.subarray(4 + inputLength)
  if (output.length === 0) return refuse('RowOutputEmpty', 'an output of at least 1 byte', '0 bytes')
  if (!isUtf8(input)) return refuse('RowNotUtf8', 'a UTF-8 input', 'ill-formed bytes')
  if (!isUtf8(output)) return refuse('RowNotUtf8', 'a UTF-8 output', 'ill-formed bytes')
  return { input, output }
}

/** Row hash: sha-256 of the canonical bytes; also the digest in the row's content id. */
export function rowHash(canonical: Uint8Array): Uint8Array {
  return sha256(canonical)
}
