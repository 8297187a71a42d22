/** The plain JavaScript twin: the readable reference of every kernel (influence.md §10.4). */
import { type CodeTile, codeTiles, holdCodes } from '../codeSource.ts'
import { flagRows } from '../gradients/guard.ts'
import type { ComputeBackend, KernelInput, Kernels } from './kernels.ts'

/** 1,024 · 2^14 · 127 < 2^31: products of a 15-bit operand with a code that one i32 may sum. */
const WIDE_CHUNK = 1024
/** Codes that are held; a typed array of this size is still a plain one. */
const MEMORY_BYTES_MAX = 2 ** 31
/** Of an index that is not held: two tiles are in memory, and reads of this size reach a disk's full speed. */
const TILE_BYTES_MAX = 2 ** 25

export function createJsBackend(description = 'plain JavaScript'): ComputeBackend {
  return {
    backend: 'js',
    description,
    flagRows,
    openKernels: async (index, { memoryBytesMax = MEMORY_BYTES_MAX } = {}) => {
      const codes = await holdCodes(index.codes, memoryBytesMax)
      return createJsKernels({ ...index, codes }, Math.min(TILE_BYTES_MAX, Math.floor(memoryBytesMax / 2)))
    },
    close: () => {},
  }
}

export function createJsKernels(index: KernelInput, tileBytesMax = TILE_BYTES_MAX): Kernels {
  const input: TiledInput = { ...index, tileBytesMax }
  return {
    backend: 'js',
    dotRows: (vectors, count) => dotRows(input, vectors, count),
    mixRows: (weights, count) => mixRows(input, weights, count),
    dotRowsWide: (vectors, count) => dotRowsWide(input, vectors, count),
    close: () => {},
  }
}

interface TiledInput extends KernelInput {
  readonly tileBytesMax: number
}

/** Calls `visit` for every query, block and tile: `at` is where the (query, block) begins in a count × L × n table. */
async function walk(
  { rowCount, offsets, codes, tileBytesMax }: TiledInput,
  count: number,
  visit: (tile: CodeTile, q: number, l: number, at: number) => void,
): Promise<void> {
  for await (const tile of codeTiles(codes, tileBytesMax)) {
    for (let q = 0; q < count; q++) {
      for (let l = 0; l < offsets.length; l++) visit(tile, q, l, (q * offsets.length + l) * rowCount)
    }
  }
}

async function dotRows(index: TiledInput, vectors: Int8Array, count: number): Promise<Int32Array> {
  const { rowCount, rowBytes, offsets, paddedDims } = index
  const out = new Int32Array(count * offsets.length * rowCount)
  await walk(index, count, ({ first, count: rows, codes }, q, l, at) => {
    const start = q * rowBytes + offsets[l]!
    const own = vectors.subarray(start, start + paddedDims[l]!)
    for (let i = 0; i < rows; i++) out[at + first + i] = dot(codes, i * rowBytes + offsets[l]!, own)
  })
  return out
}

/** Σ a·b; d is a multiple of 16, so four sums run side by side. */
function dot(codes: Int8Array, at: number, vector: Int8Array): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let j = 0; j < vector.length; j += 4) {
    s0 = (s0 + codes[at + j]! * vector[j]!) | 0
    s1 = (s1 + codes[at + j + 1]! * vector[j + 1]!) | 0
    s2 = (s2 + codes[at + j + 2]! * vector[j + 2]!) | 0
    s3 = (s3 + codes[at + j + 3]! * vector[j + 3]!) | 0
  }
  return s0 + s1 + s2 + s3
}

async function dotRowsWide(index: TiledInput, vectors: Int16Array, count: number): Promise<Float64Array> {
  const { rowCount, rowBytes, offsets, paddedDims } = index
  const out = new Float64Array(count * offsets.length * rowCount)
  await walk(index, count, ({ first, count: rows, codes }, q, l, at) => {
    const start = q * rowBytes + offsets[l]!
    const own = vectors.subarray(start, start + paddedDims[l]!)
    for (let i = 0; i < rows; i++) out[at + first + i] = dotWide(codes, i * rowBytes + offsets[l]!, own)
  })
  return out
}

function dotWide(codes: Int8Array, at: number, vector: Int16Array): number {
  let total = 0
  for (let start = 0; start < vector.length; start += WIDE_CHUNK) {
    const end = Math.min(vector.length, start + WIDE_CHUNK)
    let s0 = 0
    let s1 = 0
    for (let j = start; j < end; j += 2) {
      s0 = (s0 + codes[at + j]! * vector[j]!) | 0
      s1 = (s1 + codes[at + j + 1]! * vector[j + 1]!) | 0
    }
    total += s0 + s1
  }
  return total
}

async function mixRows(index: TiledInput, weights: Int16Array, count: number): Promise<Float64Array> {
  const { rowBytes, offsets, paddedDims } = index
  const out = new Float64Array(count * rowBytes)
  await walk(index, count, ({ first, count: rows, codes }, q, l, at) => {
    const start = q * rowBytes + offsets[l]!
    const own = out.subarray(start, start + paddedDims[l]!)
    const partial = new Int32Array(own.length)
    for (let chunk = 0; chunk < rows; chunk += WIDE_CHUNK) {
      const end = Math.min(rows, chunk + WIDE_CHUNK)
      partial.fill(0)
      for (let i = chunk; i < end; i++) {
        const weight = weights[at + first + i]!
        if (weight !== 0) addRow(partial, codes, i * rowBytes + offsets[l]!, weight)
      }
      for (let j = 0; j < own.length; j++) own[j]! += partial[j]!
    }
  })
  return out
}

function addRow(partial: Int32Array, codes: Int8Array, at: number, weight: number): void {
  for (let j = 0; j < partial.length; j++) partial[j] = partial[j]! + weight * codes[at + j]!
}
