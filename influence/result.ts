/** The canonical attribution result (influence.md §6.6): encoding, strict decoding, root. */
import { concat } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'
import { type Refused, refuse } from './refusal.ts'
import type { Attribution, Entry, Method } from './surface.ts'
import { DOMAIN, hashTagged, treeRoot } from './tree.ts'

export const RESULT_HEADER_BYTES = 152
export const RESULT_ENTRY_BYTES = 40
/** Entries in the format; jobs of version 1 use at most 64. */
export const K_MAX = 256
export const TAU_MAX = 256
/** Weights are parts of this whole and sum to it exactly. */
export const WEIGHT_WHOLE = 1n << 32n

const MAGIC = 0x31525441 // "ATR1", little-endian
const VERSION = 1
const METHODS: readonly Method[] = ['datainf', 'span', 'rag']

/** What a result says, before it is bytes. */
export type ResultFacts = Omit<Attribution, 'bytes' | 'root' | 'unpaid'>

export const resultRoot = (bytes: Uint8Array, hash: Hasher = keccak256): Uint8Array =>
  hashTagged(DOMAIN.result, hash, bytes)

/** What validators sign for a batch of results: hash(21 ‖ MT(attributionRoot_0 …)). */
export const resultBatchRoot = (roots: readonly Uint8Array[], hash: Hasher = keccak256): Uint8Array =>
  hashTagged(DOMAIN.resultBatch, hash, treeRoot(roots, hash))

export function encodeResult(facts: ResultFacts): Uint8Array {
  const head = new Uint8Array(24)
  const view = new DataView(head.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint16(4, VERSION, true)
  view.setUint8(6, METHODS.indexOf(facts.method) + 1)
  view.setUint8(7, facts.level)
  view.setUint16(8, facts.k, true)
  view.setUint16(10, facts.tau, true)
  view.setUint32(12, facts.rowCount, true)
  view.setInt32(16, facts.exponentG, true)
  view.setUint16(20, facts.entries.length, true)
  const { sourceRoot, queryHash, scoresRoot, contextRoot } = facts
  return concat(head, sourceRoot, queryHash, scoresRoot, contextRoot, ...facts.entries.map(encodeEntry))
}

function encodeEntry(entry: Entry): Uint8Array {
  const out = new Uint8Array(RESULT_ENTRY_BYTES)
  const view = new DataView(out.buffer)
  view.setUint32(0, entry.row, true)
  view.setBigUint64(8, entry.datanetId, true)
  view.setBigUint64(16, entry.rowId, true)
  view.setBigInt64(24, entry.score, true)
  view.setBigUint64(32, entry.weight, true)
  return out
}

/** Strict: every rule of §6.6; `unpaid` is empty, since the bytes do not hold it. */
export function decodeResult(bytes: Uint8Array, hash: Hasher = keccak256): Attribution | Refused {
  if (bytes.length < RESULT_HEADER_BYTES) return refuse('BadLength', `at least ${RESULT_HEADER_BYTES}`, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bad = checkHead(view)
  if (bad) return bad
  const rowCount = view.getUint32(12, true)
  const entries: Entry[] = []
  for (let at = RESULT_HEADER_BYTES; at < bytes.length; at += RESULT_ENTRY_BYTES) {
    if (view.getUint32(at + 4, true) !== 0) return refuse('BadPadding', 0, view.getUint32(at + 4, true))
    entries.push(decodeEntry(view, at))
  }
  const badEntries = checkEntries(entries, rowCount)
  if (badEntries) return badEntries
  const part = (at: number) => bytes.slice(at, at + 32)
  return {
    method: METHODS[view.getUint8(6) - 1]!,
    level: view.getUint8(7) as 0 | 1,
    k: view.getUint16(8, true),
    tau: view.getUint16(10, true),
    rowCount,
    exponentG: view.getInt32(16, true),
    sourceRoot: part(24),
    queryHash: part(56),
    scoresRoot: part(88),
    contextRoot: part(120),
    bytes: bytes.slice(),
    root: resultRoot(bytes, hash),
    entries,
    unpaid: [],
  }
}

function checkHead(view: DataView): Refused | undefined {
  const magic = view.getUint32(0, true)
  if (magic !== MAGIC) return refuse('BadMagic', 'ATR1', magic)
  const version = view.getUint16(4, true)
  if (version !== VERSION) return refuse('BadVersion', VERSION, version)
  const method = view.getUint8(6)
  if (method < 1 || method > METHODS.length) return refuse('BadParameter', 'method 1, 2 or 3', method)
  if (view.getUint8(7) > 1) return refuse('BadParameter', 'level 0 or 1', view.getUint8(7))
  const k = view.getUint16(8, true)
  if (k < 1 || k > K_MAX) return refuse('BadParameter', `K in 1 … ${K_MAX}`, k)
  if (view.getUint16(10, true) > TAU_MAX)
    return refuse('BadParameter', `tau in 0 … ${TAU_MAX}`, view.getUint16(10, true))
  if (view.getUint16(22, true) !== 0) return refuse('BadPadding', 0, view.getUint16(22, true))
  const count = view.getUint16(20, true)
  if (count > k) return refuse('BadLimit', `at most K = ${k} entries`, count)
  const length = RESULT_HEADER_BYTES + RESULT_ENTRY_BYTES * count
  if (view.byteLength !== length) return refuse('BadLength', length, view.byteLength)
  return undefined
}

function decodeEntry(view: DataView, at: number): Entry {
  return {
    row: view.getUint32(at, true),
    datanetId: view.getBigUint64(at + 8, true),
    rowId: view.getBigUint64(at + 16, true),
    score: view.getBigInt64(at + 24, true),
    weight: view.getBigUint64(at + 32, true),
  }
}

function checkEntries(entries: readonly Entry[], rowCount: number): Refused | undefined {
  const rows = new Set<number>()
  let sum = 0n
  let previous = WEIGHT_WHOLE
  for (const { row, score, weight } of entries) {
    if (row >= rowCount) return refuse('BadLimit', `a row below ${rowCount}`, row)
    if (rows.has(row)) return refuse('BadOrder', 'each row once', row)
    if (score <= 0n) return refuse('BadLimit', 'a positive score', score)
    if (weight === 0n) return refuse('BadLimit', 'a positive weight', weight)
    if (weight > previous) return refuse('BadOrder', `a weight of at most ${previous}`, weight)
    rows.add(row)
    sum += weight
    previous = weight
  }
  if (entries.length > 0 && sum !== WEIGHT_WHOLE) return refuse('BadLimit', `weights that sum to ${WEIGHT_WHOLE}`, sum)
  return undefined
}
