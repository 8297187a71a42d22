/** What every back end must reproduce before it is used (influence.md §10.2 no. 6): the product T4 and whole pipelines. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { buildIndex, type GradientRow } from '../buildIndex.ts'
import { memoryCodes } from '../codeSource.ts'
import { InfluenceEngine } from '../engine.ts'
import { createXorshift } from '../gpu/operatorTable.ts'
import { createQuery } from '../queryFile.ts'
import { isRefused } from '../refusal.ts'
import type { Score } from '../surface.ts'
import type { ComputeBackend, Kernels } from './kernels.ts'

export const PRODUCT_ROWS = 512
export const PRODUCT_COLUMNS = 2048

interface PipelineCase {
  readonly name: string
  readonly dims: readonly number[]
  readonly tau: number
  readonly clip: number
  readonly guardSeed: string
  readonly modelVersion: string
  readonly rows: readonly (readonly string[])[]
  readonly queries: readonly (readonly string[])[]
  readonly index: { readonly indexRoot: string }
  readonly results: readonly {
    readonly query: number
    readonly S: readonly string[]
    readonly G: number
    readonly scoresRoot: string
    readonly contextRoot: string
    readonly attribution: {
      readonly K: number
      readonly tau: number
      readonly level: 0 | 1
      readonly attributionRoot: string
    }
  }[]
}

export interface SelfTestVectors {
  readonly T1: { readonly outputsSha256: string }
  readonly T4: { readonly start: number; readonly productSha256: string }
  readonly pipeline: readonly PipelineCase[]
}

export const readSelfTestVectors = (): SelfTestVectors =>
  JSON.parse(readFileSync(new URL('../gpu/selftest.json', import.meta.url), 'utf8')) as SelfTestVectors

/** A wrong bit; the back end wraps it into its own error. */
export class SelfTestMismatch extends Error {
  readonly code = 'SelfTestMismatch'
  constructor(message: string) {
    super(message)
    this.name = 'SelfTestMismatch'
  }
}

export function expectEqual(what: string, expected: unknown, got: unknown): void {
  if (expected !== got) throw new SelfTestMismatch(`${what}: expected ${expected}, got ${got}`)
}

export const sha256Of = (values: Uint32Array | Int32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex')

/** The reference products of T4, which any back end may compute: codes and the expected hash. */
export function productCodes(start: number): Int8Array {
  const next = createXorshift(start)
  return Int8Array.from({ length: PRODUCT_ROWS * PRODUCT_COLUMNS }, () => (next() % 255) - 127)
}

/** Told of each check that has passed. */
export type OnCheck = (name: string, ms: number) => void

/** All that a back end of any kind must reproduce; throws a `SelfTestMismatch` at the first wrong bit. */
export async function checkBackend(backend: ComputeBackend, onCheck: OnCheck = () => {}): Promise<void> {
  const vectors = readSelfTestVectors()
  await checkProducts(vectors, backend, onCheck)
  await checkPipelines(vectors, backend, onCheck)
}

/** The product T4 by every kernel that computes one. */
async function checkProducts(vectors: SelfTestVectors, backend: ComputeBackend, onCheck: OnCheck): Promise<void> {
  const codes = productCodes(vectors.T4.start)
  const wide = Int16Array.from(codes)
  const check = async (kernel: string, product: Promise<Int32Array | Float64Array>) => {
    const startMs = performance.now()
    const got = sha256Of(Int32Array.from(await product))
    expectEqual(`T4, ${kernel}`, vectors.T4.productSha256, got)
    onCheck(`T4, ${kernel}`, performance.now() - startMs)
  }
  const rows = await openProduct(backend, codes, PRODUCT_ROWS, PRODUCT_COLUMNS)
  await check('dotRows', rows.dotRows(codes, PRODUCT_ROWS))
  await check('dotRowsWide', rows.dotRowsWide(wide, PRODUCT_ROWS))
  rows.close()
  const columns = await openProduct(backend, transpose(codes), PRODUCT_COLUMNS, PRODUCT_ROWS)
  await check('mixRows', columns.mixRows(wide, PRODUCT_ROWS))
  columns.close()
}

function openProduct(backend: ComputeBackend, codes: Int8Array, rowCount: number, rowBytes: number): Promise<Kernels> {
  const source = memoryCodes(codes, rowCount, rowBytes)
  return backend.openKernels({ rowCount, rowBytes, offsets: [0], paddedDims: [rowBytes], codes: source })
}

function transpose(codes: Int8Array): Int8Array {
  const out = new Int8Array(codes.length)
  for (let i = 0; i < PRODUCT_ROWS; i++) {
    for (let j = 0; j < PRODUCT_COLUMNS; j++) out[j * PRODUCT_ROWS + i] = codes[i * PRODUCT_COLUMNS + j]!
  }
  return out
}

/** Every pipeline case, its queries alone and as a batch; throws a `SelfTestMismatch` at the first wrong bit. */
export async function checkPipelines(
  vectors: SelfTestVectors,
  backend: ComputeBackend,
  onCheck: OnCheck = () => {},
): Promise<void> {
  for (const vector of vectors.pipeline) {
    const startMs = performance.now()
    await runPipeline(vector, backend)
    onCheck(`pipeline "${vector.name}"`, performance.now() - startMs)
  }
}

async function runPipeline(vector: PipelineCase, backend: ComputeBackend): Promise<void> {
  const { name, dims, tau, clip } = vector
  const modelVersion = fromHex(`0x${vector.modelVersion}`)
  const rows: GradientRow[] = vector.rows.map((words, row) => ({
    datanetId: 1n,
    rowId: BigInt(row + 1),
    orderKey: 2n ** 24n + BigInt(row),
    blocks: blocksOf(words, dims),
  }))
  const built = buildIndex(rows, {
    blockDims: dims,
    tau,
    clip,
    modelVersion,
    guardSeed: fromHex(`0x${vector.guardSeed}`),
  })
  if (isRefused(built)) throw new SelfTestMismatch(`${name}: the index is refused with ${built.code}`)
  expectEqual(`${name}, indexRoot`, `0x${vector.index.indexRoot}`, toHex(built.info.indexRoot))
  const engine = await InfluenceEngine.open(built.bytes, { backend })
  if (isRefused(engine)) throw new SelfTestMismatch(`${name}: the index is refused with ${engine.code}`)
  const queries = vector.queries.map((words, q) => {
    const query = createQuery(blocksOf(words, dims), built.file.layout, BigInt(q + 1), modelVersion)
    if (isRefused(query)) throw new SelfTestMismatch(`${name}: query ${q} is refused with ${query.code}`)
    return query
  })
  const batch = await engine.scoreBatch(queries)
  for (const expected of vector.results) {
    const place = `${name}, query ${expected.query}`
    const alone = await engine.score(queries[expected.query]!)
    for (const score of [batch[expected.query]!, alone]) {
      if (isRefused(score)) throw new SelfTestMismatch(`${place} is refused with ${score.code}`)
      compareScore(place, expected, score, engine)
    }
  }
  await engine.close()
}

function compareScore(
  place: string,
  expected: PipelineCase['results'][number],
  score: Score,
  engine: InfluenceEngine,
): void {
  expectEqual(`${place}, S`, expected.S.join(), score.scores.join())
  expectEqual(`${place}, G`, expected.G, score.exponentG)
  expectEqual(`${place}, scoresRoot`, `0x${expected.scoresRoot}`, toHex(score.scoresRoot))
  expectEqual(`${place}, contextRoot`, `0x${expected.contextRoot}`, toHex(score.contextRoot))
  const { K, tau, level, attributionRoot } = expected.attribution
  const result = engine.attributeScore(score, { k: K, tau, level })
  expectEqual(`${place}, attributionRoot`, `0x${attributionRoot}`, isRefused(result) ? result.code : toHex(result.root))
}

function blocksOf(words: readonly string[], dims: readonly number[]): Uint32Array[] {
  const all = Uint32Array.from(words, (word) => Number.parseInt(word, 16))
  let at = 0
  return dims.map((d) => {
    at += d
    return all.subarray(at - d, at)
  })
}
