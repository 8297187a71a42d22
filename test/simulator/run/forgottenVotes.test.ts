/** What a flipped bit in a signer log excuses: the vote of its last record, in that view, and nothing else. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openSigner } from '../../../node/agreement/durability/signer.ts'
import { createRandom } from '../../fuzz/random.ts'
import { secretOf, taggedBls } from '../standIns/taggedBls.ts'
import { createEventQueue } from '../world/eventQueue.ts'
import { createVirtualDisk } from '../world/virtualDisk.ts'
import { createForgottenVotes } from './forgottenVotes.ts'

const CHAIN = { chainId: 1n, genesisHash: new Uint8Array(32).fill(7) }
const EPOCH_HASH = new Uint8Array(32).fill(1)
const OTHER_HASH = new Uint8Array(32).fill(2)

async function signedLog(): Promise<Uint8Array> {
  const faults = { syncMsMax: 0, isSyncBroken: false, isFull: false, failures: 0 }
  const disk = createVirtualDisk({ queue: createEventQueue(), random: createRandom(1, 1), faults })
  const files = disk.mount({ isAlive: true, pausedUntilMs: 0 })
  const signer = await openSigner({ disk: files, chain: CHAIN, bls: taggedBls, secret: secretOf(3) }, true)
  await signer.enter({ number: 0, epochHash: EPOCH_HASH })
  for (let view = 1; view <= 3; view++) await signer.sign({ kind: 'skip', epochHash: EPOCH_HASH, view })
  return (await files.read('signer'))!
}

test('forgotten votes: a flip in the last record takes that vote, one before it takes the log, one elsewhere nothing', async () => {
  const before = await signedLog()
  const forgottenViews = (name: string, at: number) => {
    const votes = createForgottenVotes(CHAIN)
    const after = before.slice()
    after[at]! ^= 1
    votes.onBitFlip(5, { name, before, after })
    const views = [1, 2, 3, 4].filter((view) => votes.isForgotten(5, EPOCH_HASH, view))
    assert.is(votes.has(5), views.length > 0)
    assert.not.ok(votes.isForgotten(5, OTHER_HASH, 3) || votes.isForgotten(4, EPOCH_HASH, 3))
    return views
  }
  assert.equal(forgottenViews('signer', before.length - 1), [3])
  assert.equal(forgottenViews('signer', 3), [])
  assert.equal(forgottenViews('signer', before.length >> 1), [])
  assert.equal(forgottenViews('wal-0000000001', before.length - 1), [])
})

test.run()
