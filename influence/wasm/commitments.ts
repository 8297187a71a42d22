/** The trees that a score is committed by (influence.md §4.2, §4.3), hashed where their bytes stand. */
import { keccak256 } from '../../primitives/hashes.ts'
import { SCORE_LEAF_ROWS } from '../rowProof.ts'
import type { RawScore } from '../scoring/scoringIndex.ts'
import { CODE_CHUNK_BYTES, CONTEXT_CHUNK_BYTES, DOMAIN, hashTagged } from '../tree.ts'
import type { LaneMemory } from './lanes/laneMemory.ts'
import { shareRows } from './lanes/shareRows.ts'
import type { ScoreRun } from './scoreLayout.ts'

const HASH_BYTES = 32
const NODE_BYTES = 2 * HASH_BYTES
/** Fields of a message, and states, blocks and slots of a lane (kernels/keccak.as). */
const MESSAGE_WORDS = 6
const LANE_BYTES = 1472
/** Of a task: several times the messages that a lane hashes at once, so that it seldom hashes one alone. */
const TASK_MESSAGES = 16
/** A byte takes about as long to hash as this many products; a message's last block is half padding on average. */
const BYTE_MACS = 60
const PADDING_BYTES = 68

/** Chunks of bytes at an address: each is a message. */
interface Chunks {
  readonly data: number
  readonly bytes: number
  readonly chunkBytes: number
  readonly domain: number
  /** The first one's number and from one's to that of the next, where messages have one. */
  readonly number?: number
  readonly step?: number
}

/** Hashes one after another, with room behind them for one more. */
interface Hashes {
  address: number
  count: number
}

/** The roots of every query of a run whose steps are done. */
export async function hashTrees(run: ScoreRun): Promise<NonNullable<RawScore['roots']>[]> {
  const { memory } = run.index
  const mark = memory.mark()
  const count = run.queries.length
  // The longest leaves first: what a lane hashes alone at the end is short.
  const roots = await rootsOf(run, [...directionLeaves(run), ...codeLeaves(run), ...scoreLeaves(run)])
  memory.release(mark)
  return run.queries.map((_, q) => ({
    directions: roots[q]!,
    codes: roots[count + q]!,
    scores: roots[2 * count + q]!,
  }))
}

/** Of each query's H. */
function directionLeaves({ queries, directions, index }: ScoreRun): Chunks[] {
  const bytes = 2 * index.rowBytes
  const shape = { bytes, chunkBytes: CONTEXT_CHUNK_BYTES, domain: DOMAIN.contextChunk, number: 0, step: 1 }
  return queries.map((_, q) => ({ data: directions + q * bytes, ...shape }))
}

function codeLeaves({ queries, codes, index }: ScoreRun): Chunks[] {
  const bytes = index.rowBytes
  const shape = { bytes, chunkBytes: CODE_CHUNK_BYTES, domain: DOMAIN.codeChunk, number: 0, step: 1 }
  return queries.map((_, q) => ({ data: codes + q * bytes, ...shape }))
}

/** A leaf's number is that of its first row. */
function scoreLeaves({ queries, scores, index }: ScoreRun): Chunks[] {
  const bytes = 8 * index.rowCount
  const rows = { number: 0, step: SCORE_LEAF_ROWS }
  const shape = { bytes, chunkBytes: 8 * SCORE_LEAF_ROWS, domain: DOMAIN.scoreLeaf, ...rows }
  return queries.map((_, q) => ({ data: scores + q * bytes, ...shape }))
}

/** All trees grow together, a level at a time. */
async function rootsOf(run: ScoreRun, trees: readonly Chunks[]): Promise<Uint8Array[]> {
  const { memory } = run.index
  const tops = await hashChunks(run, trees)
  const head = { domain: DOMAIN.root, bytes: HASH_BYTES, chunkBytes: HASH_BYTES }
  const counts = tops.map(({ count }) => count)
  for (let height = 0; tops.some(isGrowing); height++) {
    const growing = tops.filter(isGrowing)
    const above = await hashChunks(
      run,
      growing.map((level) => nodesOf(memory, level, height)),
    )
    for (const [i, level] of growing.entries()) Object.assign(level, above[i])
  }
  const roots = await hashChunks(
    run,
    tops.map(({ address }, k) => ({ ...head, number: counts[k]!, data: address })),
  )
  return roots.map(({ address }) => memory.uint8(address, HASH_BYTES).slice())
}

const isGrowing = ({ count }: Hashes): boolean => count > 1

/** Those above a level; a missing right child is the root of an all-padding subtree. */
function nodesOf(memory: LaneMemory, { address, count }: Hashes, height: number): Chunks {
  const isOdd = count % 2 === 1
  if (isOdd) memory.uint8(address + HASH_BYTES * count, HASH_BYTES).set(paddingRoot(height))
  return { domain: DOMAIN.node, data: address, bytes: HASH_BYTES * (isOdd ? count + 1 : count), chunkBytes: NODE_BYTES }
}

/** Of all-padding subtrees, by height, as far as one was needed. */
const paddingRoots = [keccak256(Uint8Array.of(DOMAIN.padding))]

function paddingRoot(height: number): Uint8Array {
  while (paddingRoots.length <= height) {
    const below = paddingRoots.at(-1)!
    paddingRoots.push(hashTagged(DOMAIN.node, keccak256, below, below))
  }
  return paddingRoots[height]!
}

/** Hashes every chunk; each list's hashes stand together. */
async function hashChunks({ index }: ScoreRun, lists: readonly Chunks[]): Promise<Hashes[]> {
  const { lanes, memory } = index
  const counts = lists.map(({ bytes, chunkBytes }) => Math.ceil(bytes / chunkBytes))
  const rowCount = counts.reduce((sum, count) => sum + count, 0)
  let address = memory.allocate(HASH_BYTES * (rowCount + lists.length))
  const hashes = counts.map((count) => {
    const own = { address, count }
    address += HASH_BYTES * (count + 1)
    return own
  })
  const mark = memory.mark()
  const messages = memory.allocate(4 * MESSAGE_WORDS * rowCount)
  const byteCount = writeMessages(memory.uint32(messages, MESSAGE_WORDS * rowCount), lists, hashes)
  const fields = { messages, lanes: memory.allocate(lanes.count * LANE_BYTES), laneBytes: LANE_BYTES }
  const macsPerRow = BYTE_MACS * (byteCount / rowCount + PADDING_BYTES)
  await shareRows(lanes, memory, { kernel: 'hashMessages', rowCount, macsPerRow, fields }, { groupRows: TASK_MESSAGES })
  memory.release(mark)
  return hashes
}

/** The kernel's table: address, bytes, domain, number, bytes of domain and number, address of the hash. Returns all bytes. */
function writeMessages(words: Uint32Array, lists: readonly Chunks[], hashes: readonly Hashes[]): number {
  let at = 0
  let byteCount = 0
  for (let k = 0; k < lists.length; k++) {
    const { data, bytes, chunkBytes, domain, number, step = 0 } = lists[k]!
    const { address, count } = hashes[k]!
    for (let j = 0; j < count; j++) {
      words[at++] = data + j * chunkBytes
      words[at++] = Math.min(chunkBytes, bytes - j * chunkBytes)
      words[at++] = domain
      words[at++] = (number ?? 0) + j * step
      words[at++] = number === undefined ? 1 : 5
      words[at++] = address + HASH_BYTES * j
    }
    byteCount += bytes
  }
  return byteCount
}
