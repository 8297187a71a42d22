/** `verifyCitation` (influence.md §8): one chunk's similarity, from its opened leaf and the query, and whether it was cited. */
import { equal } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import { checkCodes } from '../blockLayout.ts'
import { type OpenedRow, openRow, openScore } from '../gradients/openedRow.ts'
import { decodeIndexHeader } from '../indexFile.ts'
import { isRefused, type Refused, refuse } from '../refusal.ts'
import { decodeResult } from '../result.ts'
import { queryHashOf } from '../scoring/context.ts'
import type { Attribution, CitationProof } from '../surface.ts'
import { decodeCitationProof, encodeCitationProof } from './citationProof.ts'
import { citationsRootOf } from './citations.ts'
import { similarityOf, squaredNorm } from './retrieve.ts'

export interface VerifiedCitation {
  readonly kind: 'valid'
  readonly row: number
  /** cos² in 2^−30; 0 for a row that is not accepted. */
  readonly score: bigint
  /** Is it in the effective list? */
  readonly isCited: boolean
}

/**
 * Checks a proof against an index root and a result. The caller answers for both: `indexRoot` comes from the chain, and
 * `resultBytes` must hash to the job's attributionRoot.
 */
export function verifyCitation(
  proof: CitationProof,
  indexRoot: Uint8Array,
  resultBytes: Uint8Array,
  hash: Hasher = keccak256,
): VerifiedCitation | Refused {
  const shaped = decodeCitationProof(encodeCitationProof(proof))
  if (isRefused(shaped)) return shaped
  const header = decodeIndexHeader(shaped.header)
  if (isRefused(header)) return header
  const result = decodeResult(resultBytes, hash)
  if (isRefused(result)) return result
  if (result.method !== 'rag') return refuse('WrongKind', 'rag', result.method)
  if (!equal(result.sourceRoot, indexRoot)) return refuse('RootMismatch', indexRoot, result.sourceRoot)
  const opened = openRow(shaped, header, indexRoot, hash)
  if (isRefused(opened)) return opened
  const bad = checkContext(shaped, opened, result, hash)
  if (bad) return bad
  const claimed = openScore(shaped, opened.row, header, result.scoresRoot, hash)
  if (isRefused(claimed)) return claimed
  const score = opened.isAccepted ? recompute(shaped) : 0n
  if (score !== claimed.score) return refuse('ScoreMismatch', score, claimed.score)
  return { kind: 'valid', row: opened.row, score, isCited: shaped.cited.includes(opened.row) }
}

/** The query and the list are the result's. */
function checkContext(
  { jobId, queryExponent, queryCodes, kr, cited }: CitationProof,
  { layout, header }: OpenedRow,
  result: Attribution,
  hash: Hasher,
): Refused | undefined {
  const codes = signed(queryCodes)
  const exponents = Int16Array.of(queryExponent)
  const bad = checkCodes(layout, 1, codes, exponents)
  if (bad) return bad
  const queryHash = queryHashOf({ codes, exponents, jobId, modelVersion: header.modelVersion }, hash)
  if (!equal(queryHash, result.queryHash)) return refuse('ProofMismatch', result.queryHash, queryHash)
  const contextRoot = citationsRootOf(queryHash, kr, cited, hash)
  return equal(contextRoot, result.contextRoot) ? undefined : refuse('ProofMismatch', result.contextRoot, contextRoot)
}

const signed = (bytes: Uint8Array): Int8Array => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)

/** |codes| ≤ 127 and d ≤ 131,072 keep every sum below 2^31. */
function recompute({ codes, queryCodes }: CitationProof): bigint {
  const [chunk, query] = [signed(codes), signed(queryCodes)]
  let dot = 0
  for (let j = 0; j < chunk.length; j++) dot += chunk[j]! * query[j]!
  return similarityOf(dot, squaredNorm(chunk), squaredNorm(query))
}
