/** A validator's check of answered span and rag jobs: everything posted must follow, the cited chunks too. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RetrievalEngine } from '../../../influence/rag/retrievalEngine.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { checkJob } from '../../../node/attester/checkJob.ts'
import type { OpenVersion } from '../../../node/attester/openSource.ts'
import { equal, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import type { ChainClient } from '../../../studio/chain/client.ts'
import { answerQuestion, type GivenAnswer, spanCommitment } from '../../../studio/chain/serving.ts'
import type { JobInfo } from '../../../studio/chain/version.ts'
import type { StudioWorker } from '../../../studio/surface.ts'
import { buildVersionChunks, chunkRows } from '../../../studio/versionChunks.ts'
import { buildVersionCorpus, firstInfoTable } from '../../../studio/versionCorpus.ts'

const JOB = 7n
const QUESTION = utf8('which one?')
const BOUNDS = { maxInputTokens: 100, maxOutputTokens: 4 }
const SETTINGS = { k: 64, tau: 246, level: 0, spanTokensMin: 8, spanInfoMin: 8, citationsMax: 2 }
const TEXTS = ['one red apple', 'two green pears', 'three blue plums']
const ROWS = TEXTS.map((text, i) => ({
  ...{ datanetId: 1n, rowId: BigInt(i + 1), contributorId: 1n, orderKey: BigInt(i + 1), isWithdrawn: false },
  row: { input: utf8(`${i}`), output: utf8(text) },
}))

function right<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(`${value.code}: expected ${value.expected}, got ${value.got}`)
  return value as T
}

/** Embeds every text as a fixed direction, and answers with the first letters of its prompt. */
const studio = {
  async embed(_: unknown, texts: readonly Uint8Array[]) {
    const vectors = texts.map((text) =>
      Float32Array.from({ length: 16 }, (_, j) => Math.sin(text[0]! + j * text[1]!) + 1),
    )
    return { width: 16, count: texts.length, values: Float32Array.from(vectors.flatMap((vector) => [...vector])) }
  },
  answer: async (_: unknown, prompt: Uint8Array) => ({
    output: prompt.slice(0, 4),
    tIn: 99,
    tOut: 4,
    isStopped: false,
  }),
} as unknown as StudioWorker

async function openRag(): Promise<OpenVersion & { method: 'rag' }> {
  const chunks = chunkRows(ROWS, 96)
  const embeddings = await studio.embed(
    null,
    chunks.map(({ text }) => text),
  )
  if ('kind' in embeddings) throw new Error(embeddings.code)
  const facts = { modelVersion: keccak256(utf8('version')), guardSeed: keccak256(utf8('seed')), tau: 246 }
  const built = right(buildVersionChunks(embeddings, chunks, facts))
  const opened = right(await RetrievalEngine.open(built.bytes))
  const version = {
    id: facts.modelVersion,
    adapter: null,
    info: { spec: { engine: 1 } },
    index: built.file,
    method: 'rag',
  }
  const serving = {
    method: 'rag',
    version,
    contextTokens: 96,
    chunks: chunks.map(({ text }) => text),
    retrieval: opened,
  }
  return { ...serving, opened } as unknown as OpenVersion & { method: 'rag' }
}

async function openSpan(engine: number): Promise<OpenVersion & { method: 'span' }> {
  const { bytes, file } = right(buildVersionCorpus(ROWS, firstInfoTable(ROWS)))
  const version = { id: keccak256(utf8('v')), adapter: null, info: { spec: { engine } }, corpus: file, method: 'span' }
  const opened = right(await SpanEngine.open(bytes, { verify: 'header' }))
  return { method: 'span', version, opened } as unknown as OpenVersion & { method: 'span' }
}

/** A chain whose logs hold one job's question, answer and cited rows; the job as the provider posted it. */
function posted({ answer, queryHash, ...given }: GivenAnswer, change: object = {}, cited = citedOf(given)) {
  const logs: Readonly<Record<string, unknown>> = {
    JobRequested: { request: { input: toHex(QUESTION) } },
    JobAnswered: { output: toHex(answer.output) },
    ...(cited !== undefined && { RowsCited: { rows: cited } }),
  }
  const client = {
    getContractEvents: async ({ eventName }: { eventName: string }) =>
      logs[eventName] === undefined ? [] : [{ args: logs[eventName] }],
  } as unknown as ChainClient
  const counts = { inputTokens: answer.tIn, outputTokens: answer.tOut }
  const hashes = { outputHash: toHex(keccak256(answer.output)), queryHash: toHex(queryHash) }
  return { client, job: { ...SETTINGS, ...BOUNDS, ...counts, ...hashes, ...change } as unknown as JobInfo }
}
const citedOf = (given: object) => ('cited' in given ? (given.cited as readonly number[]) : undefined)

async function reasonOf(open: OpenVersion, { client, job }: ReturnType<typeof posted>): Promise<string> {
  const checked = await checkJob({ client, studio, open }, JOB, job)
  return 'reason' in checked ? checked.reason : `attested ${checked.attribution.entries.map(({ row }) => row)}`
}

test('rag: an honest answer is attributed to the chunks before its question', async () => {
  const open = await openRag()
  const asked = { jobId: JOB, input: QUESTION, bounds: BOUNDS, citationsMax: 2 }
  const given = await answerQuestion(studio, open, asked)
  if ('kind' in given || given.method !== 'rag') throw new Error('no answer')
  assert.is(given.cited.length, 2)
  assert.is(given.answer.tIn, QUESTION.length + 1)
  const checked = await checkJob({ ...posted(given), studio, open }, JOB, posted(given).job)
  if ('reason' in checked) throw new Error(checked.reason)
  assert.equal(
    checked.attribution.entries.map(({ row }) => row).sort((a, b) => a - b),
    [...given.cited],
  )
})

test('rag: other chunks than those used, none, another embedding, answer or count are refused by name', async () => {
  const open = await openRag()
  const given = await answerQuestion(studio, open, { jobId: JOB, input: QUESTION, bounds: BOUNDS, citationsMax: 2 })
  if ('kind' in given || given.method !== 'rag') throw new Error('no answer')
  const [used] = given.cited
  const other = [0, 1, 2].filter((row) => !given.cited.includes(row))
  const list = `re-executed \\[${given.cited.join(', ')}\\]`
  assert.match(await reasonOf(open, posted(given, {}, other)), new RegExp(`cited rows: ${list}, posted \\[${other}\\]`))
  assert.match(await reasonOf(open, posted(given, {}, [used!])), new RegExp(`cited rows: ${list}`))
  assert.match(await reasonOf(open, posted(given, {}, [])), new RegExp(`cited rows: ${list}, posted \\[\\]`))
  const wrong = toHex(keccak256(utf8('another embedding')))
  assert.match(await reasonOf(open, posted(given, { queryHash: wrong })), 'query: re-executed')
  assert.match(await reasonOf(open, posted(given, { outputHash: wrong })), 'output: re-executed')
  assert.match(await reasonOf(open, posted(given, { inputTokens: 99 })), 'input tokens: 11, posted 99')
  assert.match(await reasonOf(open, posted(given, { outputTokens: 5 })), 'output tokens: 4, posted 5')
  const none = { ...posted(given), job: { ...posted(given).job, maxInputTokens: 5 } }
  assert.match(await reasonOf(open, none), 'InputTooLong: expected at most 5 tokens, got 11')
})

const SAID = utf8('I like two green pears')
const bytesCounted = (answer: Uint8Array, jobId = JOB): GivenAnswer => ({
  ...{ method: 'span', answer: { output: answer, tIn: QUESTION.length, tOut: answer.length, isStopped: true } },
  ...spanCommitment(jobId, answer),
})

test('span, another engine: the posted answer is taken as it is, its bytes counted and hashed', async () => {
  const open = await openSpan(0)
  assert.is(await reasonOf(open, posted(bytesCounted(SAID))), 'attested 1')
  assert.is(await reasonOf(open, posted(bytesCounted(utf8('nothing of theirs')))), 'attested ')
  const change = (fields: object) => reasonOf(open, posted(bytesCounted(SAID), fields))
  assert.match(await change({ inputTokens: QUESTION.length + 1 }), 'input tokens: 10, posted 11')
  assert.match(await change({ outputTokens: 1 }), 'output tokens: 22, posted 1')
  const ofOtherJob = toHex(bytesCounted(SAID, JOB + 1n).queryHash)
  assert.match(await change({ queryHash: ofOtherJob }), 'query: re-executed')
})

test('span, the studio’s engine: the answer itself is re-executed', async () => {
  const open = await openSpan(1)
  const given = await answerQuestion(studio, open, { jobId: JOB, input: QUESTION, bounds: BOUNDS, citationsMax: 0 })
  if ('kind' in given) throw new Error(given.code)
  assert.ok(equal(given.answer.output, QUESTION.slice(0, 4)))
  assert.is(await reasonOf(open, posted(given)), 'attested ')
  assert.match(await reasonOf(open, posted(bytesCounted(SAID))), 'output: re-executed')
  assert.match(await reasonOf(open, posted(given, {}, [0])), 'cited rows: re-executed [], posted [0]')
})

test.run()
