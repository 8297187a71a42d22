/** The trees that a score is committed by (influence.md §4.2, §4.3), hashed where their bytes stand. */
import { SCORE_LEAF_ROWS } from '../rowProof.ts'
import type { RawScore } from '../scoring/scoringIndex.ts'
import { CODE_CHUNK_BYTES, CONTEXT_CHUNK_BYTES, DOMAIN } from '../tree.ts'
import { shareEach } from './lanes/shareRows.ts'
import type { ScoreRun } from './scoreLayout.ts'

const HASH_BYTES = 32
const TREE_WORDS = 8
/** State, block and padding (kernels/keccak.as). */
const LANE_BYTES = 512
/** Leaves of a task (kernels/keccak.as). */
const SLICE_LEAVES = 16
/** A byte takes about as long to hash as this many products. */
const BYTE_MACS = 100

/** Chunks of bytes at an address, and what their leaves say beside them. */
interface Tree {
  readonly data: number
  readonly bytes: number
  readonly chunkBytes: number
  readonly domain: number
  /** From one leaf's number to that of the next. */
  readonly step: number
}

/** The roots of every query of a run whose steps are done. */
export async function hashTrees(run: ScoreRun): Promise<NonNullable<RawScore['roots']>[]> {
  const { rowBytes, rowCount } = run.index
  const trees = run.queries.flatMap((_, q): Tree[] => {
    const code = { chunkBytes: CODE_CHUNK_BYTES, domain: DOMAIN.codeChunk, step: 1 }
    const score = { chunkBytes: 8 * SCORE_LEAF_ROWS, domain: DOMAIN.scoreLeaf, step: SCORE_LEAF_ROWS }
    const context = { chunkBytes: CONTEXT_CHUNK_BYTES, domain: DOMAIN.contextChunk, step: 1 }
    return [
      { data: run.codes + q * rowBytes, bytes: rowBytes, ...code },
      { data: run.scores + 8 * q * rowCount, bytes: 8 * rowCount, ...score },
      { data: run.directions + 2 * q * rowBytes, bytes: 2 * rowBytes, ...context },
    ]
  })
  const roots = await rootsOf(run, trees)
  return run.queries.map((_, q) => ({
    codes: roots[3 * q]!,
    scores: roots[3 * q + 1]!,
    directions: roots[3 * q + 2]!,
  }))
}

async function rootsOf({ index }: ScoreRun, trees: readonly Tree[]): Promise<Uint8Array[]> {
  const { lanes, memory } = index
  const mark = memory.mark()
  const table = memory.allocate(4 * TREE_WORDS * trees.length)
  const words = memory.uint32(table, TREE_WORDS * trees.length)
  const counts = trees.map(({ bytes, chunkBytes }) => Math.ceil(bytes / chunkBytes))
  const leaves = trees.map((_, i) => memory.allocate(HASH_BYTES * (counts[i]! + 1)))
  for (const [i, { data, bytes, chunkBytes, domain, step }] of trees.entries()) {
    words.set([data, bytes, chunkBytes, domain, step, leaves[i]!, 0, 0], TREE_WORDS * i)
  }
  const slicesPerTree = Math.ceil(Math.max(...counts) / SLICE_LEAVES)
  const laneAddress = memory.allocate(lanes.count * LANE_BYTES)
  const fields = { trees: table, slicesPerTree, lanes: laneAddress, laneBytes: LANE_BYTES }
  const byteCount = trees.reduce((sum, { bytes }) => sum + bytes, 0)
  const macsPerRow = (BYTE_MACS * byteCount) / (trees.length * slicesPerTree)
  await shareEach(lanes, memory, { kernel: 'hashLeaves', rowCount: trees.length * slicesPerTree, macsPerRow, fields })
  await shareEach(lanes, memory, { kernel: 'hashTree', rowCount: trees.length, macsPerRow, fields })
  const roots = leaves.map((address) => memory.uint8(address, HASH_BYTES).slice())
  memory.release(mark)
  return roots
}
