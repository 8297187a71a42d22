/** Checks that must wait: for how long, and that they end. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import type { Candidate, Hash } from '../../../consensus/step.ts'
import { createBodies } from '../../../node/agreement/bodies.ts'
import type { Verdict } from '../../../node/agreement/ports.ts'
import { createChecker } from '../../../node/agreement/run/checker.ts'
import { quiet } from '../../simulator/world/eventQueue.ts'

const unreachable = (): never => {
  throw new Error('nothing asks for it')
}

const candidateOf = (view: number): Candidate => ({
  view,
  parentView: view - 1,
  parentId: '0x00',
  blockHash: `0xb${view}`,
  id: `0xc${view}`,
})

test('check: a block that is ahead of our clock by an hour is looked at again each second, since clocks are set right', async () => {
  const verdicts: Verdict[] = [
    { kind: 'early', retryAfterMs: 3_600_000 },
    { kind: 'early', retryAfterMs: 40 },
    { kind: 'valid' },
  ]
  const waits: { readonly delayMs: number; readonly run: () => void }[] = []
  const checked: [Hash, boolean][] = []
  const bodies = createBodies()
  bodies.addBlock('0xb2', new Uint8Array(1), 2)
  const checker = createChecker({
    epoch: {} as EpochWithLeaders,
    crypto: { candidateId: () => unreachable() },
    clock: {
      after(delayMs, run) {
        waits.push({ delayMs, run })
        return () => {}
      },
    },
    execution: {
      build: () => unreachable(),
      check: async () => verdicts.shift()!,
      hashOf: () => undefined,
    },
    bodies,
    fetcher: { fetch: () => unreachable() },
    isPast: () => false,
    onBuilt: () => unreachable(),
    onChecked: (id, valid) => checked.push([id, valid]),
    onFetched: () => unreachable(),
    onFault: (error) => assert.unreachable(String(error)),
  })
  checker.check(candidateOf(2), candidateOf(1))
  await quiet()
  waits[0]!.run()
  await quiet()
  assert.equal(checked, [])
  waits[1]!.run()
  await quiet()
  assert.equal(
    waits.map(({ delayMs }) => delayMs),
    [1_000, 40],
  )
  assert.equal(checked, [['0xc2', true]])
})

test.run()
