/** DataInf-Z: equal to the BigInt oracle; batches, reasons and parameters. The invariances stand in `properties/`. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsBackend } from '../../influence/backends/jsBackend.ts'
import type { BuiltIndex } from '../../influence/buildIndex.ts'
import { InfluenceEngine } from '../../influence/engine.ts'
import { isRefused } from '../../influence/refusal.ts'
import { levelScores } from '../../influence/scoring/attribution.ts'
import { scaledTerm } from '../../influence/scoring/dataInf.ts'
import type { Attribution, Query, Score } from '../../influence/surface.ts'
import { openEngine } from './conformance/caseChecks.ts'
import { oracleBenefits } from './oracle/attribution.ts'
import { oracleIndex, wordsOfValues } from './oracle/gradientIndex.ts'
import { oracleScores } from './oracle/scores.ts'
import { buildCase, queryOfValues, randomCase } from './randomCases.ts'

const scoreOf = async (built: BuiltIndex, query: Query): Promise<Score> => {
  const score = await (await openEngine(built.bytes, createJsBackend())).score(query)
  if (isRefused(score)) throw new Error(score.code)
  return score
}

const attributionOf = async (built: BuiltIndex, query: Query, k?: number): Promise<Attribution> => {
  const engine = await openEngine(built.bytes, createJsBackend())
  const result = await engine.attribute(query, k === undefined ? {} : { k })
  if (isRefused(result)) throw new Error(result.code)
  return result
}

const text = (scores: BigInt64Array): string => scores.join()

test('scoring: equals the BigInt oracle on random small cases', async () => {
  const tau = fc.constantFrom(0, 1, 96, 200, 256)
  const clip = fc.constantFrom(0, 4, 255)
  await fc.assert(
    fc.asyncProperty(randomCase({ rowSpread: 24 }), tau, clip, async (own, tau, clip) => {
      const built = buildCase(own, { tau, clip })
      const expected = oracleIndex({ dims: own.dims, rows: own.rows.map(wordsOfValues), tau, clip })
      const { S, G } = oracleScores(expected, wordsOfValues(own.query))
      const { rows } = built.file
      assert.equal([...rows.status], expected.status)
      assert.equal(
        [...rows.duplicateOf],
        expected.dupOf.map((of) => of ?? 0xffffffff),
      )
      assert.equal([...rows.rho], expected.rho)
      assert.is(built.info.rhoRef, expected.rhoRef)
      const score = await scoreOf(built, queryOfValues(own.query, built))
      assert.is(score.exponentG, G)
      assert.is(text(score.scores), S.join())
      const B = oracleBenefits(expected, S, 1)
      const benefits = B.flatMap((benefit, row) => (benefit > 0n ? [{ row, benefit }] : []))
      assert.equal([...levelScores(built.file, score.scores, 1).values()], benefits)
    }),
    { numRuns: 400 },
  )
})

test('scoring: a term in doubles equals the rounding of the exact product', () => {
  const p = fc.bigInt({ min: -(2n ** 38n) + 1n, max: 2n ** 38n - 1n })
  fc.assert(
    fc.property(p, fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }), fc.integer({ min: -10, max: 90 }), (p, m31, s) => {
      const product = p * BigInt(m31)
      const half = s > 0 ? 1n << BigInt(s - 1) : 0n
      const rounded = s > 0 ? ((product < 0n ? -product : product) + half) >> BigInt(s) : 0n
      const expected = s > 0 ? (product < 0n ? -rounded : rounded) : product << BigInt(-s)
      const bound = 2n ** 50n
      fc.pre(expected <= bound && expected >= -bound)
      assert.is(BigInt(scaledTerm(Number(p), m31, s)), expected)
    }),
    { numRuns: 2000 },
  )
})

test('scoring: a batch gives what each query gives alone, and a bad query in it only its own refusal', async () => {
  const own = fc.sample(randomCase({ rowsMax: 12 }), { seed: 5, numRuns: 8 })[7]!
  const built = buildCase(own)
  const engine = await openEngine(built.bytes, createJsBackend())
  const queries = [own.query, own.rows[0]!, own.query.map((x) => -x)].map((values) => queryOfValues(values, built))
  const bad = { ...queries[0]!, codes: new Int8Array(built.info.rowBytes + 16) }
  const batch = await engine.scoreBatch([queries[0]!, bad, queries[1]!, queries[2]!])
  assert.is((batch[1] as { code: string }).code, 'ShapeMismatch')
  for (const [place, query] of [batch[0], batch[2], batch[3]].entries()) {
    assert.equal(query, await engine.score(queries[place]!))
  }
})

test('attribution: every row is either paid or has its reason', async () => {
  const reasons = new Set<string>()
  await fc.assert(
    fc.asyncProperty(randomCase({ rowsMax: 12 }), fc.integer({ min: 1, max: 3 }), async (own, k) => {
      const rows = [...own.rows, own.rows[0]!, own.rows[0]!.map(() => 0)]
      const built = buildCase({ dims: own.dims, rows }, { tau: 96 })
      const result = await attributionOf(built, queryOfValues(own.query, built), k)
      const named = [...result.entries, ...result.unpaid].map(({ row }) => row).sort((a, b) => a - b)
      assert.equal(named, [...rows.keys()])
      assert.ok(result.entries.length <= k)
      for (const { reason } of result.unpaid) reasons.add(reason)
    }),
    { numRuns: 60 },
  )
  for (const reason of ['notPositive', 'belowTopK', 'duplicateInIndex', 'empty']) assert.ok(reasons.has(reason), reason)
})

test('attribution: parameters outside their bounds are refused', async () => {
  const own = fc.sample(randomCase(), { seed: 1, numRuns: 1 })[0]!
  const built = buildCase(own)
  const engine = (await InfluenceEngine.open(built.bytes)) as InfluenceEngine
  const query = queryOfValues(own.query, built)
  for (const options of [{ k: 0 }, { k: 257 }, { k: 1.5 }, { tau: -1 }, { tau: 257 }, { level: 2 as 1 }]) {
    const result = await engine.attribute(query, options)
    assert.is(isRefused(result) && result.code, 'BadParameter', JSON.stringify(options))
  }
})

test.run()
