/** The quality command: a tiny run of it beats chance, agrees with float64 and writes its section once. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { randomGenerator } from '../../studio/random.ts'
import { floatScores, type GradientSet, inverseOf, prepareBlocks } from './floatMethods.ts'
import { runInteger } from './integerEngine.ts'
import { mislabel, REGIMES } from './mislabel/experiment.ts'
import { NOVEL, payBy, SQUARED, VERSION_1 } from './payRules.ts'
import { auc, descending, ranks, spearman } from './statistics.ts'

const QUALITY = fileURLToPath(new URL('./quality.ts', import.meta.url))

test('mislabel: a tiny run finds flipped labels, and the integers agree with float64', async () => {
  const { results } = await mislabel({
    seeds: 2,
    ranks: [4],
    regimes: REGIMES.slice(0, 1),
    rowCount: 200,
    say: () => undefined,
    command: 'test',
  })
  const runs = results.flat(2)
  assert.is(runs.length, 2)
  for (const { auc: found, pearson, curve } of runs) {
    assert.ok(found.integers > 0.55, `AUC ${found.integers} is hardly chance`)
    assert.ok(Math.abs(found.integers - found.DataInf) <= 0.005, `${found.integers} and ${found.DataInf}`)
    assert.ok(Math.abs(pearson.integers - pearson.DataInf) <= 0.01)
    assert.ok(found['printed, as printed'] < 0.5, 'the printed sign ranks clean rows first')
    assert.is(curve.integers.at(-1), 1)
  }
})

test('quality: the command writes its section, and a second run replaces it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'openledger-quality-test-'))
  const run = () => spawnSync(process.execPath, [QUALITY, 'mislabel', '--quick', '--seeds', '1', '--out', folder])
  for (const { status, stderr } of [run(), run()]) assert.is(status, 0, stderr.toString())
  const text = await readFile(path.join(folder, 'quality.md'), 'utf8')
  assert.is(text.split('<!-- mislabel -->').length, 2)
  assert.match(text, '| integers | 0.')
  assert.match(text, 'npm run quality -- mislabel --seeds 1 --quick')
  const [, figure] = /\]\((quality\/[\w-]+\.svg)\)/.exec(text)!
  assert.match(await readFile(path.join(folder, figure!), 'utf8'), 'prefers-color-scheme:dark')
  await rm(folder, { recursive: true })
})

test('statistics: ranks, AUC and order treat ties as stated', () => {
  assert.equal([...ranks([3, 1, 3, 2])], [3.5, 1, 3.5, 2])
  assert.is(
    auc([1, 1, 1, 1], (i) => i < 2),
    0.5,
  )
  assert.is(
    auc([4, 3, 2, 1], (i) => i < 2),
    1,
  )
  assert.equal(descending([1, 2, 2, 3]), [3, 1, 2, 0])
  assert.is(spearman([1, 2, 3], [1, 8, 27]), 1)
})

test('float methods: the exact inverse solves its system, and the printed formula has its sign turned', () => {
  const set = {
    dims: [3],
    rowCount: 4,
    queryCount: 1,
    rows: [Float32Array.of(1, 2, 0, 0, 1, -1, 2, 0, 1, -1, 1, 3)],
    queries: [Float32Array.of(1, -2, 0.5)],
  }
  const [block] = prepareBlocks(set)
  const x = inverseOf(block!)(set.queries[0]!)
  const g = (i: number) => set.rows[0]!.subarray(3 * i, 3 * i + 3)
  const back = [0, 1, 2].map(
    (j) =>
      block!.lambda * x[j]! +
      [0, 1, 2, 3].reduce(
        (sum, i) => sum + (g(i)[j]! * (g(i)[0]! * x[0]! + g(i)[1]! * x[1]! + g(i)[2]! * x[2]!)) / 4,
        0,
      ),
  )
  for (const [j, value] of back.entries()) assert.ok(Math.abs(value - set.queries[0]![j]!) < 1e-9)
  const scores = floatScores(set)
  assert.equal(
    [...scores['printed, as printed'][0]!].map((v) => -v),
    [...scores['printed, sign repaired'][0]!],
  )
})

/** `copies` more rows repeat row 0. */
function randomSet(rowCount: number, copies: number): GradientSet {
  const generator = randomGenerator(7)
  const dims = [24, 16]
  const draw = (count: number) =>
    dims.map((d) => Float32Array.from({ length: count * d }, () => generator.unit() - 0.4))
  const rows = draw(rowCount).map((block, l) =>
    Float32Array.from([...block, ...Array.from({ length: copies }, () => [...block.subarray(0, dims[l])]).flat()]),
  )
  return { dims, rowCount: rowCount + copies, queryCount: 3, rows, queries: draw(3) }
}

test('pay rules: version 1 is what the engine attributes', async () => {
  const run = await runInteger(randomSet(120, 0), { tau: 0 })
  const shares = await run.shares()
  for (const [q, scores] of run.exact.entries()) {
    const own = payBy(VERSION_1, run.built.file, scores)
    for (const [row, share] of shares[q]!.entries()) assert.ok(Math.abs(share - own[row]!) < 1e-6, `row ${row}`)
  }
  await run.close()
})

test('pay rules: novelty pays nothing to copies that the guard lets pass, squaring favours the best', async () => {
  const run = await runInteger(randomSet(120, 2), { tau: 0 })
  const best = run.exact.findIndex((scores) => scores[0]! > 0n)
  assert.ok(best >= 0, 'row 0 helps one of the queries')
  const pay = (rule: typeof NOVEL) => payBy({ ...rule, places: 100 }, run.built.file, run.exact[best]!)
  assert.ok(pay(VERSION_1)[120]! > 0)
  assert.is(pay(NOVEL)[120]! + pay(NOVEL)[121]!, 0)
  assert.ok(pay(NOVEL)[0]! > 0)
  assert.ok(Math.max(...pay(SQUARED)) > Math.max(...pay(VERSION_1)))
  await run.close()
})

test.run()
