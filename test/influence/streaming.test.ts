/** An index that stays in its file: the same results in tiles, and every failure of the file with its name. */
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsBackend } from '../../influence/backends/jsBackend.ts'
import { type CodeSource, codeTiles, memoryCodes } from '../../influence/codeSource.ts'
import { InfluenceEngine } from '../../influence/engine.ts'
import { IndexReadError } from '../../influence/indexSource.ts'
import { encodeRowProof } from '../../influence/rowProof.ts'
import { inFolder } from '../node/inFolder.ts'
import { createNoise, noiseCase } from './noise.ts'

const { built, queries } = noiseCase({ rowCount: 23, dims: [40, 16, 5], queryCount: 3 })

const open = async (source: Uint8Array | { path: string }, memoryBytesMax?: number): Promise<InfluenceEngine> => {
  const options = memoryBytesMax === undefined ? {} : { memoryBytesMax }
  const engine = await InfluenceEngine.open(source, { backend: createJsBackend(), ...options })
  if ('kind' in engine) throw new Error(engine.code)
  return engine
}

test('streaming: scores, roots and proofs are the same from memory, from a file, and in tiles of any size', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'index')
    await writeFile(path, built.bytes)
    const whole = await open(built.bytes)
    const expected = await whole.scoreBatch(queries)
    const proof = await whole.proveRow(queries[0]!, 17)
    if ('kind' in proof) throw new Error(proof.code)
    for (const memoryBytesMax of [undefined, 1, 500, 1000]) {
      const engine = await open({ path }, memoryBytesMax)
      assert.equal(engine.info, whole.info)
      assert.equal(await engine.scoreBatch(queries), expected)
      const own = await engine.proveRow(queries[0]!, 17)
      if ('kind' in own) throw new Error(own.code)
      assert.equal(encodeRowProof(own), encodeRowProof(proof))
      await engine.close()
    }
  })
})

test('streaming: a file that is missing, too short, or cut while it is open is an error that names it', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'index')
    const missing = await open({ path }).catch((error: unknown) => error)
    assert.instance(missing, IndexReadError)
    await writeFile(path, built.bytes.subarray(0, 100))
    assert.is(await open({ path }).catch((error: Error) => error.message), 'BadLength')
    await writeFile(path, built.bytes)
    const engine = await open({ path }, 1)
    await truncate(path, built.bytes.length - 10)
    const cut = await engine.score(queries[0]!).catch((error: unknown) => error)
    assert.instance(cut, IndexReadError)
    assert.match(`${(cut as IndexReadError).message}: ${(cut as IndexReadError).cause}`, /index.*the file ends at/)
    await engine.close()
  })
})

test('code tiles: cover every row once and in order, whatever the size of a tile', async () => {
  const noise = createNoise(5)
  const bytes = Int8Array.from({ length: 7 * 16 }, () => noise.code())
  const held = memoryCodes(bytes, 7, 16)
  const streamed: CodeSource = { ...held, bytes: undefined }
  for (const tileBytes of [1, 16, 33, 48, 112, 1000]) {
    const seen: number[] = []
    for await (const { first, count, codes } of codeTiles(streamed, tileBytes)) {
      assert.is(first * 16, seen.length)
      assert.is(codes.length, count * 16)
      seen.push(...codes)
    }
    assert.equal(seen, [...bytes])
  }
  const failing: CodeSource = { ...streamed, read: () => Promise.reject(new Error('gone')) }
  const error = await codeTiles(failing, 16)
    .next()
    .catch((reason: Error) => reason)
  assert.is((error as Error).message, 'gone')
})

test.run()
