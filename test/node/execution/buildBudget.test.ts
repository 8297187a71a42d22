/** A leader's time for a block follows what becomes of its blocks. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createBuildBudget } from '../../../node/execution/buildBudget.ts'

const hashOf = (n: number) => new Uint8Array(32).fill(n)

test('build budget: grows by a tenth with each own final block up to 500 ms, halves with each skipped one', () => {
  const budget = createBuildBudget()
  assert.is(budget.ms, 350)
  budget.built(hashOf(1), 1)
  budget.committed(hashOf(1), 1)
  assert.ok(Math.abs(budget.ms - 385) < 1e-9)
  budget.committed(hashOf(9), 2)
  assert.ok(Math.abs(budget.ms - 385) < 1e-9)
  for (let height = 3; height < 20; height++) {
    budget.built(hashOf(height), height)
    budget.committed(hashOf(height), height)
  }
  assert.is(budget.ms, 500)
  budget.built(hashOf(20), 20)
  budget.built(hashOf(21), 20)
  budget.committed(hashOf(99), 20)
  assert.is(budget.ms, 125)
  for (let height = 30; height < 60; height++) {
    budget.built(hashOf(height), height)
    budget.committed(hashOf(200), height)
  }
  assert.ok(budget.ms > 0)
})

test.run()
