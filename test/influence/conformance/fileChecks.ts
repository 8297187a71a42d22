/** Checks the whole files of `small/files.json`: index, queries, and the proof of one row. */
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { decodeQueryFile, encodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { decodeRowProof, encodeRowProof } from '../../../influence/rowProof.ts'
import { verifyRow } from '../../../influence/verifyRow.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { openEngine } from './caseChecks.ts'
import type { Tally } from './tally.ts'
import { bytesOf, hexOf, openCase, type VectorCase } from './vectorCases.ts'

interface FileVectors {
  readonly case: VectorCase
  readonly indexFileHex: string
  readonly queryFileHex: string
  readonly proof: {
    readonly query: number
    readonly row: number
    readonly header: string
    readonly layers: string
    readonly rowLeafPreimage: string
    readonly rowLeaf: string
    readonly rowSiblings: readonly string[]
    readonly codes: string
    readonly G: number
    readonly x: readonly number[]
    readonly h: string
    readonly scoreLeafPreimage: string
    readonly scoreSiblings: readonly string[]
    readonly score: string
  }
}

export async function checkFiles(tally: Tally, parsed: unknown, backend: ComputeBackend): Promise<void> {
  const vectors = parsed as FileVectors
  const { built, queries } = openCase(vectors.case, '')
  tally.check('files, index file', vectors.indexFileHex, hexOf(built.bytes))
  tally.check('files, query file', vectors.queryFileHex, hexOf(encodeQueryFile(queries, built.info.modelVersion)))
  const decoded = decodeQueryFile(bytesOf(vectors.queryFileHex), built.file.layout)
  tally.check('files, decoded queries', queries.map(plain), isRefused(decoded) ? decoded.code : decoded.map(plain))
  const engine = await openEngine(bytesOf(vectors.indexFileHex), backend)
  const { query, row, score } = vectors.proof
  const proof = await engine.proveRow(queries[query]!, row)
  if (isRefused(proof)) throw new Error(`proof refused: ${proof.code}`)
  const own = {
    query,
    row,
    header: hexOf(proof.header),
    layers: hexOf(proof.layerTable),
    rowLeafPreimage: hexOf(proof.rowLeaf),
    rowLeaf: hexOf(keccak256(proof.rowLeaf)),
    rowSiblings: proof.rowSiblings.map(hexOf),
    codes: hexOf(proof.codes),
    G: proof.exponentG,
    x: [...proof.x],
    h: hexOf(proof.h),
    scoreLeafPreimage: hexOf(proof.scoreLeaf),
    scoreSiblings: proof.scoreSiblings.map(hexOf),
    score,
  }
  tally.check('files, row proof', vectors.proof, own)
  const bytes = encodeRowProof(proof)
  const again = decodeRowProof(bytes)
  tally.check('files, row proof codec', hexOf(bytes), isRefused(again) ? again.code : hexOf(encodeRowProof(again)))
  const resultBytes = bytesOf(vectors.case.results[query]!.attribution.resultHex)
  const verified = verifyRow(proof, built.info.indexRoot, resultBytes)
  tally.check('files, verified score', score, isRefused(verified) ? verified.code : `${verified.score}`)
  await engine.close()
}

const plain = ({
  codes,
  exponents,
  jobId,
  modelVersion,
}: {
  codes: Int8Array
  exponents: Int16Array
  jobId: bigint
  modelVersion: Uint8Array
}) => [[...codes], [...exponents], `${jobId}`, hexOf(modelVersion)]
