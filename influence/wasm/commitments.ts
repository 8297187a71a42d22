/** The trees that a score is committed by (influence.md §4.2, §4.3), hashed where their bytes stand. */
import { SCORE_LEAF_ROWS } from '../rowProof.ts'
import type { RawScore } from '../scoring/scoringIndex.ts'
import { CODE_CHUNK_BYTES, CONTEXT_CHUNK_BYTES, DOMAIN } from '../tree.ts'
import { shareEach } from './lanes/shareRows.ts'
import type { ScoreRun } from './scoreLayout.ts'

const HASH_BYTES = 32
const TREE_WORDS = 8
/** States, blocks and padding (kernels/keccak.as). */
const LANE_BYTES = 1024
/** Leaves of a task (kernels/keccak.as). */
const SLICE_LEAVES = 16
/** A byte takes about as long to hash as this many products. */
const BYTE_MACS = 60

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
  const trees = run.queries.map((_, q): readonly Tree[] => {
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
  return roots.map(([codes, scores, directions]) => ({ codes: codes!, scores: scores!, directions: directions! }))
}

/** Of each query's trees, which have the shapes of every other query's: so the kernels take two queries at once. */
async function rootsOf({ index }: ScoreRun, trees: readonly (readonly Tree[])[]): Promise<Uint8Array[][]> {
  const { lanes, memory } = index
  const mark = memory.mark()
  const shapes = trees[0]!.map(({ bytes, chunkBytes }) => Math.ceil(bytes / chunkBytes))
  const leaves = trees.map(() => shapes.map((count) => memory.allocate(HASH_BYTES * (count + 1))))
  const pairCount = shapes.length * Math.ceil(trees.length / 2)
  const table = memory.allocate(4 * TREE_WORDS * pairCount)
  const words = memory.uint32(table, TREE_WORDS * pairCount)
  for (let pair = 0; pair < pairCount; pair++) {
    const [q, k] = [2 * Math.floor(pair / shapes.length), pair % shapes.length]
    const { data, bytes, chunkBytes, domain, step } = trees[q]![k]!
    const others = [trees[q + 1]?.[k]?.data ?? 0, leaves[q + 1]?.[k] ?? 0]
    words.set([data, bytes, chunkBytes, domain, step, leaves[q]![k]!, ...others], TREE_WORDS * pair)
  }
  const slicesPerTree = Math.ceil(Math.max(...shapes) / SLICE_LEAVES)
  const laneAddress = memory.allocate(lanes.count * LANE_BYTES)
  const fields = { trees: table, slicesPerTree, lanes: laneAddress, laneBytes: LANE_BYTES }
  const byteCount = trees.flat().reduce((sum, { bytes }) => sum + bytes, 0)
  const macsPerRow = (BYTE_MACS * byteCount) / (pairCount * slicesPerTree)
  await shareEach(lanes, memory, { kernel: 'hashLeaves', rowCount: pairCount * slicesPerTree, macsPerRow, fields })
  await shareEach(lanes, memory, { kernel: 'hashTree', rowCount: pairCount, macsPerRow, fields })
  const roots = leaves.map((own) => own.map((address) => memory.uint8(address, HASH_BYTES).slice()))
  memory.release(mark)
  return roots
}
