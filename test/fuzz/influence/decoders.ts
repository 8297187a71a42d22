/** The table of the influence room's decoders, each with valid bytes to damage; a new decoder is one line here. */
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { createJsBackend } from '../../../influence/backends/jsBackend.ts'
import type { BuiltIndex } from '../../../influence/buildIndex.ts'
import { InfluenceEngine } from '../../../influence/engine.ts'
import {
  decodeIndexFile,
  decodeIndexHeader,
  decodeLayerTable,
  encodeIndexFile,
  encodeIndexHeader,
  encodeLayerTable,
  INDEX_HEADER_BYTES,
} from '../../../influence/indexFile.ts'
import { decodeQueryFile, encodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { decodeResult, encodeResult } from '../../../influence/result.ts'
import { decodeRowProof, encodeRowProof } from '../../../influence/rowProof.ts'
import { queryHashOf } from '../../../influence/scoring/context.ts'
import type { Query } from '../../../influence/surface.ts'
import { treeRoot } from '../../../influence/tree.ts'
import { verifyRow } from '../../../influence/verifyRow.ts'
import type { Hasher } from '../../../primitives/hashes.ts'
import { queryOf } from '../../influence/conformance/vectorCases.ts'
import { createRandom } from '../random.ts'
import { type Decoder, refusedOr } from './decoder.ts'
import { corpusDecoders, retrievalDecoders } from './methodDecoders.ts'
import { repairIndex } from './repairIndex.ts'
import { drawScoreCase, type ScoreCase } from './scoreCases.ts'
import { buildScoreCase } from './scores.ts'

interface Sample {
  readonly own: ScoreCase
  readonly built: BuiltIndex
  readonly queries: readonly Query[]
}

const SAMPLES = 6
/** Case numbers at which the samples are looked for: any will do that is small. */
const SAMPLE_SEED = 20_240
const SAMPLE_BYTES_MAX = 6000

function drawSamples(hash: Hasher): Sample[] {
  const samples: Sample[] = []
  for (let number = 0; samples.length < SAMPLES; number++) {
    const own = drawScoreCase(createRandom(SAMPLE_SEED, number))
    const built = buildScoreCase(own, hash)
    const queries = own.queries.map((words, q) => queryOf(Uint32Array.from(words), built, BigInt(q + 1)))
    if (built.bytes.length <= SAMPLE_BYTES_MAX && built.info.acceptedCount > 1) samples.push({ own, built, queries })
  }
  return samples
}

/** Opens with everything verified; what passes must score and prove without a word. */
async function openFully(bytes: Uint8Array, hash: Hasher): Promise<Refused | Uint8Array> {
  const engine = await InfluenceEngine.open(bytes, { backend: createJsBackend(), hash })
  if (isRefused(engine)) return engine
  const { rowBytes, blockDims, modelVersion, rowCount } = engine.info
  const query = { codes: new Int8Array(rowBytes), exponents: new Int16Array(blockDims.length), jobId: 1n, modelVersion }
  const result = await engine.attribute({ ...query, codes: query.codes.map((_, j) => (j === 0 ? 64 : 0)) })
  if (isRefused(result)) throw new Error(`an index that passed refused a query: ${result.code}`)
  const proof = await engine.proveRow(query, rowCount - 1)
  if (isRefused(proof)) throw new Error(`an index that passed refused a proof: ${proof.code}`)
  await engine.close()
  return bytes
}

function indexDecoders(samples: readonly Sample[], hash: Hasher): Decoder[] {
  const indexes = samples.map(({ built }) => built.bytes)
  const repair = (bytes: Uint8Array) => repairIndex(bytes, hash)
  const headers = indexes.map((bytes) => bytes.slice(0, INDEX_HEADER_BYTES))
  const layers = samples.map(({ built }) => encodeLayerTable(built.file.layers))
  return [
    { name: 'index file', valid: indexes, decode: (b) => refusedOr(decodeIndexFile(b, hash), encodeIndexFile), repair },
    { name: 'index file, opened', valid: indexes, decode: (bytes) => openFully(bytes, hash), repair },
    { name: 'index header', valid: headers, decode: (b) => refusedOr(decodeIndexHeader(b), encodeIndexHeader) },
    { name: 'layer table', valid: layers, decode: (bytes) => refusedOr(decodeLayerTable(bytes), encodeLayerTable) },
  ]
}

/** One decoder for each sample: a query file is read for an index. */
function queryDecoders(samples: readonly Sample[], hash: Hasher): Decoder[] {
  return samples.map(({ built, queries }, place) => {
    const { layout } = built.file
    const { modelVersion } = built.info
    return {
      name: `query file ${place}`,
      valid: [encodeQueryFile(queries, modelVersion, hash)],
      decode: (bytes) =>
        refusedOr(decodeQueryFile(bytes, layout, hash), (own) => encodeQueryFile(own, own[0]!.modelVersion, hash)),
      repair: (bytes) => repairQueries(bytes, built, hash),
    }
  })
}

/** The root over whatever queries stand in the file, read without a check. */
function repairQueries(bytes: Uint8Array, { file, info }: BuiltIndex, hash: Hasher): Uint8Array {
  if (bytes.length < 96) return bytes
  const out = bytes.slice()
  const view = new DataView(out.buffer)
  const count = view.getUint32(8, true)
  const { layout } = file
  const blockCount = layout.dims.length
  const exponentsAt = 96 + 32 * count
  const codesAt = Math.ceil((exponentsAt + 2 * blockCount * count) / 64) * 64
  if (codesAt + count * info.rowBytes !== out.length) return out
  const hashes = Array.from({ length: count }, (_, q) => {
    const at = exponentsAt + 2 * blockCount * q
    const exponents = Int16Array.from({ length: blockCount }, (_, l) => view.getInt16(at + 2 * l, true))
    const codes = new Int8Array(out.buffer, codesAt + q * info.rowBytes, info.rowBytes)
    const jobId = BigInt(`0x${Buffer.from(out.subarray(96 + 32 * q, 128 + 32 * q)).toString('hex')}`)
    return queryHashOf({ codes, exponents, jobId, modelVersion: out.slice(32, 64) }, hash)
  })
  out.set(treeRoot(hashes, hash), 64)
  return out
}

async function resultDecoders(samples: readonly Sample[], hash: Hasher): Promise<Decoder[]> {
  const results: Uint8Array[] = []
  const proofs: Uint8Array[] = []
  const checks: Decoder[] = []
  for (const [place, { built, queries }] of samples.entries()) {
    const engine = await InfluenceEngine.open(built.bytes, { backend: createJsBackend(), hash })
    if (isRefused(engine)) throw new Error(engine.code)
    const result = await engine.attribute(queries[0]!)
    const proof = await engine.proveRow(queries[0]!, built.info.rowCount - 1)
    if (isRefused(result) || isRefused(proof)) throw new Error('a sample was refused')
    results.push(result.bytes)
    proofs.push(encodeRowProof(proof))
    checks.push(checkedProof(place, encodeRowProof(proof), built.info.indexRoot, result.bytes, hash))
    await engine.close()
  }
  return [
    { name: 'result', valid: results, decode: (bytes) => refusedOr(decodeResult(bytes, hash), encodeResult) },
    { name: 'row proof', valid: proofs, decode: (bytes) => refusedOr(decodeRowProof(bytes), encodeRowProof) },
    ...checks,
  ]
}

/** A damaged proof must be refused; only the untouched one may verify. */
function checkedProof(
  place: number,
  valid: Uint8Array,
  indexRoot: Uint8Array,
  resultBytes: Uint8Array,
  hash: Hasher,
): Decoder {
  return {
    name: `row proof ${place}, verified`,
    valid: [valid],
    decode: (bytes) => {
      const proof = decodeRowProof(bytes)
      if (isRefused(proof)) return proof
      const verdict = verifyRow(proof, indexRoot, resultBytes, hash)
      return isRefused(verdict) ? verdict : valid
    },
  }
}

export async function openDecoders(): Promise<Decoder[]> {
  const hash = await createFastKeccak()
  const samples = drawSamples(hash)
  return [
    ...indexDecoders(samples, hash),
    ...queryDecoders(samples, hash),
    ...(await resultDecoders(samples, hash)),
    ...(await corpusDecoders(hash)),
    ...(await retrievalDecoders(hash)),
  ]
}
