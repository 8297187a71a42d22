/** PR (influence.md §6.7): a row whose gradient is multiplied by a power of two earns no more. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelScores } from '../../../influence/scoring/attribution.ts'
import { buildCase, queryOfValues, randomCase } from '../randomCases.ts'
import { scoreOf } from './engines.ts'
import { holds } from './holds.ts'
import { floorSlack, levelledCap, ROUNDING } from './levelledCap.ts'
import { payOf, plantedSet } from './plantedSet.ts'

const times = (values: readonly number[], s: number): number[] => values.map((x) => x * 2 ** s)

test('PR: a row at the clip may grow by any power of two, and not one byte of the index changes', async () => {
  let clippedCases = 0
  const property = fc.asyncProperty(
    randomCase({ rowSpread: 12 }),
    fc.nat(),
    fc.integer({ min: 1, max: 80 }),
    fc.integer({ min: 1, max: 8 }),
    fc.constantFrom(0, 96, 256),
    async (own, pick, s, clip, tau) => {
      const row = pick % own.rows.length
      const before = buildCase(own, { tau, clip })
      const { exponents, layers } = before.file
      const blocks = [...layers.keys()].filter((l) => !isZeroBlock(own.rows[row]!, own.dims, l))
      const isClipped = blocks.every((l) => exponents[row * layers.length + l]! === layers[l]!.floor)
      fc.pre(blocks.length > 0 && isClipped)
      clippedCases++
      const after = buildCase({ ...own, rows: own.rows.with(row, times(own.rows[row]!, s)) }, { tau, clip })
      assert.equal(after.bytes, before.bytes)
    },
  )
  await holds('PR, clipped', property, 60)
  assert.ok(clippedCases >= 60, `${clippedCases}`)
})

function isZeroBlock(values: readonly number[], dims: readonly number[], l: number): boolean {
  const start = dims.slice(0, l).reduce((total, d) => total + d, 0)
  return values.slice(start, start + dims[l]!).every((x) => x === 0)
}

test('PR: no row, at any scale, gets more of a query than the query is long', () =>
  holds(
    'PR, cap',
    fc.asyncProperty(
      randomCase(),
      fc.nat(),
      fc.integer({ min: -60, max: 60 }),
      fc.constantFrom(0, 4, 255),
      async (own, pick, s, clip) => {
        const row = pick % own.rows.length
        const rows = own.rows.with(row, times(own.rows[row]!, s))
        const built = buildCase({ ...own, rows }, { tau: 0, clip })
        for (const values of [own.query, own.rows[row]!]) {
          const query = queryOfValues(values, built)
          const score = await scoreOf(built, query)
          const cap = ROUNDING * levelledCap(built, query, score)
          for (const { row, benefit } of levelScores(built.file, score.scores, 1).values()) {
            const slack = floorSlack(built.file.rows.rho[row]!)
            // A benefit is a floor as well.
            assert.ok(Number(benefit) <= cap * slack + 1, `row ${row}: ${benefit} of at most ${cap * slack}`)
          }
        }
      },
    ),
    200,
  ))

test('PR: on a planted set, levelled pay of a rescaled row grows by less than 5 %; without levelling it is bought', async () => {
  const set = plantedSet(1)
  const rows = [0, 7, 41]
  for (const [level, s, least, most] of [
    [1, -3, 0.9, 1.05],
    [1, 1, 0.9, 1.05],
    [1, 4, 0.9, 1.05],
    [1, 10, 0.9, 1.05],
    [0, 1, 1.8, 2],
    [0, 10, 9, 13],
  ] as const) {
    const alone = await payOf(set, { level })
    let before = 0
    let after = 0
    for (const row of rows) {
      before += alone[row]!
      after += (await payOf({ ...set, rows: set.rows.with(row, times(set.rows[row]!, s)) }, { level }))[row]!
    }
    const ratio = after / before
    assert.ok(ratio >= least && ratio <= most, `level ${level}, × 2^${s}: pay × ${ratio.toFixed(3)}`)
  }
})

test.run()
