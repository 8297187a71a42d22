/** Twins scenarios: complete where they are listed, none twice, alike only under renaming. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  canonicalText,
  FOUR_WITH_ONE,
  partitions,
  renamings,
  type Scenario,
  SEVEN_WITH_TWO,
  twinsScenarios,
} from './scenarios.ts'

test('twins: partitions are counted by Bell, renamings by factorials', () => {
  assert.equal(
    [1, 2, 3, 4, 5, 6].map((count) => partitions(count).length),
    [1, 2, 5, 15, 52, 203],
  )
  assert.is(renamings(FOUR_WITH_ONE).length, 6 * 2)
  assert.is(renamings(SEVEN_WITH_TWO).length, 120 * 2 * 4)
})

test('twins: renaming honest nodes, or the two of a pair, makes no new scenario', () => {
  const one: Scenario = [
    { parts: [0, 0, 1, 1, 1], leader: 1 },
    { parts: [0, 1, 0, 0, 0], leader: 0 },
  ]
  // Nodes 1 and 2 exchanged, and the twins 0 and 4.
  const same: Scenario = [
    { parts: [0, 0, 1, 0, 1], leader: 2 },
    { parts: [0, 0, 1, 0, 0], leader: 0 },
  ]
  const other: Scenario = [one[0]!, { parts: [0, 1, 0, 0, 0], leader: 1 }]
  assert.is(canonicalText(one, FOUR_WITH_ONE), canonicalText(same, FOUR_WITH_ONE))
  assert.is.not(canonicalText(one, FOUR_WITH_ONE), canonicalText(other, FOUR_WITH_ONE))
})

test('twins: one-view scenarios are all there, and nothing comes twice', () => {
  const first: Scenario[] = []
  const texts = new Set<string>()
  for (const scenario of twinsScenarios(FOUR_WITH_ONE, 1)) {
    if (texts.size === 5_000) break
    if (scenario.length === 1) first.push(scenario)
    texts.add(canonicalText(scenario, FOUR_WITH_ONE))
  }
  assert.is(texts.size, 5_000)
  // Burnside over the 12 renamings, counted by brute force: 208 views fall into these classes.
  const views = partitions(5).flatMap((parts) => [0, 1, 2, 3].map((leader) => ({ parts, leader })))
  assert.is(first.length, new Set(views.map((view) => canonicalText([view], FOUR_WITH_ONE))).size)
  assert.ok(first.length > 20 && first.length < 60, `${first.length}`)
})

test.run()
