/** PN (influence.md §6.7): near copies below tau still earn something; measured on a planted set, and bounded. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createGaussian, mix, payOf, plantedSet } from './plantedSet.ts'

/** cos² of five variants with the row they are made from: the spread of one-letter changes in influence.md §6.7. */
const LIKENESS = [0.3, 0.45, 0.66, 0.8, 0.95]

/** Total pay of rows with their five variants, relative to the rows alone. */
async function gainOf(tau: number): Promise<number> {
  const set = plantedSet(1)
  const gaussian = createGaussian(99)
  const alone = await payOf(set, { tau })
  let before = 0
  let after = 0
  for (const at of [0, 7, 15, 41, 53, 66, 80, 90]) {
    const row = set.rows[at]!
    const variants = LIKENESS.map((like) => mix(row, Math.sqrt(like), row.map(gaussian)))
    const pay = await payOf({ ...set, rows: [...set.rows, ...variants] }, { tau })
    before += alone[at]!
    after += pay[at]! + pay.slice(set.rows.length).reduce((total, own) => total + own, 0)
  }
  return after / before
}

test('PN: the lower tau, the less five near copies add; at 96 less than one more row would', async () => {
  const gains: number[] = []
  for (const [tau, least, most] of [
    [0, 4, 5.2],
    [128, 1.8, 2.5],
    [96, 1.3, 1.9],
    [64, 1, 1.6],
  ] as const) {
    const gain = await gainOf(tau)
    assert.ok(gain >= least && gain <= most, `tau ${tau}: × ${gain.toFixed(3)}`)
    if (gains.length > 0) assert.ok(gain <= gains.at(-1)!, `tau ${tau}`)
    gains.push(gain)
  }
})

test.run()
