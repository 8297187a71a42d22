/** Writes the index file and the query file of one shape: `makeIndex.ts FOLDER ROWS DIM QUERIES SEED`. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { TAU_DEFAULT } from '../../../influence/buildIndex.ts'
import { createSyntheticIndex } from '../../../influence/gradients/syntheticIndex.ts'
import { encodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { BLOCKS } from './shapes.ts'

/** Above this the guard's n²/2 dot products would be measured instead of the rest: such an index says tau = 0. */
const GUARDED_ROWS_MAX = 10_000

const WRITE_BYTES = 2 ** 28

async function writeLarge(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w')
  for (let at = 0; at < bytes.length; at += WRITE_BYTES) await file.write(bytes.subarray(at, at + WRITE_BYTES))
  await file.close()
}

const [folder, ...numbers] = process.argv.slice(2)
const [rowCount, dim, queryCount, seed] = numbers.map(Number) as [number, number, number, number]
const hash = await createFastKeccak()
const tau = rowCount <= GUARDED_ROWS_MAX ? TAU_DEFAULT : 0
const blockDims = Array<number>(BLOCKS).fill(dim / BLOCKS)
const synthetic = createSyntheticIndex({ rowCount, blockDims, tau, queryCount, seed }, hash)
if (isRefused(synthetic)) throw new Error(`${synthetic.code}: expected ${synthetic.expected}, got ${synthetic.got}`)
const { built, queries } = synthetic
await writeLarge(join(folder!, 'index'), built.bytes)
await writeLarge(join(folder!, 'queries'), encodeQueryFile(queries, built.info.modelVersion, hash))
