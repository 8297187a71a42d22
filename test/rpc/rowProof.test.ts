/** openledger_getRowProof: what it asks the node, what it tells beside the proof, and every refusal in words. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../primitives/bytes.ts'
import type { ProvedRow, RowPlace } from '../../rpc/backend.ts'
import { answerJob, createStoryteller, publishData, requestJob, serveModel, settleJob } from './jobStory.ts'
import { openRealNode } from './realBackend.ts'
import { ask } from './rpcClient.ts'

const node = await openRealNode()
const teller = await createStoryteller(node)
await publishData(node, teller)
const version = await serveModel(node, teller)
await requestJob(node, teller, version)
test.after(() => node.close())

const asked: (readonly [bigint, RowPlace])[] = []
/** The attester's answer: row 2 of the index, which is row 3 of Datanet 1 and the second best paid. */
function prove(result: Uint8Array): void {
  const proved: ProvedRow = {
    kind: 'proved',
    row: 2,
    datanetId: 1n,
    rowId: 3n,
    status: 'accepted',
    duplicateOf: null,
    score: 300n,
    exponentG: 7,
    indexRoot: version.sourceRoot,
    result,
    proof: Uint8Array.of(1, 2, 3),
  }
  node.proveRow = (jobId, place) => {
    asked.push([jobId, place])
    return proved
  }
}

const proofOf = (...params: unknown[]) => ask(node.server.port, 'openledger_getRowProof', ...params)
const refusal = async (...params: unknown[]) => {
  const { error } = await proofOf(...params)
  return [error?.code, error?.message]
}

test('getRowProof: an unknown job, and one that is not answered, are refused by name', async () => {
  prove(new Uint8Array())
  assert.equal(await refusal(99, 0), [-32000, 'unknown job 99'])
  assert.equal(await refusal(1, 0), [-32000, 'job 1 is open: row proofs exist for jobs that are answered or settled'])
  assert.equal(asked, [])
})

test('getRowProof: an answered job has a proof, but no attribution root and no pay yet', async () => {
  await answerJob(teller, 1n)
  prove(Uint8Array.of(9))
  const { result } = await proofOf('1', 2)
  const { state, attributionRoot, rewardWei, isPaid, proof } = result as Record<string, unknown>
  assert.equal([state, attributionRoot, rewardWei, isPaid, proof], ['answered', null, null, false, '0x010203'])
})

test('getRowProof: a settled job tells the row, its score, its pay, the roots, result and proof', async () => {
  await settleJob(node, version, 1n)
  const settled = (await ask(node.server.port, 'openledger_getAttribution', 1)).result as {
    result: `0x${string}`
    root: string
    rows: { rewardWei: string }[]
  }
  prove(fromHex(settled.result))
  const told = (await proofOf(1, { datanetId: 1, rowId: '0x3' })).result as Record<string, unknown>
  assert.equal(
    { ...told, indexRoot: fromHex(told['indexRoot'] as `0x${string}`) },
    {
      jobId: '1',
      state: 'settled',
      method: 'datainf',
      versionId: told['versionId'],
      indexRoot: version.sourceRoot,
      attributionRoot: settled.root,
      row: 2,
      datanetId: '1',
      rowId: '3',
      contributorId: '3',
      status: 'accepted',
      duplicateOf: null,
      score: '300',
      exponentG: 7,
      benefit: 300 / 128,
      isPaid: true,
      weight: `${1n << 30n}`,
      rewardWei: settled.rows[1]!.rewardWei,
      result: settled.result,
      proof: '0x010203',
    },
  )
})

test('getRowProof: a row is a number, a quantity, a decimal string, or the contribution itself', async () => {
  asked.length = 0
  for (const row of [2, '2', '0x2', { datanetId: '1', rowId: 3 }]) assert.is((await proofOf(1, row)).error, undefined)
  assert.equal(asked, [...Array(3).fill([1n, { row: 2 }]), [1n, { datanetId: 1n, rowId: 3n }]])
  for (const [row, words] of [
    [-1, 'invalid argument row: expected a whole number from 0 to 1048575, got -1'],
    [2 ** 20, 'invalid argument row: expected a whole number from 0 to 1048575, got 1048576'],
    [{ rowId: 1 }, 'invalid argument row.datanetId: expected an id'],
    [{ datanetId: 1, rowId: 1, row: 1 }, 'invalid argument row.row: unknown field'],
  ] as const) {
    const [code, message] = await refusal(1, row)
    assert.is(code, -32602)
    assert.ok(`${message}`.startsWith(words), `${message}`)
  }
})

test('getRowProof: what the node refuses comes in its words, and another result than the settled one is refused', async () => {
  prove(Uint8Array.of(9))
  assert.equal(await refusal(1, 2), [
    -32000,
    'this node computes another result for job 1 than the one that was settled',
  ])
  const message = 'row 7 is out of range: the index has 3 rows, 0 to 2'
  node.proveRow = () => ({ kind: 'refused', message })
  assert.equal(await refusal(1, 7), [-32000, message])
})

test.run()
