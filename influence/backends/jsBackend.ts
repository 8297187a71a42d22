/** The plain JavaScript twin: the readable reference of every kernel (influence.md §10.4). */
import { flagRows } from '../gradients/guard.ts'
import type { ComputeBackend, KernelInput, Kernels } from './kernels.ts'

/** 1,024 · 2^14 · 127 < 2^31: products of a 15-bit operand with a code that one i32 may sum. */
const WIDE_CHUNK = 1024

export function createJsBackend(description = 'plain JavaScript'): ComputeBackend {
  return { backend: 'js', description, flagRows, openKernels: async (index) => createJsKernels(index), close: () => {} }
}

export function createJsKernels(index: KernelInput): Kernels {
  return {
    backend: 'js',
    dotRows: async (l, vectors, count) => dotRows(index, l, vectors, count),
    dotRowsWide: async (l, vectors, count) => dotRowsWide(index, l, vectors, count),
    mixRows: async (l, weights, count) => mixRows(index, l, weights, count),
    close: () => {},
  }
}

function dotRows(index: KernelInput, l: number, vectors: Int8Array, count: number): Int32Array {
  const { rowCount, rowBytes, codes } = index
  const d = index.paddedDims[l]!
  const out = new Int32Array(count * rowCount)
  for (let q = 0; q < count; q++) {
    const own = vectors.subarray(q * d, (q + 1) * d)
    for (let i = 0; i < rowCount; i++) out[q * rowCount + i] = dot(codes, i * rowBytes + index.offsets[l]!, own)
  }
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

function dotRowsWide(index: KernelInput, l: number, vectors: Int16Array, count: number): Float64Array {
  const { rowCount, rowBytes, codes } = index
  const d = index.paddedDims[l]!
  const out = new Float64Array(count * rowCount)
  for (let q = 0; q < count; q++) {
    const own = vectors.subarray(q * d, (q + 1) * d)
    for (let i = 0; i < rowCount; i++) out[q * rowCount + i] = dotWide(codes, i * rowBytes + index.offsets[l]!, own)
  }
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

/** Column sums; every device may use these, since the weights come back to the CPU anyway. */
export function mixRows(index: KernelInput, l: number, weights: Int16Array, count: number): Float64Array {
  const { rowCount, rowBytes, codes } = index
  const d = index.paddedDims[l]!
  const out = new Float64Array(count * d)
  const partial = new Int32Array(d)
  for (let q = 0; q < count; q++) {
    const own = out.subarray(q * d, (q + 1) * d)
    for (let first = 0; first < rowCount; first += WIDE_CHUNK) {
      const end = Math.min(rowCount, first + WIDE_CHUNK)
      partial.fill(0)
      for (let i = first; i < end; i++) {
        const weight = weights[q * rowCount + i]!
        if (weight !== 0) addRow(partial, codes, i * rowBytes + index.offsets[l]!, weight)
      }
      for (let j = 0; j < d; j++) own[j]! += partial[j]!
    }
  }
  return out
}

function addRow(partial: Int32Array, codes: Int8Array, at: number, weight: number): void {
  for (let j = 0; j < partial.length; j++) partial[j] = partial[j]! + weight * codes[at + j]!
}
