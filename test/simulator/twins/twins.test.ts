/** The part of the Byzantine campaigns that every change runs; the rest is `npm run sim` (testing.md §3, §6). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { scriptedCampaign } from '../campaigns/scriptedCampaign.ts'
import { replayScenario, twinsCampaign } from '../campaigns/twinsCampaign.ts'

const collect = () => {
  const lines: string[] = []
  return { lines, options: { say: (line: string) => lines.push(line), nowMs: () => 0, isTraced: false } }
}

test('twins: n = 4 with one twin and n = 7 with two keep the invariants, and live once healed', () => {
  const { lines, options } = collect()
  const tallies = [twinsCampaign(4, 400, 1, options), twinsCampaign(7, 60, 1, options)]
  assert.is(lines.join('\n'), '')
  assert.ok(tallies.every(({ blocks, runs }) => blocks >= 4 * runs))
})

test('scripted: leaders that build on old blocks and sign everything break nothing', () => {
  const { lines, options } = collect()
  const tally = scriptedCampaign(1, 150, options)
  assert.is(lines.join('\n'), '')
  assert.ok(tally.blocks > 4 * tally.runs)
})

test('twins: a scenario that a failure names is the one that replays', () => {
  const { lines, options } = collect()
  const text = '00111.0,01001.2'
  const [one, again] = [0, 1].map(() => {
    lines.length = 0
    replayScenario(4, text, { ...options, isTraced: true })
    return lines.join('\n')
  })
  assert.is(one, again)
  assert.ok(one!.includes('healed') && one!.includes('vote of 0'), 'a readable trace')
})

test.run()
