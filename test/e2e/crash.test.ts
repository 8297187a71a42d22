/** `kill -9` of a whole node under transaction load: nothing that RPC told is lost, and the node goes on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crashOnce, describePlan, drawPlans } from '../node/crashRun.ts'
import { checkSaid, createNodeSubject } from './nodeCrash.ts'

const RUNS = 5
/** A block of a whole node takes longer than one of a bare store: as many kills in a third of the blocks. */
const BLOCKS_DIVISOR = 3

test(`kill -9: ${RUNS} kills of a node under load lose no block, receipt or accepted transaction`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const parent = await mkdtemp(path.join(tmpdir(), 'openledger-test-'))
  const folder = path.join(parent, 'store')
  const { subject, said } = await createNodeSubject()
  try {
    const heights = []
    for (const drawn of drawPlans(seed, RUNS)) {
      const plan = { ...drawn, announcements: Math.ceil(drawn.announcements / BLOCKS_DIVISOR) }
      const { height } = await crashOnce(subject, folder, plan).catch((error: unknown) => {
        throw new Error(`seed ${seed}, ${describePlan(plan)}`, { cause: error })
      })
      heights.push(height)
    }
    assert.equal(
      heights,
      [...heights].sort((a, b) => a - b),
    )
    assert.ok(said.mined.size > 0, `seed ${seed}: nothing was mined`)
    await checkSaid(folder, said)
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
})

test.run()
