/** PC and PO (influence.md §6.7): exact copies earn nothing and move nothing; of two copies the first on chain is paid. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { AttributionOptions } from '../../../influence/surface.ts'
import { buildCase, queryOfValues, type RandomCase, randomCase } from '../randomCases.ts'
import { attributionOf, engineOf, orThrow, text } from './engines.ts'
import { holds } from './holds.ts'

/** Rows that are empty, repeated, or not finite are copied as well. */
const spoilt = (own: RandomCase): RandomCase => ({
  ...own,
  rows: [...own.rows, own.rows[0]!, own.rows[0]!.map(() => 0), own.rows[0]!.map((x, j) => (j === 0 ? Infinity : x))],
})

const copies = fc.array(fc.record({ of: fc.nat(), shift: fc.integer({ min: -60, max: 60 }), id: fc.nat() }), {
  minLength: 1,
  maxLength: 12,
})
const options: fc.Arbitrary<AttributionOptions> = fc.record({
  k: fc.constantFrom(1, 2, 3, 64, 256),
  level: fc.constantFrom(0, 1),
})

/** Appends the copies and compares everything that the old rows have. */
async function compareWithCopies(
  own: RandomCase,
  added: readonly { row: readonly number[]; id: number }[],
  settings: { tau: number; clip: number },
  attribution: AttributionOptions,
): Promise<void> {
  const ids = own.rows.map((_, row) => ['1', `${row + 1}`, `${row + 1}`])
  const moreIds = added.map(({ id }, place) => [`${id % 3}`, `${id}`, `${own.rows.length + place + 1}`])
  const before = buildCase(own, { ...settings, ids })
  const rows = [...own.rows, ...added.map(({ row }) => row)]
  const after = buildCase({ dims: own.dims, rows }, { ...settings, ids: [...ids, ...moreIds] })
  assert.equal(after.file.layers, before.file.layers)
  assert.is(after.info.rhoRef, before.info.rhoRef)
  assert.is(after.info.acceptedCount, before.info.acceptedCount)
  const [one, other] = [await engineOf(before), await engineOf(after)]
  for (const values of [own.query, own.rows[0]!]) {
    const a = orThrow(await one.score(queryOfValues(values, before)))
    const b = orThrow(await other.score(queryOfValues(values, after)))
    assert.is(b.exponentG, a.exponentG)
    assert.is(text(b.scores), [...a.scores, ...added.map(() => 0n)].join())
    const paid = orThrow(one.attributeScore(a, attribution))
    assert.equal(orThrow(other.attributeScore(b, attribution)).entries, paid.entries)
  }
}

test('PC: copies of any rows, times any power of two, change no score and no entry of the old rows', () =>
  holds(
    'PC',
    fc.asyncProperty(
      randomCase().map(spoilt),
      copies,
      fc.constantFrom(1, 96, 255, 256),
      fc.constantFrom(0, 4, 255),
      options,
      async (own, drawn, tau, clip, attribution) => {
        const added = drawn.map(({ of, shift, id }) => ({
          row: own.rows[of % own.rows.length]!.map((x) => x * 2 ** shift),
          id,
        }))
        await compareWithCopies(own, added, { tau, clip }, attribution)
      },
    ),
    250,
  ))

test('PC: also where the guard vector is a sketch of more than 256 coordinates', () =>
  holds(
    'PC, sketched',
    fc.asyncProperty(randomCase({ dims: [150, 140], rowsMax: 4 }), copies, async (own, drawn) => {
      const added = drawn.map(({ of, shift, id }) => ({
        row: own.rows[of % own.rows.length]!.map((x) => x * 2 ** shift),
        id,
      }))
      await compareWithCopies(own, added, { tau: 96, clip: 4 }, {})
    }),
    25,
  ))

test('PO: two exact duplicates that change places move the pay to the one that is now first, and nothing else', () => {
  let paidFirst = 0
  const property = fc.asyncProperty(randomCase(), fc.nat(), fc.constantFrom(1, 96, 256), async (own, pick, tau) => {
    const at = pick % own.rows.length
    const rows = own.rows.toSpliced(at, 0, own.rows[at]!)
    const ids = rows.map((_, row) => [`${row % 2}`, `${row + 1}`, `${1000 + row}`])
    const [first, second] = [ids[at]!, ids[at + 1]!]
    const swapped = ids.toSpliced(at, 2, [second[0]!, second[1]!, first[2]!], [first[0]!, first[1]!, second[2]!])
    const one = buildCase({ dims: own.dims, rows }, { tau, ids })
    const other = buildCase({ dims: own.dims, rows }, { tau, ids: swapped })
    for (const values of [own.query, own.rows[at]!]) {
      const a = await attributionOf(one, queryOfValues(values, one))
      const b = await attributionOf(other, queryOfValues(values, other))
      const moved = { datanetId: BigInt(second[0]!), rowId: BigInt(second[1]!) }
      assert.equal(
        b.entries,
        a.entries.map((entry) => (entry.row === at ? { ...entry, ...moved } : entry)),
      )
      assert.equal(b.scoresRoot, a.scoresRoot)
      assert.not.ok(a.entries.some(({ row }) => row === at + 1))
      if (a.entries.some(({ row }) => row === at)) paidFirst++
    }
  })
  return holds('PO', property, 150).then(() => assert.ok(paidFirst > 20, `${paidFirst} times the first was paid`))
})

test.run()
