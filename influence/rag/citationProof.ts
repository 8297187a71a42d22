/** A citation proof (influence.md §8) and its strict byte codec: lengths follow from the header, the row and the list. */
import { type ByteReader, createByteReader } from '../../primitives/byteReader.ts'
import { bytesToUint, concat, uintToBytes } from '../../primitives/bytes.ts'
import { decodeIndexHeader, INDEX_HEADER_BYTES } from '../indexFile.ts'
import { isRefused, type Refused, refuse, refuseShort } from '../refusal.ts'
import { proofLengths } from '../rowProof.ts'
import type { CitationProof } from '../surface.ts'
import { u32 } from '../tree.ts'
import { checkRetrieved } from './retrieve.ts'

/** In the order of the fields; the query as u256 job id, i16 exponent, codes; the list as u16 kr, u16 count, u32 rows. */
export function encodeCitationProof(proof: CitationProof): Uint8Array {
  const { header, layerTable, rowLeaf, rowSiblings, codes, scoreLeaf, scoreSiblings, cited } = proof
  const exponent = new Uint8Array(2)
  new DataView(exponent.buffer).setInt16(0, proof.queryExponent, true)
  const counts = new Uint8Array(4)
  const view = new DataView(counts.buffer)
  view.setUint16(0, proof.kr, true)
  view.setUint16(2, cited.length, true)
  return concat(
    concat(header, layerTable, rowLeaf, ...rowSiblings, codes),
    concat(uintToBytes(proof.jobId, 32), exponent, proof.queryCodes, counts, ...cited.map(u32)),
    concat(scoreLeaf, ...scoreSiblings),
  )
}

/** Strict: a retrieval index's header, one of its rows, a list of at most kr ascending rows, and no byte left over. */
export function decodeCitationProof(bytes: Uint8Array): CitationProof | Refused {
  const reader = createByteReader(bytes)
  const headerBytes = reader.take(INDEX_HEADER_BYTES)
  if (headerBytes === undefined) return refuseShort(reader)
  const header = decodeIndexHeader(headerBytes)
  if (isRefused(header)) return header
  if (header.kind !== 'retrieval') return refuse('WrongKind', 'retrieval', header.kind)
  const fixed = proofLengths(header, 0)
  const opened = reader.takeEach([fixed.layerTable, fixed.rowLeaf])
  const rowSiblings = reader.takeEach(hashLengths(fixed.rowSiblings))
  const codes = reader.take(header.rowBytes)
  if (opened === undefined || rowSiblings === undefined || codes === undefined) return refuseShort(reader)
  const [layerTable, rowLeaf] = opened as [Uint8Array, Uint8Array]
  const row = new DataView(rowLeaf.buffer).getUint32(1, true)
  if (row >= header.rowCount) return refuse('BadLimit', `a row below ${header.rowCount}`, row)
  const query = readQuery(reader, header.rowBytes)
  if (isRefused(query)) return query
  const list = readList(reader, header.rowCount)
  if (isRefused(list)) return list
  const lengths = proofLengths(header, row)
  const scoreLeaf = reader.take(lengths.scoreLeaf)
  const scoreSiblings = reader.takeEach(hashLengths(lengths.scoreSiblings))
  if (scoreLeaf === undefined || scoreSiblings === undefined) return refuseShort(reader)
  if (reader.left() !== 0) return refuse('BadLength', bytes.length - reader.left(), bytes.length)
  return { header: headerBytes, layerTable, rowLeaf, rowSiblings, codes, ...query, ...list, scoreLeaf, scoreSiblings }
}

const hashLengths = (bytes: number): number[] => Array(bytes / 32).fill(32)

function readQuery(
  reader: ByteReader,
  rowBytes: number,
): Pick<CitationProof, 'jobId' | 'queryExponent' | 'queryCodes'> | Refused {
  const jobId = reader.take(32)
  const exponent = reader.take(2)
  const queryCodes = reader.take(rowBytes)
  if (jobId === undefined || exponent === undefined || queryCodes === undefined) return refuseShort(reader)
  return { jobId: bytesToUint(jobId), queryExponent: new DataView(exponent.buffer).getInt16(0, true), queryCodes }
}

function readList(reader: ByteReader, rowCount: number): Pick<CitationProof, 'kr' | 'cited'> | Refused {
  const kr = reader.takeU16()
  const count = reader.takeU16()
  if (kr === undefined || count === undefined) return refuseShort(reader)
  const bad = checkRetrieved(kr)
  if (bad) return bad
  if (count > kr) return refuse('BadLimit', `at most kr = ${kr} cited rows`, count)
  const cited: number[] = []
  for (let i = 0; i < count; i++) {
    const row = reader.takeU32()
    if (row === undefined) return refuseShort(reader)
    if (row >= rowCount) return refuse('BadLimit', `a row below ${rowCount}`, row)
    if (i > 0 && row <= cited[i - 1]!) return refuse('BadCitation', `a row above ${cited[i - 1]}`, row)
    cited.push(row)
  }
  return { kr, cited }
}
