/** The openledger_ methods on a real chain: from rows to a settled job and the reasons of its rewards. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { answerJob, createStoryteller, publishData, requestJob, serveModel, settleJob } from './jobStory.ts'
import { openRealNode } from './realBackend.ts'
import { ask } from './rpcClient.ts'

const node = await openRealNode()
const teller = await createStoryteller(node)
const { accounts } = teller
await publishData(node, teller)
const version = await serveModel(node, teller)
await requestJob(node, teller, version)

interface Reason {
  readonly rowId: string
  readonly status: string
  readonly reason: string
  readonly rewardWei: string
  readonly rank: number | null
  readonly duplicateOf: { readonly rowId: string } | null
  readonly explanation: string
}
interface Explained {
  readonly status: string
  readonly explanation: string
  readonly rewardWei: string
  readonly rewardsOfAllWei: string
  readonly validatorRefusal?: string | null
  readonly rows: readonly Reason[]
}
const read = async <T>(method: string, ...params: unknown[]): Promise<T> => {
  const { result, error } = await ask(node.server.port, `openledger_${method}`, ...params)
  if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`)
  return result as T
}
const explain = (account: number, jobId = 1) => read<Explained>('explainReward', accounts[account], jobId)

test.after(() => node.close())

test('getDatanet(s): counts, versions and words for curation', async () => {
  const shown = await read<Record<string, unknown>>('getDatanet', 1)
  assert.equal(
    [shown['name'], shown['curation'], shown['rowCount'], shown['acceptedCount']],
    ['Tales', 'owner', '5', '3'],
  )
  assert.is((shown['versions'] as { count: string }[])[0]!.count, '3')
  const all = await read<{ total: string; datanets: unknown[] }>('getDatanets')
  assert.equal([all.total, all.datanets.length], ['1', 1])
})

test('getRow(s): records with status, one row with its text', async () => {
  const row = await read<Record<string, unknown>>('getRow', 1, 2)
  assert.equal([row['input'], row['output'], row['status'], row['contributorId']], ['two', '!', 'accepted', '2'])
  assert.match(String(row['contentId']), 'bafkrei')
  const rows = await read<{ status: string }[]>('getRows', 1)
  assert.equal(
    rows.map(({ status }) => status),
    ['accepted', 'accepted', 'accepted', 'rejected', 'pending'],
  )
  assert.is(await read('getRow', 1, 6), null)
  assert.is(await read('getRow', 2, 1), null)
})

test('getModel: state and versions in words', async () => {
  const model = await read<{ state: string; versions: { state: string; rowCount: number }[] }>('getModel', 1)
  assert.equal([model.state, model.versions[0]!.state, model.versions[0]!.rowCount], ['deployed', 'serving', 3])
  assert.is(await read('getModel', 2), null)
})

test('getJob, explainReward: while the job is open, taken and answered', async () => {
  const open = await read<Record<string, unknown>>('getJob', 1)
  assert.equal(
    [open['state'], open['output'], open['input']],
    ['open', null, `0x${Buffer.from('what is it?').toString('hex')}`],
  )
  assert.is(await read('getAttribution', 1), null)
  assert.match((await explain(1)).explanation, 'no provider has accepted')
  await answerJob(teller, 1n)
  node.refusals.set(1n, 'the answer differs at byte 3')
  const answered = await explain(1)
  assert.equal([answered.status, answered.validatorRefusal], ['waiting', 'the answer differs at byte 3'])
  assert.match(answered.explanation, 'no quorum')
})

test('getAttribution: paid rows with contributor, reward and content; the split sums to the fee', async () => {
  await settleJob(node, version, 1n)
  const settled = await read<{
    method: string
    split: Record<string, string>
    rows: { rowId: string; contributorId: string; rewardWei: string; content: { input: string } }[]
  }>('getAttribution', 1)
  assert.is(settled.method, 'datainf')
  assert.equal(
    settled.rows.map(({ rowId, contributorId, content }) => [rowId, contributorId, content.input]),
    [
      ['1', '2', 'one'],
      ['3', '3', 'three'],
    ],
  )
  const { feeWei, ...parts } = settled.split
  assert.is(
    Object.values(parts).reduce((sum, part) => sum + BigInt(part), 0n),
    BigInt(feeWei!),
  )
  const job = await read<Record<string, unknown>>('getJob', 1)
  assert.equal([job['state'], job['split']], ['settled', settled.split])
  const paidWei = settled.rows.reduce((sum, { rewardWei }) => sum + BigInt(rewardWei), 0n)
  assert.is(paidWei, BigInt(settled.split['rewardsWei']!))
})

test('settlement: the system transaction shows as type 0x7e without price or signature', async () => {
  const { transactionHash } = await read<{ transactionHash: string }>('getAttribution', 1)
  const { port } = node.server
  const shown = (await ask(port, 'eth_getTransactionByHash', transactionHash)).result as Record<string, unknown>
  assert.equal(
    [shown['type'], shown['gasPrice'], shown['v'], shown['r'], shown['s'], shown['mint'], shown['isSystemTx']],
    ['0x7e', '0x0', '0x0', '0x0', '0x0', '0x0', true],
  )
  const receipt = (await ask(port, 'eth_getTransactionReceipt', transactionHash)).result as Record<string, unknown>
  assert.equal([receipt['type'], receipt['status'], receipt['depositReceiptVersion']], ['0x7e', '0x1', '0x1'])
  assert.is(receipt['depositNonce'], shown['nonce'])
})

test('explainReward: paid, and repeated by a near copy, with scores when the node holds them', async () => {
  const without = await explain(1)
  assert.equal([without.status, without.rows[1]!.reason], ['paid', 'notAmongPaid'])
  const scored = (row: number, rank: number, score: bigint, weight: bigint) =>
    ({ row, datanetId: 1n, rowId: BigInt(row + 1), score, rank, weight }) as const
  node.scored.set(1n, [
    { ...scored(0, 1, 900n, 3n << 30n), unpaid: null },
    { ...scored(1, 2, 850n, 0n), unpaid: { reason: 'duplicateInIndex', ofRow: 0 } },
    { ...scored(2, 3, 300n, 1n << 30n), unpaid: null },
  ])
  const told = await explain(1)
  assert.equal(
    told.rows.map(({ rowId, status, reason, rank }) => [rowId, status, reason, rank]),
    [
      ['1', 'paid', 'paid', 1],
      ['2', 'unpaid', 'duplicateInIndex', 2],
    ],
  )
  assert.is(told.rows[1]!.duplicateOf!.rowId, '1')
  assert.match(told.rows[1]!.explanation, /rank 2, score 850; the least paid row has score 300/)
  assert.match(told.explanation, /^1 of its 2 rows .* 75 % of what all rows got$/)
  assert.is(told.rewardWei, told.rows[0]!.rewardWei)
})

test('explainReward: rejected and late rows, accounts without rows, unknown jobs', async () => {
  const told = await explain(2)
  assert.equal(
    told.rows.map(({ rowId, status, reason }) => [rowId, status, reason]),
    [
      ['3', 'paid', 'paid'],
      ['4', 'outside', 'rejected'],
      ['5', 'outside', 'pending'],
    ],
  )
  assert.is((await explain(0)).status, 'noRows')
  assert.is((await explain(7)).status, 'noIdentity')
  const { error } = await ask(node.server.port, 'openledger_explainReward', accounts[1], 99)
  assert.equal([error?.code, error?.message], [-32000, 'unknown job 99'])
})

test('getEarnings: credits by job and role, over a range; nothing for strangers', async () => {
  const earned = await read<Record<string, unknown>>('getEarnings', accounts[1])
  const told = await explain(1)
  assert.equal(
    [earned['earnedWei'], earned['claimableWei'], earned['claimedWei']],
    [told.rewardWei, told.rewardWei, '0'],
  )
  assert.equal(
    (earned['credits'] as { jobId: string; role: string }[]).map(({ jobId, role }) => [jobId, role]),
    [['1', 'contributor']],
  )
  const before = await read<Record<string, unknown>>('getEarnings', accounts[1], { toBlock: '0x1' })
  assert.is(before['earnedWei'], '0')
  assert.is(await read('getEarnings', accounts[7]), null)
})

test('explainReward: a job that nobody answers goes back in full', async () => {
  await requestJob(node, teller, version)
  await node.chain.mine([], { passS: 120 })
  const { INFERENCE } = await import('../../rpc/ledger/natives.ts')
  await teller.send(7, INFERENCE, 'expire', [2n])
  const told = await explain(1, 2)
  assert.is(told.status, 'refunded')
  assert.match(told.explanation, 'nobody accepted it in time')
})

test.run()
