/** IInference and settlement by span and rag: frozen parameters, cited rows, and results that must carry them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { citationsRootOf } from '../../../influence/rag/citations.ts'
import { toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import {
  ATTRIBUTION,
  answerJob,
  balanceOf,
  checkSolvent,
  equalEntries,
  GOVERNOR_CALL,
  INFERENCE,
  idOf,
  keyOf,
  milli,
  openJob,
  PARAMS,
  PROVIDER,
  QUERY_HASH,
  refuse,
  resultOf,
  SYSTEM_CALL,
  servedWorld,
  settleJob,
  word,
  ZERO_HASH,
} from '../economy/scenario.ts'
import { account, send, view, type World } from '../world.ts'

const provider = { from: PROVIDER }
const jobOf = (world: World, jobId: bigint) => view(world, INFERENCE, 'getJob', [jobId]) as Record<string, unknown>
const settleArgs = (jobId: bigint, result: Uint8Array) => [jobId, toHex(result), '0x01', '0x02']
const citing = (jobId: bigint, rows: readonly number[]) => [
  ...[jobId, toHex(utf8('an answer')), 120, 100, toHex(QUERY_HASH)],
  rows,
]
const rootOf = (rows: readonly number[]) => citationsRootOf(QUERY_HASH, 16, rows, keccak256)

/** A rag version with an accepted job. */
function taken(rowCount = 4) {
  const served = servedWorld(rowCount, 4, {}, 'rag')
  const jobId = openJob(served.world, served.version.versionId)
  send(served.world, INFERENCE, 'accept', [jobId], provider)
  return { ...served, jobId }
}

test('request: a job freezes the parameters of its method, and none of another', () => {
  const settings = ['k', 'tau', 'level', 'spanTokensMin', 'spanInfoMin', 'citationsMax']
  const expected = { datainf: [64, 96, 1, 0, 0, 0], span: [64, 0, 0, 8, 64, 0], rag: [64, 246, 0, 0, 0, 16] } as const
  for (const method of ['datainf', 'span', 'rag'] as const) {
    const { world, version } = servedWorld(2, 2, {}, method)
    const jobId = openJob(world, version.versionId)
    const names = ['spanTokensMin', 'spanInfoMin', 'citationsMax', 'retrievalTau'].map(keyOf)
    send(world, PARAMS, 'setMany', [names, [9n, 65n, 17n, 200n]], GOVERNOR_CALL)
    assert.equal(
      settings.map((name) => jobOf(world, jobId)[name]),
      expected[method],
    )
  }
})

test('respondCiting: the rows are told, and the job keeps the root that a result over them must carry', () => {
  const { world, jobId, version, rows } = taken()
  const { events } = send(world, INFERENCE, 'respondCiting', citing(jobId, [1, 3]), provider)
  assert.equal(
    events.map(({ name }) => name),
    ['JobAnswered', 'RowsCited'],
  )
  assert.equal(events[1]!.args, { jobId, rows: [1, 3] })
  assert.is(jobOf(world, jobId)['citationsRoot'], toHex(rootOf([1, 3])))
  assert.is(jobOf(world, jobId)['state'], 3)
  const paid = [rows[1]!, rows[3]!]
  const wrong = resultOf(version, equalEntries(paid), { contextRoot: rootOf([1]) })
  const facts = ['contextRoot', toHex(rootOf([1, 3])), toHex(rootOf([1]))]
  refuse(world, ATTRIBUTION, 'settle', settleArgs(jobId, wrong), SYSTEM_CALL, 'ResultMismatch', facts)
  settleJob(world, jobId, resultOf(version, equalEntries(paid), { contextRoot: rootOf([1, 3]) }))
  assert.is(balanceOf(world, idOf(world, rows[1]!.wallet)), 64n * milli)
  assert.is(balanceOf(world, idOf(world, rows[0]!.wallet)), 0n)
  checkSolvent(world)
})

test('respondCiting: an empty list, as respond, binds no rows: all retrieved count as cited', () => {
  for (const cited of [[], undefined]) {
    const { world, version, rows } = servedWorld(4, 4, {}, 'rag')
    const jobId = openJob(world, version.versionId)
    answerJob(world, jobId, cited === undefined ? {} : { cited })
    assert.is(jobOf(world, jobId)['citationsRoot'], ZERO_HASH)
    settleJob(world, jobId, resultOf(version, equalEntries(rows), { contextRoot: rootOf([0, 1, 2, 3]) }))
  }
})

test('respondCiting: lists that are too long, out of order, doubled or out of range are refused with the place', () => {
  const { world, jobId } = taken(20)
  const attempt = (rows: readonly number[], error: string, args: readonly unknown[]) =>
    refuse(world, INFERENCE, 'respondCiting', citing(jobId, rows), provider, error, args)
  attempt(
    Array.from({ length: 17 }, (_, i) => i),
    'TooMany',
    [16, 17],
  )
  attempt([3, 1], 'CitationsNotAscending', [1])
  attempt([0, 2, 2], 'CitationsNotAscending', [2])
  attempt([0, 20], 'CitationOutOfRange', [20, 20])
  attempt([2 ** 32 - 1], 'CitationOutOfRange', [20, 2 ** 32 - 1])
  for (const gas of [1_000n, 40_000n, 90_000n])
    refuse(world, INFERENCE, 'respondCiting', citing(jobId, [0, 1]), { ...provider, gas }, 'outOfGas')
  send(
    world,
    INFERENCE,
    'respondCiting',
    citing(
      jobId,
      Array.from({ length: 16 }, (_, i) => i),
    ),
    provider,
  )
})

test('respondCiting: only the acceptor, only a taken job, only by a method that cites', () => {
  const { world, jobId, version } = taken()
  const stranger = account(77)
  refuse(world, INFERENCE, 'respondCiting', citing(jobId, [0]), { from: stranger }, 'NotProvider', [0])
  refuse(world, INFERENCE, 'respondCiting', citing(99n, [0]), provider, 'UnknownJob', [99])
  const open = openJob(world, version.versionId)
  refuse(world, INFERENCE, 'respondCiting', citing(open, [0]), provider, 'WrongJobState', [open, 1])
  send(world, INFERENCE, 'respondCiting', citing(jobId, [0]), provider)
  refuse(world, INFERENCE, 'respondCiting', citing(jobId, [0]), provider, 'WrongJobState', [jobId, 3])
  for (const [method, id] of [
    ['datainf', 1],
    ['span', 2],
  ] as const) {
    const other = servedWorld(2, 2, {}, method)
    const otherId = openJob(other.world, other.version.versionId)
    send(other.world, INFERENCE, 'accept', [otherId], provider)
    for (const rows of [[], [0]])
      refuse(other.world, INFERENCE, 'respondCiting', citing(otherId, rows), provider, 'NothingToCite', [id])
  }
})

for (const method of ['span', 'rag'] as const)
  test(`settle: a ${method} result is neither levelled nor scaled, and of no other method`, () => {
    const { world, version, rows } = servedWorld(4, 4, {}, method)
    const jobId = openJob(world, version.versionId)
    answerJob(world, jobId)
    const attempt = (fields: Record<string, unknown>, field: string, expected: bigint, got: string) => {
      const bytes = resultOf(version, equalEntries(rows), fields)
      const facts = [field, word(expected), got]
      refuse(world, ATTRIBUTION, 'settle', settleArgs(jobId, bytes), SYSTEM_CALL, 'ResultMismatch', facts)
    }
    attempt({ method: 'datainf' }, 'method', method === 'span' ? 2n : 3n, word(1n))
    attempt({ level: 1 }, 'level', 0n, word(1n))
    attempt({ tau: 96 }, 'tau', method === 'span' ? 0n : 246n, word(96n))
    attempt({ exponentG: 7 }, 'G', 0n, word(7n))
    attempt({ exponentG: -1 }, 'G', 0n, `0x${'ff'.repeat(32)}`)
    attempt({ rowCount: 5 }, 'n', 4n, word(5n))
    settleJob(world, jobId, resultOf(version, equalEntries(rows)))
    for (const { wallet } of rows) assert.is(balanceOf(world, idOf(world, wallet)), 32n * milli)
    checkSolvent(world)
  })

test.run()
