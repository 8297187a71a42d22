/** Duplicate flags (influence.md §3.5) with the matches found on the device; only bits come back. */
import { memoryCodes } from '../codeSource.ts'
import { type Flags, flagRowsBy, guardDot, isEmptyRow } from '../gradients/guard.ts'
import { GUARD_BYTES } from '../indexFile.ts'
import { type CodeBands, openCodeBands } from './codeBands.ts'
import { createFilled } from './deviceTables.ts'
import type { GpuDevice } from './gpuDevice.ts'
import { compileMatch, type Pipelines } from './pipelines.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { WORKGROUP_SIZE } from './shaders/dotRows.ts'
import type { MatchResult } from './shaders/matchRows.ts'
import { readBuffer } from './workspace.ts'

/** Bits of one reading: 2^27 are 16 MiB. */
const BITS_MAX = 2 ** 27
const DISPATCH_MS = 50

interface Guards {
  readonly gpu: GpuDevice
  readonly pipelines: Pipelines
  readonly recorder: Recorder
  readonly bands: CodeBands
  readonly norms: GPUBuffer
  readonly guards: Int8Array
  readonly tau: number
  readonly macsPerMs: number
}

/**
 * First one bit for each row that is like any earlier one: half of n² products, n bits. Then, for those few rows alone, one
 * bit for every earlier row they are like, from which the host takes the first accepted one.
 */
export async function flagRowsOnDevice(
  gpu: GpuDevice,
  pipelines: Pipelines,
  macsPerMs: number,
  guards: Int8Array,
  norms: Uint32Array,
  blockCount: number,
  tau: number,
): Promise<Flags> {
  const rowCount = guards.length / GUARD_BYTES
  const isEmpty = (row: number): boolean => isEmptyRow(norms, blockCount, row)
  if (tau === 0) return flagRowsBy(rowCount, isEmpty, () => undefined)
  const source = memoryCodes(guards, rowCount, GUARD_BYTES)
  const bands = await openCodeBands(gpu, pipelines.spreadQuads, source)
  const recorder = await createRecorder(gpu)
  const guardNorms = Uint32Array.from({ length: rowCount }, (_, row) => guardDot(guards, row, row))
  const own = {
    gpu,
    pipelines,
    recorder,
    bands,
    norms: await createFilled(gpu, guardNorms, 'norms'),
    guards,
    tau,
    macsPerMs,
  }
  try {
    const all = Uint32Array.from({ length: rowCount }, (_, row) => row)
    const marks = await findBits(own, 'mark', all)
    const marked = all.filter((row) => isSet(marks, row))
    const matches = await collectMatches(own, marked)
    return flagRowsBy(rowCount, isEmpty, (row, isAccepted) => matches.get(row)?.find(isAccepted))
  } finally {
    own.norms.destroy()
    bands.close()
    recorder.close()
  }
}

const isSet = (bits: Uint32Array, at: number): boolean => ((bits[at >> 5]! >>> (at & 31)) & 1) === 1

/** Earlier rows that are like each marked row, ascending. */
async function collectMatches(own: Guards, marked: Uint32Array): Promise<Map<number, readonly number[]>> {
  const { paddedRows } = own.bands
  const matches = new Map<number, readonly number[]>()
  const step = Math.max(1, Math.floor(BITS_MAX / paddedRows))
  for (let first = 0; first < marked.length; first += step) {
    const rows = marked.subarray(first, first + step)
    const bits = await findBits(own, 'match', rows)
    const words = paddedRows / 32
    for (const [v, row] of rows.entries()) {
      matches.set(row, setBits(bits.subarray(v * words, (v + 1) * words)))
    }
  }
  return matches
}

function setBits(bits: Uint32Array): number[] {
  const out: number[] = []
  for (const [word, marks] of bits.entries()) {
    if (marks === 0) continue
    for (let bit = 0; bit < 32; bit++) if (((marks >>> bit) & 1) === 1) out.push(word * 32 + bit)
  }
  return out
}

/** The bits of `rows` against all earlier rows: one a row, or one a pair. */
async function findBits(
  { gpu, pipelines, recorder, bands, norms, guards, tau, macsPerMs }: Guards,
  result: MatchResult,
  rows: Uint32Array,
): Promise<Uint32Array> {
  const pipeline = await compileMatch(gpu, pipelines, result)
  const { matchRows: tile } = pipelines.choice
  const wordsPerVector = bands.paddedRows / 32
  const words = result === 'mark' ? Math.ceil(rows.length / 32) : rows.length * wordsPerVector
  const codes = new Int8Array(rows.length * GUARD_BYTES)
  for (const [v, row] of rows.entries()) {
    codes.set(guards.subarray(row * GUARD_BYTES, (row + 1) * GUARD_BYTES), v * GUARD_BYTES)
  }
  const vectors = await createFilled(gpu, codes, 'guard vectors')
  const vectorRows = await createFilled(gpu, rows, 'rows')
  const bits = await createFilled(gpu, new Uint32Array(words), 'bits', GPUBufferUsage.COPY_SRC)
  try {
    await bands.forEach(recorder, ({ firstRow, rowCount, buffer }) => {
      const macsPerVector = rowCount * GUARD_BYTES
      const step = tile.vectors * Math.max(1, Math.floor((macsPerMs * DISPATCH_MS) / macsPerVector / tile.vectors))
      for (let first = 0; first < rows.length; first += Math.min(step, tile.vectors * 65_535)) {
        const end = Math.min(rows.length, first + Math.min(step, tile.vectors * 65_535))
        recorder.dispatch({
          pipeline,
          buffers: [buffer, vectors, vectorRows, norms, bits],
          shape: [rowCount, firstRow, first, end, tau, wordsPerVector],
          groups: [Math.ceil((end - first) / tile.vectors), Math.ceil(rowCount / (WORKGROUP_SIZE * tile.rows)), 1],
          costMs: (macsPerVector * (end - first)) / macsPerMs,
        })
      }
    })
    return new Uint32Array(await readBuffer(gpu, recorder, bits, 4 * words))
  } finally {
    for (const buffer of [vectors, vectorRows, bits]) buffer.destroy()
    recorder.forget()
  }
}
