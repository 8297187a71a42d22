/** Reads cases of the influence vectors: words, options, and the stages of §5 in the layout of the stage hashes. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type BuildOptions, type BuiltIndex, buildIndex, type GradientRow } from '../../../influence/buildIndex.ts'
import { createQuery } from '../../../influence/queryFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import type { BlockStages } from '../../../influence/scoring/scoringIndex.ts'
import type { Query } from '../../../influence/surface.ts'
import { fromHex } from '../../../primitives/bytes.ts'

export type StageName = 'Q' | 'R' | 'W' | 'U' | 'Z' | 'H' | 'P'
export const STAGE_NAMES: readonly StageName[] = ['Q', 'R', 'W', 'U', 'Z', 'H', 'P']

export interface VectorLayer {
  readonly e0: number
  readonly eMin: number
  readonly floor: number
  readonly T: string
}

export interface VectorIndex {
  readonly nA: number
  readonly status: readonly number[]
  readonly dupOf: readonly (number | null)[]
  readonly exponents: readonly (readonly number[])[]
  readonly layers: readonly VectorLayer[]
  readonly rho: readonly string[]
  readonly rhoRef: string
  readonly codes?: readonly (readonly number[])[]
  readonly N?: readonly (readonly string[])[]
  /** Hex of each row's guard vector. */
  readonly guard?: readonly string[]
  readonly guardSha256: string
  readonly codesSha256: string
  readonly indexHeader: string
  readonly indexRoot: string
  readonly indexFileSha256: string
}

export type VectorBlock = Record<StageName, readonly string[]> & {
  readonly t: number
  readonly z: number
  readonly M31: string
  readonly xl: number
  readonly x: number
}

export interface VectorAttribution {
  readonly K: number
  readonly tau: number
  readonly level: 0 | 1
  readonly B: Readonly<Record<string, string>>
  readonly dropped: readonly (readonly [number, number])[]
  readonly entries: readonly { row: number; datanetId: string; rowId: string; score: string; weight: string }[]
  readonly resultHex: string
  readonly attributionRoot: string
}

export interface VectorResult {
  readonly query: number
  readonly queryHash: string
  readonly queryCodes?: readonly number[]
  readonly queryExponents?: readonly number[]
  readonly blocks?: readonly VectorBlock[]
  readonly stages?: Record<StageName | 'S', string> & Record<'t' | 'z' | 'x', readonly number[]>
  readonly G: number
  readonly S: readonly string[]
  readonly scoresRoot: string
  readonly contextRoot: string
  readonly attribution: VectorAttribution
}

export interface VectorCase {
  readonly name: string
  readonly dims: readonly number[]
  readonly tau: number
  readonly clip: number
  readonly guardSeed: string
  readonly modelVersion: string
  readonly rows?: readonly (readonly string[])[]
  readonly queries?: readonly (readonly string[])[]
  readonly ids?: readonly (readonly string[])[]
  /** Words of rows, then queries, as raw f32. */
  readonly file?: string
  readonly index: VectorIndex
  readonly results: readonly VectorResult[]
}

export const bytesOf = (hex: string): Uint8Array => fromHex(`0x${hex}`)
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export const sha256Of = (...parts: readonly ArrayBufferView[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
  return hash.digest('hex')
}

export function splitBlocks(words: Uint32Array, dims: readonly number[]): Uint32Array[] {
  let at = 0
  return dims.map((d) => {
    at += d
    return words.subarray(at - d, at)
  })
}

const parseWords = (words: readonly string[]): Uint32Array =>
  Uint32Array.from(words, (word) => Number.parseInt(word, 16))

/** The f32 words of a case's rows and queries. */
export function wordsOfCase(vector: VectorCase, folder: string): { rows: Uint32Array[]; queries: Uint32Array[] } {
  if (vector.file === undefined) return { rows: vector.rows!.map(parseWords), queries: vector.queries!.map(parseWords) }
  const raw = new Uint8Array(readFileSync(`${folder}/${vector.file}`))
  const words = new Uint32Array(raw.buffer)
  const width = vector.dims.reduce((sum, d) => sum + d, 0)
  const all = Array.from({ length: words.length / width }, (_, i) => words.subarray(i * width, (i + 1) * width))
  return { rows: all.slice(0, vector.index.status.length), queries: all.slice(vector.index.status.length) }
}

/** Rows with the default identity of the vectors, or with the ids given. */
export function rowsOf(
  words: readonly Uint32Array[],
  dims: readonly number[],
  ids?: readonly (readonly string[])[],
): GradientRow[] {
  return words.map((own, row) => ({
    datanetId: BigInt(ids?.[row]?.[0] ?? 1),
    rowId: BigInt(ids?.[row]?.[1] ?? row + 1),
    orderKey: ids ? BigInt(ids[row]![2]!) : 2n ** 24n + BigInt(row),
    blocks: splitBlocks(own, dims),
  }))
}

export function buildOrThrow(rows: readonly GradientRow[], options: BuildOptions): BuiltIndex {
  const built = buildIndex(rows, options)
  if (isRefused(built)) throw new Error(`${built.code}: ${built.expected} / ${built.got}`)
  return built
}

export interface OpenedCase {
  readonly built: BuiltIndex
  readonly queries: readonly Query[]
}

export function openCase(vector: VectorCase, folder: string): OpenedCase {
  const { rows, queries } = wordsOfCase(vector, folder)
  const { dims: blockDims, tau, clip } = vector
  const modelVersion = bytesOf(vector.modelVersion)
  const options = { blockDims, tau, clip, modelVersion, guardSeed: bytesOf(vector.guardSeed) }
  const built = buildOrThrow(rowsOf(rows, blockDims, vector.ids), options)
  return { built, queries: queries.map((words, q) => queryOf(words, built, BigInt(q + 1))) }
}

export function queryOf(words: Uint32Array, built: BuiltIndex, jobId: bigint): Query {
  const { layout } = built.file
  const query = createQuery(splitBlocks(words, layout.dims), layout, jobId, built.info.modelVersion)
  if (isRefused(query)) throw new Error(`query refused: ${query.code}`)
  return query
}

/** SHA-256 of one stage over the blocks in order, unpadded: i32, i64 or i16 as the vectors' README says. */
export function stageHash(
  name: StageName,
  blocks: readonly (BlockStages | undefined)[],
  dims: readonly number[],
  n: number,
): string {
  const parts = blocks.map((stages, l) => {
    const length = name === 'U' || name === 'Z' || name === 'H' ? dims[l]! : n
    const values = stages === undefined ? new Float64Array(length) : stages[name].slice(0, length)
    if (name === 'Q' || name === 'R' || name === 'W') return Int32Array.from(values, Number)
    return name === 'H' ? Int16Array.from(values, Number) : BigInt64Array.from(values, BigInt)
  })
  return sha256Of(...parts)
}

/** One stage of one block as decimal strings, unpadded. */
export function stageText(name: StageName, stages: BlockStages | undefined, d: number, n: number): string[] {
  const length = name === 'U' || name === 'Z' || name === 'H' ? d : n
  if (stages === undefined) return Array(length).fill('0')
  const values: ArrayLike<number | bigint> = stages[name].slice(0, length)
  // BigInt drops the sign of a double's −0.
  return Array.from(values, (value) => `${BigInt(value)}`)
}
