/** The influence worker with text corpora and retrieval indexes: the calls of both, and what survives a crash. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type BuiltIndex, buildIndex } from '../../influence/buildIndex.ts'
import { wordsOf } from '../../influence/quantise.ts'
import { createQuery } from '../../influence/queryFile.ts'
import { RetrievalEngine } from '../../influence/rag/retrievalEngine.ts'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import { byteOutput } from '../../influence/span/outputHash.ts'
import { SpanEngine } from '../../influence/span/spanEngine.ts'
import type { OpenedCorpus, OpenedRetrieval, Query } from '../../influence/surface.ts'
import { type InfluenceWorker, openInfluenceWorker } from '../../influence/worker/openInfluenceWorker.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { corpusOf } from './span/spanOracle.ts'

const valid = <T extends object>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(`${value.code}: ${value.expected} / ${value.got}`)
  return value
}

const LINES = ['the quick brown fox jumps over the lazy dog', 'a quick brown hen walks', 'nothing of interest']
const FIRST = corpusOf([[...utf8('an earlier corpus of the same group')]])
const { infoTable } = FIRST.file
const CORPUS = corpusOf(
  LINES.map((line) => [...utf8(line)]),
  { infoTable },
)
const OUTPUT = byteOutput(1n, utf8('my quick brown hen jumps over the lazy cat'))
const SPANS = { lMin: 6, iMin: 1 }

const MODEL = new Uint8Array(32).fill(7)
const INDEX = valid(
  buildIndex(
    LINES.map((_, row) => ({
      datanetId: 1n,
      rowId: BigInt(row),
      orderKey: BigInt(row),
      blocks: [wordsOf(Float32Array.of(8, row, row * row))],
    })),
    { kind: 'retrieval', blockDims: [3], modelVersion: MODEL, guardSeed: MODEL, tau: 0 },
  ),
) as BuiltIndex
const QUERY: Query = valid(createQuery([wordsOf(Float32Array.of(1, 1, 0))], INDEX.file.layout, 2n, MODEL))

async function withWorker(body: (worker: InfluenceWorker) => Promise<void>): Promise<void> {
  const worker = openInfluenceWorker({ backend: 'wasm', restartDelayMs: 1 })
  try {
    await body(worker)
  } finally {
    await worker.close()
  }
}

const spanEngine = valid(await SpanEngine.open(CORPUS.bytes, { infoTable }))
const retrievalEngine = valid(await RetrievalEngine.open(INDEX.bytes))

async function compareCorpus(corpus: OpenedCorpus): Promise<void> {
  assert.equal(corpus.info, spanEngine.info)
  const found = valid(await corpus.attribute(OUTPUT, SPANS))
  assert.ok(found.spans.length > 1)
  assert.equal(found, await spanEngine.attribute(OUTPUT, SPANS))
  assert.equal(await corpus.proveSpan(OUTPUT, 1, SPANS), await spanEngine.proveSpan(OUTPUT, 1, SPANS))
}

async function compareRetrieval(retrieval: OpenedRetrieval): Promise<void> {
  assert.equal(retrieval.info, retrievalEngine.info)
  assert.equal(await retrieval.retrieve(QUERY, 2), await retrievalEngine.retrieve(QUERY, 2))
  assert.equal(await retrieval.attribute(QUERY, [1]), await retrievalEngine.attribute(QUERY, [1]))
  assert.equal(await retrieval.proveCitation(QUERY, 2, [1]), await retrievalEngine.proveCitation(QUERY, 2, [1]))
}

test('worker: corpora and retrieval indexes give what their engines give, also after a crash in their work', async () => {
  await withWorker(async (worker) => {
    const corpus = valid(await worker.openCorpus(CORPUS.bytes, { infoTable }))
    const retrieval = valid(await worker.openRetrieval(INDEX.bytes))
    await compareCorpus(corpus)
    await compareRetrieval(retrieval)
    // The host does not know yet that its child is dead.
    process.kill(worker.status().pid!, 'SIGKILL')
    const running = [corpus.attribute(OUTPUT, SPANS), retrieval.attribute(QUERY, [])] as const
    assert.equal(await running[0], await spanEngine.attribute(OUTPUT, SPANS))
    assert.equal(await running[1], await retrievalEngine.attribute(QUERY, []))
    assert.is(worker.status().crashes, 1)
    await compareCorpus(corpus)
    await compareRetrieval(retrieval)
    await corpus.close()
    await retrieval.close()
  })
})

test('worker: refusals of corpora and retrieval indexes come through as values', async () => {
  await withWorker(async (worker) => {
    const code = (value: object) => (value as Refused).code
    assert.is(code(await worker.openCorpus(CORPUS.bytes)), 'LevelMismatch')
    assert.is(code(await worker.openCorpus(INDEX.bytes)), 'BadMagic')
    assert.is(code(await worker.openRetrieval(CORPUS.bytes)), 'BadMagic')
    assert.is(code(await worker.openIndex(INDEX.bytes)), 'WrongKind')
    const corpus = valid(await worker.openCorpus(CORPUS.bytes, { verify: 'header' }))
    assert.is(code(await corpus.proveSpan(OUTPUT, 99, SPANS)), 'BadLimit')
    const retrieval = valid(await worker.openRetrieval(INDEX.bytes))
    assert.is(code(await retrieval.attribute(QUERY, [2, 1])), 'BadCitation')
  })
})

test('worker: a corpus file is read again after a crash, and one that became another is lost', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'corpus-'))
  const path = join(folder, 'corpus')
  try {
    await withWorker(async (worker) => {
      await worker.openCorpus({ path }).then(
        () => assert.unreachable(),
        (error) => assert.is(error.code, 'IndexRead'),
      )
      await writeFile(path, CORPUS.bytes)
      const corpus = valid(await worker.openCorpus({ path }, { infoTable }))
      process.kill(worker.status().pid!, 'SIGKILL')
      await compareCorpus(corpus)
      await writeFile(path, FIRST.bytes)
      process.kill(worker.status().pid!, 'SIGKILL')
      await corpus.attribute(OUTPUT, SPANS).then(
        () => assert.unreachable(),
        (error) => assert.is(error.code, 'IndexRead'),
      )
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.run()
