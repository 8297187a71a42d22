/** PS (influence.md §6.7): what cutting one row into k rows can earn: parallel parts nothing, orthogonal ones √k at most. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { wordsOf } from '../../../influence/quantise.ts'
import { levelScores } from '../../../influence/scoring/attribution.ts'
import { queryOf } from '../conformance/vectorCases.ts'
import { buildCase, queryOfValues, type RandomCase, randomCase } from '../randomCases.ts'
import { engineOf, orThrow, scoreOf } from './engines.ts'
import { holds } from './holds.ts'
import { floorSlack, levelledCap, ROUNDING } from './levelledCap.ts'
import { buildSet, type PlantedSet, payOf, plantedSet } from './plantedSet.ts'

const length = (values: readonly number[]): number => Math.hypot(...values)

/** k rows that share no coordinate, each of the same length; together they are one row. */
function cut(row: readonly number[], k: number): { whole: number[]; parts: number[][] } {
  const raw = Array.from({ length: k }, (_, i) => row.map((x, j) => (j % k === i ? x : 0)))
  const parts = raw.map((part) => part.map((x) => (x * length(row)) / (Math.sqrt(k) * length(part))))
  return { whole: row.map((_, j) => parts[j % k]![j]!), parts }
}

test('PS: rows that share no coordinate get together at most √k times what one row can get of a query', () =>
  holds(
    'PS, cap',
    fc.asyncProperty(randomCase({ rowsMax: 4 }), fc.integer({ min: 2, max: 6 }), async (own, k) => {
      const row = own.rows[0]!
      const parts = Array.from({ length: k }, (_, i) => row.map((x, j) => (j % k === i ? x : 0)))
      const rows = [...parts, ...own.rows.slice(1)]
      const built = buildCase({ ...own, rows }, { tau: 96, clip: 4 })
      const query = queryOfValues(own.query, built)
      const score = await scoreOf(built, query)
      const paid = [...levelScores(built.file, score.scores, 1).values()].filter((own) => own.row < k)
      const total = paid.reduce((sum, { benefit }) => sum + Number(benefit), 0)
      const slack = Math.max(1, ...paid.map((own) => floorSlack(built.file.rows.rho[own.row]!)))
      const most = ROUNDING * slack * Math.sqrt(paid.length) * levelledCap(built, query, score) + k
      assert.ok(total <= most, `${paid.length} rows: ${total} of at most ${most}`)
    }),
    200,
  ))

test('PS: parallel parts are flagged: one of them stands for all, with the same pay', () =>
  holds(
    'PS, parallel',
    fc.asyncProperty(randomCase(), fc.integer({ min: 1, max: 3 }), async (own: RandomCase, bits) => {
      const k = 2 ** bits
      const part = own.rows[0]!.map((x) => x / k)
      const whole = buildCase(own, { tau: 1 })
      const first = buildCase({ ...own, rows: own.rows.with(0, part) }, { tau: 1 })
      const cut = buildCase({ ...own, rows: [part, ...own.rows.slice(1), ...Array(k - 1).fill(part)] }, { tau: 1 })
      const query = queryOfValues(own.query, whole)
      const score = await scoreOf(cut, query)
      const n = own.rows.length
      assert.equal([...score.scores.slice(0, n)], [...(await scoreOf(first, query)).scores])
      assert.ok(score.scores.slice(n).every((value) => value === 0n))
    }),
    80,
  ))

/** Parts of one row over the pay of all other rows, for one query; `undefined` where a part has no benefit. */
async function oddsOf(
  set: PlantedSet,
  query: readonly number[],
  parts: readonly number[],
): Promise<number | undefined> {
  const built = buildSet(set)
  const score = orThrow(await (await engineOf(built)).score(queryOf(wordsOf(Float32Array.from(query)), built, 1n)))
  const benefits = levelScores(built.file, score.scores, 1)
  if (!parts.every((row) => benefits.has(row))) return undefined
  const sum = (rows: Iterable<number>) =>
    [...rows].reduce((total, row) => total + Number(benefits.get(row)!.benefit), 0)
  return sum(parts) / sum([...benefits.keys()].filter((row) => !parts.includes(row)))
}

test('PS: where every orthogonal part has a benefit, they earn √k times the whole and no more', async () => {
  const set = plantedSet(3)
  for (const k of [2, 4, 9]) {
    let compared = 0
    for (const at of [0, 7, 41]) {
      const { whole, parts } = cut(set.rows[at]!, k)
      const one = { ...set, rows: set.rows.with(at, whole) }
      const many = { ...set, rows: [...set.rows.with(at, parts[0]!), ...parts.slice(1)] }
      const places = [at, ...parts.slice(1).map((_, i) => set.rows.length + i)]
      for (const query of set.queries.filter((_, q) => q % 6 === at % 6)) {
        const before = await oddsOf(one, query, [at])
        const after = await oddsOf(many, query, places)
        if (before === undefined || after === undefined) continue
        compared++
        const ratio = after / before
        assert.ok(ratio > 0.9 * Math.sqrt(k) && ratio <= 1.05 * Math.sqrt(k), `k = ${k}: ${ratio.toFixed(3)}`)
      }
    }
    assert.ok(compared > 0, `k = ${k}`)
  }
})

test('PS: over all queries a split earns more than √k, since parts with a negative benefit are not charged', async () => {
  const set = plantedSet(3)
  for (const [k, least, most] of [
    [2, 1.42, 1.7],
    [4, 2.1, 2.8],
    [9, 3.2, 5],
  ] as const) {
    let before = 0
    let after = 0
    for (const at of [0, 7, 41]) {
      const { whole, parts } = cut(set.rows[at]!, k)
      before += (await payOf({ ...set, rows: set.rows.with(at, whole) }))[at]!
      const pay = await payOf({ ...set, rows: [...set.rows.with(at, parts[0]!), ...parts.slice(1)] })
      after += pay[at]! + pay.slice(set.rows.length).reduce((total, own) => total + own, 0)
    }
    const ratio = after / before
    assert.ok(ratio >= least && ratio <= most, `k = ${k}: ${ratio.toFixed(3)}`)
  }
})

test.run()
