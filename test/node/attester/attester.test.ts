/** The attester when its node cannot answer for a moment: nothing that it owes is forgotten. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createAttester } from '../../../node/attester/attester.ts'
import type { SourceOpeners } from '../../../node/attester/openSource.ts'
import type { ChainClient } from '../../../studio/chain/client.ts'
import { ContentError } from '../../../studio/chain/content.ts'
import type { StudioWorker } from '../../../studio/surface.ts'

interface Range {
  readonly fromBlock: bigint
  readonly toBlock: bigint
}

/** A chain of so many jobs, of which logs and jobs may be asked. */
function attesterOf(jobCount: bigint, readLogs: (range: Range) => unknown[], readJob: () => unknown) {
  const lines: string[] = []
  const client = {
    getLogs: async ({ fromBlock, toBlock }: Range) => readLogs({ fromBlock, toBlock }),
    async readContract({ functionName }: { functionName: string }) {
      if (functionName === 'getJob') return readJob()
      return functionName === 'jobCount' ? jobCount : 0n
    },
  } as unknown as ChainClient
  const attester = createAttester({
    client,
    studio: {} as StudioWorker,
    openers: {} as SourceOpeners,
    onAttested: () => assert.unreachable('nothing was checked'),
    log: (line) => lines.push(line),
  })
  return { attester, lines }
}

test('attester: blocks whose logs could not be read are read with the next', async () => {
  const asked: Range[] = []
  const { attester, lines } = attesterOf(
    0n,
    (range) => {
      asked.push(range)
      if (range.toBlock < 9n) throw new Error('connection lost')
      return []
    },
    () => assert.unreachable('no job exists'),
  )
  for (const height of [7n, 8n, 9n, 10n]) attester.onBlock(height)
  await attester.idle()
  assert.equal(asked, [
    { fromBlock: 7n, toBlock: 7n },
    { fromBlock: 7n, toBlock: 8n },
    { fromBlock: 7n, toBlock: 9n },
    { fromBlock: 10n, toBlock: 10n },
  ])
  assert.is(lines.filter((line) => line.includes('connection lost')).length, 2)
  await attester.close()
})

test('attester: a duty that throws is tried with the next blocks, a bounded number of times', async () => {
  let reads = 0
  const { attester, lines } = attesterOf(
    1n,
    () => [],
    () => {
      reads++
      throw new Error('worker lost')
    },
  )
  for (let height = 1n; height <= 10n; height++) attester.onBlock(height)
  await attester.idle()
  assert.is(reads, 4)
  assert.equal([...new Set(lines)], ['job 1 is not attested: worker lost'])
  await attester.close()
})

test('attester: content that is on its way from peers is waited for, told once, and looked for less and less often', async () => {
  let reads = 0
  const missing = new ContentError('ContentMissing', 'the node does not hold content x')
  const { attester, lines } = attesterOf(
    1n,
    () => [],
    () => {
      reads++
      throw missing
    },
  )
  for (let height = 1n; height <= 36n; height++) attester.onBlock(height)
  await attester.idle()
  // At the start, then after 1, 2, … 8 blocks.
  assert.is(reads, 9)
  assert.equal(lines, ['job 1 waits for content from peers: the node does not hold content x'])
  for (let height = 37n; height <= 1_000n; height++) attester.onBlock(height)
  await attester.idle()
  assert.is(reads, 101)
  assert.equal(lines.slice(1), ['job 1 is not attested: the node does not hold content x'])
  await attester.close()
})

test.run()
