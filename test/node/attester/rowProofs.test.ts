/** Row proofs of the attester: what the world refuses comes in words, one at a time, and the queue has an end. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type OpenVersion, VersionUnusable } from '../../../node/attester/openSource.ts'
import { createRowProver, type RowProverOptions } from '../../../node/attester/rowProofs.ts'
import type { ChainClient } from '../../../studio/chain/client.ts'
import { ContentError } from '../../../studio/chain/content.ts'

const client = { readContract: async () => ({ versionId: '0x01' }) } as unknown as ChainClient
const never = () => assert.unreachable('no job was asked for') as never

function proverOf(use: (versionId: string) => Promise<unknown>) {
  return createRowProver({ client, use: use as unknown as RowProverOptions['use'], computed: never })
}

const wordsOf = async (work: ReturnType<ReturnType<typeof proverOf>['prove']>) => {
  const answer = await work
  return answer.kind === 'refused' ? answer.message : answer.kind
}

test('row proofs: content that is not held and an index that is none are refused in words; a bug stays an error', async () => {
  const missing = proverOf(async () => {
    throw new ContentError('ContentMissing', 'the node does not hold content bafkreiabc')
  })
  assert.is(
    await wordsOf(missing.prove(7n, { row: 0 })),
    'no row proof for job 7: the node does not hold content bafkreiabc',
  )
  const broken = proverOf(async () => {
    throw new VersionUnusable('FlagMismatch', 'index of 0x01: FlagMismatch: expected 0, got 1')
  })
  assert.match(await wordsOf(broken.prove(7n, { row: 0 })), /^no row proof for job 7: index of 0x01: FlagMismatch/)
  const bug = proverOf(async () => {
    throw new TypeError('undefined is not a function')
  })
  await bug.prove(7n, { row: 0 }).then(never, (error) => assert.instance(error, TypeError))
  assert.match(await wordsOf(missing.prove(8n, { row: 0 })), 'bafkreiabc', 'it goes on after all of them')
})

test('row proofs: another method is refused before anything is computed', async () => {
  const prover = proverOf(async () => undefined)
  const open = { method: 'span' } as OpenVersion
  const spans = createRowProver({ client, use: (_id, work) => work(open), computed: never })
  assert.match(await wordsOf(spans.prove(3n, { row: 0 })), /^no row proof for job 3: it is attributed by span/)
  const gone = AbortSignal.abort()
  assert.is(await wordsOf(prover.prove(3n, { row: 0 }, gone)), 'nobody waits for this row proof any more')
})

test('row proofs: one is made at a time, and of too many the last are refused at once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let atWork = 0
  let most = 0
  const prover = proverOf(async () => {
    most = Math.max(most, ++atWork)
    await promise
    atWork--
    throw new ContentError('ContentMissing', 'gone')
  })
  const waiting = Array.from({ length: 32 }, (_, job) => wordsOf(prover.prove(BigInt(job), { row: 0 })))
  assert.is(
    await wordsOf(prover.prove(99n, { row: 0 })),
    '32 row proofs are waiting on this node already: ask again later',
  )
  resolve()
  assert.is((await Promise.all(waiting)).filter((words) => words.endsWith(': gone')).length, 32)
  assert.is(most, 1)
  assert.match(await wordsOf(prover.prove(100n, { row: 0 })), 'gone')
})

test.run()
