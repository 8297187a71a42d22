/** The worker's calls: results agree with each other, bad input is refused by name, a run can be aborted. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, equal, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { decodeAdapter, encodeAdapter } from '../../studio/format/adapter.ts'
import type { Progress, StudioWorker } from '../../studio/surface.ts'
import { taskSet } from '../../studio/tasks.ts'
import { buildQuery, buildVersionIndex } from '../../studio/versionIndex.ts'
import { openStudioWorker, StudioError } from '../../studio/worker/studioWorker.ts'
import { accepted, FIVE_STEPS, gradientBytes, smallBase } from './reexecution.ts'

const set = taskSet({ seed: 5, rowsPerTask: 4, questionsPerTask: 1 })
const rows = set.rows.flat()
const inputs = set.questions.flat().map((row) => row.input)
const bounds = { maxInputTokens: 30, maxOutputTokens: 5 }
let worker: StudioWorker
let adapter: Uint8Array

test.before(async () => {
  worker = accepted(await openStudioWorker(smallBase()))
  adapter = accepted(await worker.train(rows, FIVE_STEPS)).adapter
})
test.after(() => worker.close())

const codeOf = (value: unknown): unknown => (value as { code?: unknown }).code ?? 'accepted'

test('studio worker: names base, tokenizer and engine by keccak256', () => {
  assert.equal(worker.hashes.base, keccak256(smallBase().weights))
  assert.equal(worker.hashes.tokenizer, keccak256(smallBase().tokenizer))
  assert.is(worker.hashes.engine.length, 32)
})

test('studio worker: training reports every step, lowers the loss, and depends on the seed', async () => {
  const seen: Progress[] = []
  const long = { ...FIVE_STEPS, steps: 30 }
  const trained = accepted(await worker.train(rows, long, { onProgress: (progress) => seen.push(progress) }))
  assert.equal(
    seen.map((progress) => progress.kind === 'train' && progress.step),
    Array.from({ length: 30 }, (_, i) => i + 1),
  )
  assert.ok(seen.every((progress) => progress.msLeft >= 0))
  assert.ok(trained.losses.at(-1)! < trained.losses[0]! - 0.1, `${trained.losses[0]} → ${trained.losses.at(-1)}`)
  const other = accepted(await worker.train(rows, { ...FIVE_STEPS, seed: 10 }))
  assert.not.ok(equal(other.adapter, adapter))
})

test("studio worker: a row's gradient does not depend on the rows beside it", async () => {
  const all = accepted(await worker.rowGradients(adapter, rows))
  const picked = [37, 3, 18]
  const some = accepted(
    await worker.rowGradients(
      adapter,
      picked.map((i) => rows[i]!),
    ),
  )
  for (const [l, dim] of all.blockDims.entries())
    for (const [at, i] of picked.entries())
      assert.equal(
        some.blocks[l]!.slice(at * dim, (at + 1) * dim),
        all.blocks[l]!.slice(i * dim, (i + 1) * dim),
        `${all.blockNames[l]}, row ${i}`,
      )
})

test("studio worker: a text's embedding does not depend on the texts beside it, but on the adapter", async () => {
  const texts = rows.map((row) => concat(row.input, utf8('\n'), row.output))
  const all = accepted(await worker.embed(adapter, texts))
  assert.equal([all.count, all.width], [texts.length, 32])
  const at = (values: Float32Array, i: number) => values.slice(i * all.width, (i + 1) * all.width)
  for (const i of [37, 3, 18]) {
    const alone = accepted(await worker.embed(adapter, [texts[i]!]))
    assert.equal(alone.values, at(all.values, i), `text ${i}`)
  }
  assert.ok(all.values.every(Number.isFinite))
  const bare = accepted(await worker.embed(null, texts.slice(0, 1)))
  assert.not.equal(bare.values, at(all.values, 0))
})

test('studio worker: empty texts and texts above the context are refused by their place', async () => {
  const refused = await worker.embed(null, [utf8('fits'), new Uint8Array(0)])
  assert.is(codeOf(refused), 'TextLength')
  assert.match((refused as { got: string }).got, 'text 1: 0 bytes')
  assert.is(codeOf(await worker.embed(null, [new Uint8Array(worker.contextTokens + 1).fill(97)])), 'TextLength')
  assert.is(codeOf(await worker.embed(null, [new Uint8Array(worker.contextTokens).fill(97)])), 'accepted')
})

test('studio worker: blocks are the PEFT matrices in the order of their names', async () => {
  const { blockNames, blockDims, blocks } = accepted(await worker.rowGradients(adapter, rows.slice(0, 2)))
  const path = 'base_model.model.transformer.h.0.attn.attention.q_proj.lora_A.weight'
  assert.equal(blockNames[0], path)
  assert.equal([...blockNames].sort(), blockNames)
  assert.equal(blockDims, Array(8).fill(128))
  assert.ok(blocks.every((block) => block.every(Number.isFinite) && block.some((x) => x !== 0)))
})

test('studio worker: a gradient is the slope of the loss', async () => {
  const row = rows[5]!
  const gradients = accepted(await worker.rowGradients(adapter, [row]))
  const decoded = accepted(decodeAdapter(adapter))
  const step = 1 / 64
  for (const [l, name] of gradients.blockNames.entries()) {
    const block = gradients.blocks[l]!
    const at = block.reduce((best, x, i) => (Math.abs(x) > Math.abs(block[best]!) ? i : best), 0)
    const lossAt = async (move: number) => {
      const tensors = new Map(decoded.tensors)
      const { shape, data } = tensors.get(name)!
      tensors.set(name, { shape, data: data.map((x, i) => (i === at ? x + move : x)) })
      const moved = encodeAdapter({ config: decoded.config, tensors })
      return accepted(await worker.rowGradients(moved, [row])).losses[0]!
    }
    const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step)
    assert.ok(Math.abs(slope - block[at]!) < 0.03 * Math.abs(block[at]!) + 1e-4, `${name}: ${slope}, ${block[at]}`)
  }
})

test('studio worker: an answer alone equals the answer in a batch', async () => {
  const batch = accepted(await worker.answerBatch(adapter, inputs, bounds))
  for (const [i, input] of inputs.entries()) {
    assert.equal(accepted(await worker.answer(adapter, input, bounds)), batch[i])
    assert.is(batch[i]!.tIn, input.length + 1)
    assert.ok(batch[i]!.tOut <= bounds.maxOutputTokens)
  }
})

test('studio worker: a query of a stopped answer is the gradient of the same row', async () => {
  const [row] = rows
  const answer = { output: row!.output, tIn: row!.input.length + 1, tOut: row!.output.length + 1, isStopped: true }
  const query = accepted(await worker.queryGradient(adapter, row!.input, answer))
  assert.equal(gradientBytes(query), gradientBytes(accepted(await worker.rowGradients(adapter, [row!]))))
  const cut = accepted(await worker.queryGradient(adapter, row!.input, { ...answer, tOut: answer.tOut - 1 }))
  assert.not.equal(gradientBytes(cut), gradientBytes(query))
})

test('studio worker: gradients become an index and a query that fits it', async () => {
  const gradients = accepted(await worker.rowGradients(adapter, rows))
  const places = rows.map((_, i) => ({ datanetId: 1n, rowId: BigInt(i + 1), orderKey: BigInt(i + 1) }))
  const modelVersion = new Uint8Array(32).fill(1)
  const index = buildVersionIndex(gradients, places, { modelVersion, guardSeed: new Uint8Array(32).fill(2) })
  assert.ok('bytes' in index && index.header.length === 176 && index.info.rowCount === rows.length)
  const query = buildQuery(gradients, 7n, modelVersion)
  assert.ok('codes' in query && query.codes.length === 1024 && query.exponents.length === 8)
})

test('studio worker: evaluation is a record with its hash', async () => {
  const evaluation = accepted(await worker.evaluate(adapter, rows.slice(0, 5)))
  assert.equal(evaluation.hash, keccak256(utf8(evaluation.record)))
  assert.equal(JSON.parse(evaluation.record).rows, 5)
  assert.ok(Math.abs(Math.log(evaluation.perplexity) - evaluation.loss) < 1e-9)
  assert.equal(accepted(await worker.evaluate(adapter, rows.slice(0, 5))), evaluation)
})

test('studio worker: what does not fit is refused by name', async () => {
  const row = rows[0]!
  const long = { input: new Uint8Array(40).fill(65), output: new Uint8Array(40).fill(65) }
  const answer = accepted(await worker.answer(adapter, inputs[0]!, bounds))
  const train = (change: object) => worker.train(rows, { ...FIVE_STEPS, ...change })
  const cases: [unknown, string][] = [
    [await worker.train([], FIVE_STEPS), 'NoRows'],
    [await worker.train([row, long], FIVE_STEPS), 'RowTooLong'],
    [await worker.train([{ ...row, output: new Uint8Array() }], FIVE_STEPS), 'EmptyOutput'],
    [await train({ steps: 0 }), 'BadOption'],
    [await train({ seed: -1 }), 'BadOption'],
    [await train({ learningRate: Number.NaN }), 'BadOption'],
    [await train({ rank: 65 }), 'BadOption'],
    [await train({ targets: ['lm_head'] }), 'BadOption'],
    [await train({ targets: [] }), 'BadOption'],
    [await train({ contextTokens: 8 }), 'BadOption'],
    [await worker.rowGradients(adapter, [long]), 'RowTooLong'],
    [await worker.rowGradients(new Uint8Array(9), rows), 'BadSafetensors'],
    [await worker.rowGradients(smallBase().weights, rows), 'BadAdapter'],
    [await worker.rowGradients(concat(adapter, new Uint8Array(4)), rows), 'BadSafetensors'],
    [await worker.answer(adapter, new Uint8Array(30), bounds), 'InputTooLong'],
    [await worker.answer(adapter, inputs[0]!, { ...bounds, maxOutputTokens: 0 }), 'BadOption'],
    [await worker.queryGradient(adapter, inputs[0]!, { ...answer, tIn: answer.tIn + 1 }), 'BadTokenCount'],
    [await worker.queryGradient(adapter, inputs[0]!, { ...answer, tOut: answer.tOut + 2 }), 'BadTokenCount'],
    [await worker.evaluate(adapter, []), 'NoRows'],
  ]
  for (const [i, [got, code]] of cases.entries()) assert.is(codeOf(got), code, `case ${i}: ${JSON.stringify(got)}`)
})

test('studio worker: an aborted run says so and the worker goes on', async () => {
  const abort = new AbortController()
  const aborted = await worker.train(
    rows,
    { ...FIVE_STEPS, steps: 100_000 },
    {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    },
  )
  assert.is(codeOf(aborted), 'Aborted')
  assert.equal(accepted(await worker.train(rows, FIVE_STEPS)).adapter, adapter)
})

test('studio worker: files that are no base are refused at opening', async () => {
  const base = smallBase()
  const config = (change: object) =>
    utf8(JSON.stringify({ ...JSON.parse(new TextDecoder().decode(base.config)), ...change }))
  const cases: [object, string][] = [
    [{ weights: new Uint8Array(3) }, 'BadSafetensors'],
    [{ weights: adapter }, 'BadSafetensors'],
    [{ config: utf8('{') }, 'BadConfig'],
    [{ config: config({ model_type: 'llama' }) }, 'BadConfig'],
    [{ config: config({ hidden_size: 33 }) }, 'BadConfig'],
    [{ config: config({ num_layers: 1e9 }) }, 'BadConfig'],
    [{ config: config({ eos_token_id: 257 }) }, 'BadConfig'],
    [{ tokenizer: utf8('{}') }, 'BadTokenizer'],
  ]
  for (const [change, code] of cases)
    assert.is(codeOf(await openStudioWorker({ ...base, ...change })), code, JSON.stringify(Object.keys(change)))
})

test('studio worker: a call after close fails with a code', async () => {
  const other = accepted(await openStudioWorker(smallBase()))
  await other.close()
  const error = await other.evaluate(null, rows).catch((cause) => cause)
  assert.instance(error, StudioError)
  assert.is(error.code, 'ThreadClosed')
})

test.run()
