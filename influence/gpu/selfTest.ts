/** What a device must reproduce before it is used (influence.md §10.2 no. 6): T1, T4 with both dot variants, pipelines. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { ComputeBackend } from '../backends/kernels.ts'
import { buildIndex, type GradientRow } from '../buildIndex.ts'
import { InfluenceEngine } from '../engine.ts'
import { createQuery } from '../queryFile.ts'
import { isRefused } from '../refusal.ts'
import type { Score } from '../surface.ts'
import type { DotVariant } from './dotRowsShader.ts'
import { type GpuDevice, GpuError } from './gpuDevice.ts'
import { createDotPipelines, dotMatrix, uploadCodes } from './gpuKernels.ts'
import { createXorshift, OPERATOR_PAIRS, OPERATORS, operatorInputs, operatorSource } from './operatorTable.ts'

const PRODUCT_ROWS = 512
const PRODUCT_COLUMNS = 2048

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

interface SelfTestVectors {
  readonly T1: { readonly outputsSha256: string }
  readonly T4: { readonly start: number; readonly productSha256: string }
  readonly pipeline: readonly PipelineCase[]
}

const readVectors = (): SelfTestVectors =>
  JSON.parse(readFileSync(new URL('./selftest.json', import.meta.url), 'utf8')) as SelfTestVectors

function expectEqual(what: string, expected: unknown, got: unknown): void {
  if (expected !== got) throw new GpuError('GpuSelfTest', `${what}: expected ${expected}, got ${got}`)
}

const sha256Of = (values: Uint32Array | Int32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex')

/** The reference products of T4, which any back end may compute: codes and the expected hash. */
export function productCodes(start: number): Int8Array {
  const next = createXorshift(start)
  return Int8Array.from({ length: PRODUCT_ROWS * PRODUCT_COLUMNS }, () => (next() % 255) - 127)
}

/** Throws a `GpuError` at the first wrong bit. */
export async function selfTest(gpu: GpuDevice, backend: ComputeBackend): Promise<void> {
  const vectors = readVectors()
  const variant: DotVariant = gpu.hasPackedDot ? 'packed' : 'shifts'
  expectEqual('T1', vectors.T1.outputsSha256, sha256Of(await runOperators(gpu, variant)))
  const variants: DotVariant[] = gpu.hasPackedDot ? ['packed', 'shifts'] : ['shifts']
  for (const own of variants) {
    expectEqual(`T4, ${own}`, vectors.T4.productSha256, sha256Of(await runProduct(gpu, own, vectors.T4.start)))
  }
  for (const vector of vectors.pipeline) await runPipeline(vector, backend)
}

async function runOperators(gpu: GpuDevice, variant: DotVariant): Promise<Uint32Array> {
  const { device } = gpu
  const inputs = operatorInputs()
  const outBytes = 4 * OPERATORS * OPERATOR_PAIRS
  const readback = await gpu.scoped('T1', () => {
    const module = device.createShaderModule({ code: operatorSource(variant) })
    const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    const pairs = device.createBuffer({
      size: inputs.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    })
    const results = device.createBuffer({ size: outBytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
    const target = device.createBuffer({ size: outBytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    device.queue.writeBuffer(pairs, 0, inputs)
    const entries = [pairs, results].map((buffer, binding) => ({ binding, resource: { buffer } }))
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
    pass.dispatchWorkgroups(OPERATOR_PAIRS / 64)
    pass.end()
    encoder.copyBufferToBuffer(results, 0, target, 0, outBytes)
    device.queue.submit([encoder.finish()])
    return target
  })
  await gpu.orLost(readback.mapAsync(GPUMapMode.READ))
  const out = new Uint32Array(readback.getMappedRange().slice(0))
  readback.destroy()
  return out
}

async function runProduct(gpu: GpuDevice, variant: DotVariant, start: number): Promise<Int32Array> {
  const codes = productCodes(start)
  const pipelines = await createDotPipelines(gpu, variant)
  const matrix = await uploadCodes(gpu, codes, PRODUCT_ROWS, PRODUCT_COLUMNS)
  const range = { offset: 0, length: PRODUCT_COLUMNS }
  const product = await dotMatrix(gpu, pipelines, matrix, range, codes, PRODUCT_ROWS)
  matrix.destroy()
  return product
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
  if (isRefused(built)) throw new GpuError('GpuSelfTest', `${name}: the index is refused with ${built.code}`)
  expectEqual(`${name}, indexRoot`, `0x${vector.index.indexRoot}`, toHex(built.info.indexRoot))
  const engine = await InfluenceEngine.open(built.bytes, { backend })
  if (isRefused(engine)) throw new GpuError('GpuSelfTest', `${name}: the index is refused with ${engine.code}`)
  const queries = vector.queries.map((words, q) => {
    const query = createQuery(blocksOf(words, dims), built.file.layout, BigInt(q + 1), modelVersion)
    if (isRefused(query)) throw new GpuError('GpuSelfTest', `${name}: query ${q} is refused with ${query.code}`)
    return query
  })
  const batch = await engine.scoreBatch(queries)
  for (const expected of vector.results) {
    const place = `${name}, query ${expected.query}`
    const alone = await engine.score(queries[expected.query]!)
    for (const score of [batch[expected.query]!, alone]) {
      if (isRefused(score)) throw new GpuError('GpuSelfTest', `${place} is refused with ${score.code}`)
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
