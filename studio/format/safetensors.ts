/**
 * safetensors, read strictly and written canonically (github.com/huggingface/safetensors, format of `u64 header length ‖
 * JSON header ‖ data`): names sorted by UTF-8 bytes, data in that order without gaps, so equal tensors give equal bytes.
 */
import { compare, concat, utf8 } from '../../primitives/bytes.ts'
import { refuse } from '../refusal.ts'
import type { StudioRefused } from '../surface.ts'

/** What the engine reads: f32 only. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** A base of engine 1 is small; 64 MiB is 16 million f32 parameters, far above what a validator re-executes. */
export const SAFETENSORS_BYTES_MAX = 64 << 20
/** The format's own limit is 100 MB; 4,096 tensors of 256 bytes of header each fit 1 MiB. */
const HEADER_BYTES_MAX = 1 << 20
const TENSORS_MAX = 4096
const DIMENSIONS_MAX = 4
const METADATA = '__metadata__'

/** Tensors → file bytes, the same on every machine. Throws a `RangeError` on a shape that does not hold its data. */
export function encodeSafetensors(file: Safetensors): Uint8Array {
  const entries = [...file.tensors].sort(([a], [b]) => compare(utf8(a), utf8(b)))
  const header: [string, unknown][] = []
  const metadata = Object.entries(file.metadata).sort(([a], [b]) => compare(utf8(a), utf8(b)))
  if (metadata.length > 0) header.push([METADATA, Object.fromEntries(metadata)])
  let offset = 0
  const parts: Uint8Array[] = []
  for (const [name, { shape, data }] of entries) {
    if (product(shape) !== data.length) throw new RangeError(`${name}: [${shape}] does not hold ${data.length} values`)
    header.push([name, { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * data.length] }])
    offset += 4 * data.length
    parts.push(littleEndian(data))
  }
  // A list of pairs, not an object: JavaScript would move names that look like integers to the front.
  const json = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
  const text = utf8(json)
  const padded = concat(text, new Uint8Array(-text.length & 7).fill(0x20))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true)
  return concat(length, padded, ...parts)
}

/** File bytes → tensors (copies), or the first rule they break. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors | StudioRefused {
  const bad = (expected: string, got: unknown) => refuse('BadSafetensors', expected, String(got))
  if (bytes.length > SAFETENSORS_BYTES_MAX) return bad(`at most ${SAFETENSORS_BYTES_MAX} bytes`, bytes.length)
  if (bytes.length < 8) return bad('a length of 8 bytes', `${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = view.getBigUint64(0, true)
  if (headerLength > BigInt(Math.min(HEADER_BYTES_MAX, bytes.length - 8)))
    return bad(`a header of at most ${Math.min(HEADER_BYTES_MAX, bytes.length - 8)} bytes`, headerLength)
  const header = parseHeader(bytes.subarray(8, 8 + Number(headerLength)))
  if (header === undefined) return bad('a JSON object as header', 'something else')
  const data = bytes.subarray(8 + Number(headerLength))
  const metadata = header[METADATA] ?? {}
  if (!isTextMap(metadata)) return bad('metadata from text to text', JSON.stringify(metadata))
  const names = Object.keys(header).filter((name) => name !== METADATA)
  if (names.length > TENSORS_MAX) return bad(`at most ${TENSORS_MAX} tensors`, names.length)
  return readTensors(header, names, data, metadata)
}

interface Entry {
  readonly name: string
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

function readTensors(
  header: Record<string, unknown>,
  names: readonly string[],
  data: Uint8Array,
  metadata: Record<string, string>,
): Safetensors | StudioRefused {
  const entries: Entry[] = []
  for (const name of names) {
    const entry = parseEntry(name, header[name])
    if ('kind' in entry) return entry
    entries.push(entry)
  }
  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  let at = 0
  const tensors = new Map<string, HostTensor>()
  for (const { name, shape, start, end } of entries) {
    if (start !== at) return refuse('BadSafetensors', `${name} to begin at ${at}: no gap, no overlap`, `${start}`)
    if (end > data.length) return refuse('BadSafetensors', `${name} to end within ${data.length} bytes`, `${end}`)
    tensors.set(name, { shape, data: fromLittleEndian(data.subarray(start, end)) })
    at = end
  }
  if (at !== data.length) return refuse('BadSafetensors', `data to end at ${at}`, `${data.length} bytes`)
  return { tensors, metadata }
}

function parseEntry(name: string, value: unknown): Entry | StudioRefused {
  const bad = (expected: string, got: unknown) =>
    refuse('BadSafetensors', `${name}: ${expected}`, JSON.stringify(got) ?? 'nothing')
  if (typeof value !== 'object' || value === null) return bad('an object', value)
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>
  if (dtype !== 'F32') return bad('dtype F32', dtype)
  if (!isSizes(shape) || shape.length > DIMENSIONS_MAX) return bad(`a shape of at most ${DIMENSIONS_MAX} sizes`, shape)
  if (!isSizes(offsets) || offsets.length !== 2) return bad('two data_offsets', offsets)
  const [start, end] = offsets as [number, number]
  if (end - start !== 4 * product(shape)) return bad(`${4 * product(shape)} bytes`, offsets)
  return { name, shape, start, end }
}

/** JSON object, or `undefined`. A repeated name keeps its last value, and its first leaves a gap, which is refused. */
function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return value as Record<string, unknown>
  } catch {
    return undefined
  }
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0 && x <= SAFETENSORS_BYTES_MAX)

const isTextMap = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && Object.values(value).every((x) => typeof x === 'string')

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

function littleEndian(data: Float32Array): Uint8Array {
  const out = new Uint8Array(4 * data.length)
  const view = new DataView(out.buffer)
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i]!, true)
  return out
}

function fromLittleEndian(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}
