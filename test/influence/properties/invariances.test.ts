/** What is invariant (influence.md §5): order of rows and blocks, batch size, tiles, back end, and powers of two. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { BuiltIndex } from '../../../influence/buildIndex.ts'
import { buildCase, permuteBlocks, queryOfValues, randomCase } from '../randomCases.ts'
import { engineOf, orThrow, scoreOf, text } from './engines.ts'
import { holds } from './holds.ts'

test('invariance: rows in another order permute the scores', () =>
  holds(
    'order of rows',
    fc.asyncProperty(randomCase(), fc.infiniteStream(fc.nat()), async (own, keys) => {
      const order = own.rows.map((_, row) => ({ row, key: keys.next().value as number }))
      const rows = order.sort((a, b) => a.key - b.key || a.row - b.row).map(({ row }) => row)
      const one = buildCase(own)
      const other = buildCase({ dims: own.dims, rows: rows.map((row) => own.rows[row]!) })
      const a = await scoreOf(one, queryOfValues(own.query, one))
      const b = await scoreOf(other, queryOfValues(own.query, other))
      assert.is(b.exponentG, a.exponentG)
      assert.is(text(b.scores), rows.map((row) => a.scores[row]).join())
    }),
    150,
  ))

test('invariance: blocks in another order change nothing', () =>
  holds(
    'order of blocks',
    fc.asyncProperty(randomCase(), fc.infiniteStream(fc.nat()), async (own, keys) => {
      const keyed = own.dims.map((_, l) => ({ l, key: keys.next().value as number }))
      const order = keyed.sort((a, b) => a.key - b.key || a.l - b.l).map(({ l }) => l)
      const turn = (values: readonly number[]) => permuteBlocks(values, own.dims, order)
      const one = buildCase(own)
      const other = buildCase({ dims: order.map((l) => own.dims[l]!), rows: own.rows.map(turn) })
      const a = await scoreOf(one, queryOfValues(own.query, one))
      const b = await scoreOf(other, queryOfValues(turn(own.query), other))
      assert.is(b.exponentG, a.exponentG)
      assert.is(text(b.scores), text(a.scores))
    }),
    150,
  ))

test('invariance: powers of two move G only: loss not at all, query down, rows up', () =>
  holds(
    'powers of two',
    fc.asyncProperty(
      randomCase(),
      fc.integer({ min: -60, max: 60 }),
      fc.constantFrom(0, 96),
      fc.constantFrom(4, 255),
      async (own, k, tau, clip) => {
        const scale = (values: readonly number[]) => values.map((x) => x * 2 ** k)
        const plain = buildCase(own, { tau, clip })
        const scaled = buildCase({ dims: own.dims, rows: own.rows.map(scale) }, { tau, clip })
        const base = await scoreOf(plain, queryOfValues(own.query, plain))
        const isZero = base.scores.every((score) => score === 0n)
        const cases: [BuiltIndex, readonly number[], number][] = [
          [scaled, scale(own.query), 0],
          [plain, scale(own.query), -k],
          [scaled, own.query, k],
        ]
        for (const [built, query, shift] of cases) {
          const score = await scoreOf(built, queryOfValues(query, built))
          assert.is(text(score.scores), text(base.scores))
          // No product at all: G is 0 by definition.
          if (!isZero) assert.is(score.exponentG, base.exponentG + shift)
        }
      },
    ),
    150,
  ))

test('invariance: a batch of any size gives what each query gives alone', () =>
  holds(
    'batch size',
    fc.asyncProperty(randomCase(), fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), async (own, picks) => {
      const built = buildCase(own, { tau: 96, clip: 4 })
      const engine = await engineOf(built)
      const askable = [own.query, ...own.rows, own.query.map((x) => -x)]
      const queries = picks.map((pick, q) => ({
        ...queryOfValues(askable[pick % askable.length]!, built),
        jobId: BigInt(q),
      }))
      const batch = await engine.scoreBatch(queries)
      for (const [q, query] of queries.entries()) assert.equal(batch[q], orThrow(await engine.score(query)))
    }),
    80,
  ))

test.run()
