/** IAttribution: settlement against job, version and rows; what is stored and told; its worst case in gas. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { WEIGHT_WHOLE } from '../../../precompiles/feeSplit/split.ts'
import { concat, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { refuseMisuse } from '../economy/misuse.ts'
import {
  ATTRIBUTION,
  answerJob,
  balanceOf,
  checkSolvent,
  contributorWallet,
  DATANET,
  equalEntries,
  INFERENCE,
  idOf,
  milli,
  OPEN,
  OWNER,
  openJob,
  PROVIDER,
  publishRows,
  QUERY_HASH,
  RATES,
  refuse,
  resultOf,
  rowBytes,
  type Served,
  STAKING,
  SYSTEM_CALL,
  servedWorld,
  serveVersion,
  settleJob,
  trainModel,
  treasuryOf,
  word,
} from '../economy/scenario.ts'
import { account, send, view } from '../world.ts'

const STRANGER = account(77)

/** A chain with one answered job. */
function answered(served: Served = servedWorld()) {
  const jobId = openJob(served.world, served.version.versionId)
  answerJob(served.world, jobId)
  return { ...served, jobId, result: resultOf(served.version, equalEntries(served.rows)) }
}

const settleArgs = (jobId: bigint, result: Uint8Array) => [jobId, toHex(result), '0x01', '0x02']

test('settle: stores root, epoch and parts; tells result, contributors and rewards; the paper’s example to the wei', () => {
  const { world, jobId, result, version, rows } = answered()
  send(world, STAKING, 'beginEpoch', [0n, word(1n), word(2n)], SYSTEM_CALL)
  send(world, STAKING, 'beginEpoch', [1n, word(3n), word(4n)], SYSTEM_CALL)
  const { events } = settleJob(world, jobId, result)
  const root = toHex(keccak256(concat(Uint8Array.of(0x20), result)))
  const ids = rows.map(({ wallet }) => idOf(world, wallet))
  assert.equal(events, [
    {
      name: 'Settled',
      args: {
        jobId,
        versionId: toHex(version.versionId),
        root,
        epoch: 1n,
        result: toHex(result),
        contributors: ids,
        rewardsWei: Array(4).fill(32n * milli),
      },
    },
  ])
  assert.equal(view(world, ATTRIBUTION, 'getAttribution', [jobId]), {
    root,
    epoch: 1n,
    blockNumber: world.block.number,
    split: {
      feeWei: 1_140n * milli,
      platformWei: 500n * milli,
      ownerWei: 448n * milli,
      providerWei: 0n,
      parentsWei: 0n,
      stakersWei: 64n * milli,
      rewardsWei: 128n * milli,
      dustWei: 0n,
    },
  })
  for (const id of ids) assert.is(balanceOf(world, id), 32n * milli)
  assert.is(balanceOf(world, idOf(world, OWNER)), 448n * milli)
  assert.is(treasuryOf(world), 500n * milli)
  assert.is(view(world, STAKING, 'liabilities'), 1_000n * OPEN + 64n * milli)
})

test('settle: several rows of one contributor are one credit', () => {
  const { world, jobId, result } = answered(servedWorld(6, 2))
  const { rewardsWei } = settleJob(world, jobId, result).events[0]!.args as { rewardsWei: bigint[] }
  const [a, b] = [0, 1].map((n) => rewardsWei.filter((_, i) => i % 2 === n).reduce((sum, wei) => sum + wei, 0n))
  assert.is(balanceOf(world, idOf(world, contributorWallet(0))), a)
  assert.is(balanceOf(world, idOf(world, contributorWallet(1))), b)
  const dust = 128n * milli - a! - b!
  assert.ok(dust > 0n && dust < 6n)
  assert.is(treasuryOf(world), 500n * milli + dust)
  checkSolvent(world)
})

test('settle: without a paid row the contributors’ part is the treasury’s', () => {
  const { world, jobId, version } = answered()
  settleJob(world, jobId, resultOf(version, []))
  assert.is(treasuryOf(world), 628n * milli)
})

test('settle: a withdrawn row’s weight goes to the treasury, the others earn what they would have', () => {
  const { world, jobId, result, rows } = answered()
  const { datanetId, rowId, wallet } = rows[1]!
  send(world, DATANET, 'withdrawRow', [datanetId, rowId], { from: wallet })
  const { events } = settleJob(world, jobId, result)
  assert.equal((events[0]!.args['contributors'] as bigint[])[1], 0n)
  assert.equal((events[0]!.args['rewardsWei'] as bigint[])[1], 0n)
  assert.is(balanceOf(world, idOf(world, wallet)), 0n)
  assert.is(balanceOf(world, idOf(world, rows[0]!.wallet)), 32n * milli)
  assert.is(treasuryOf(world), 532n * milli)
})

test('settle: only the executor, only once, only an answered job', () => {
  const { world, jobId, result, version } = answered()
  const open = openJob(world, version.versionId)
  const args = settleArgs(jobId, result)
  refuse(world, ATTRIBUTION, 'settle', args, { from: STRANGER }, 'NotSystem', [toHex(STRANGER)])
  refuse(world, ATTRIBUTION, 'settle', args, { from: PROVIDER }, 'NotSystem', [toHex(PROVIDER)])
  refuse(world, ATTRIBUTION, 'settle', settleArgs(open, result), SYSTEM_CALL, 'JobNotOpen', [open, 1])
  refuse(world, ATTRIBUTION, 'settle', settleArgs(99n, result), SYSTEM_CALL, 'UnknownJob', [99])
  refuse(world, ATTRIBUTION, 'getAttribution', [jobId], {}, 'NotSettled', [jobId])
  settleJob(world, jobId, result)
  refuse(world, ATTRIBUTION, 'settle', args, SYSTEM_CALL, 'JobNotOpen', [jobId, 4])
})

test('settle: a result that differs from job or version is refused by the name of the field', () => {
  const { world, jobId, version, rows } = answered()
  const attempt = (fields: Record<string, unknown>, field: string, expected: string, got: string) => {
    const bytes = resultOf(version, equalEntries(rows), fields)
    refuse(world, ATTRIBUTION, 'settle', settleArgs(jobId, bytes), SYSTEM_CALL, 'ResultMismatch', [
      field,
      expected,
      got,
    ])
  }
  const other = keccak256(utf8('other'))
  attempt({ method: 'span' }, 'method', word(1n), word(2n))
  attempt({ level: 0 }, 'level', word(1n), word(0n))
  attempt({ k: 63 }, 'K', word(64n), word(63n))
  attempt({ tau: 0 }, 'tau', word(96n), word(0n))
  attempt({ rowCount: 5 }, 'n', word(4n), word(5n))
  attempt({ sourceRoot: other }, 'sourceRoot', toHex(version.sourceRoot), toHex(other))
  attempt({ queryHash: other }, 'queryHash', toHex(QUERY_HASH), toHex(other))
})

test('settle: rows outside the named Datanet versions are refused', () => {
  const { world, jobId, version, rows } = answered()
  const [later] = publishRows(world, 1, 1, 'another')
  const young = send(world, DATANET, 'addRows', [1n, [rowBytes('young')]], { from: STRANGER }).result as bigint
  const attempt = (datanetId: bigint, rowId: bigint, error: string) => {
    const entries = [{ datanetId, rowId, weight: WEIGHT_WHOLE }]
    const bytes = resultOf(version, entries)
    refuse(world, ATTRIBUTION, 'settle', settleArgs(jobId, bytes), SYSTEM_CALL, error, [datanetId, rowId])
  }
  attempt(later!.datanetId, later!.rowId, 'ForeignRow')
  attempt(1n, young, 'ForeignRow')
  attempt(1n, 999n, 'UnknownRow')
  world.mine(10n)
  send(world, DATANET, 'publishVersion', [1n, 100n], { from: OWNER })
  attempt(1n, young, 'ForeignRow')
  settleJob(world, jobId, resultOf(version, equalEntries(rows)))
})

test('settle and entriesOf: broken result bytes get the decoder’s code and change nothing', () => {
  const { world, jobId, result } = answered()
  const attempt = (bytes: Uint8Array, code: string, expected: string, got: string) => {
    const facts = [code, expected, got]
    refuse(world, ATTRIBUTION, 'settle', settleArgs(jobId, bytes), SYSTEM_CALL, 'BadResult', facts)
    refuse(world, ATTRIBUTION, 'entriesOf', [toHex(bytes)], {}, 'BadResult', facts)
  }
  const changed = (at: number, to: number) => result.map((byte, i) => (i === at ? to : byte))
  attempt(new Uint8Array(0), 'BadLength', 'at least 152', '0')
  attempt(result.slice(0, -1), 'BadLength', '312', '311')
  attempt(changed(0, 0), 'BadMagic', 'atr1', String(0x31525400))
  attempt(changed(6, 9), 'BadParameter', 'method 1, 2 or 3', '9')
  attempt(changed(156, 1), 'BadPadding', '0', '1')
  for (let at = 0; at < result.length; at += 7) {
    const before = world.fingerprint()
    const bytes = changed(at, result[at]! ^ 0x55)
    if (at >= 88 && at < 152) continue // scoresRoot and contextRoot: any hash is canonical; the quorum answers for them
    if (at >= 16 && at < 20) continue // G
    if (at >= 152 && (at - 152) % 40 >= 24 && (at - 152) % 40 < 31) continue // low bytes of a score
    assert.throws(() => settleJob(world, jobId, bytes))
    assert.is(world.fingerprint(), before)
  }
})

test('entriesOf: the paid rows in order, for anyone', () => {
  const { world, result, rows } = answered()
  const entries = view(world, ATTRIBUTION, 'entriesOf', [toHex(result)]) as Record<string, unknown>[]
  assert.is(entries.length, 4)
  const { rowId, datanetId } = rows[2]!
  assert.equal(entries[2], { row: 2, datanetId, rowId, score: 998n, weight: 1n << 30n })
})

test('misuse: delegated, static, garbage and unwanted value get an ABI error on every function', () => {
  assert.ok(refuseMisuse(servedWorld().world, ATTRIBUTION) > 24)
})

/** 64 rows of 64 contributors, 8 parents, a callback with all its gas and the longest output and data. */
function worstCase() {
  const served = servedWorld(64, 64)
  const { world } = served
  const parents = Array.from({ length: 8 }, () => {
    const { versionId } = serveVersion(world, served.modelId)
    return { versionId: toHex(versionId), royaltyBps: 625 }
  })
  const datanets = Array.from({ length: 15 }, (_, i) => publishRows(world, 1, 1, `more ${i}`)[0]!.datanetId)
  const modelId = trainModel(world, { rates: { ...RATES, providerBps: 3_000 }, owner: account(50) })
  const named = [1n, ...datanets].map((datanetId) => ({ datanetId, version: 1n }))
  const version = serveVersion(world, modelId, { parents, datanets: named, owner: account(50) })
  send(world, INFERENCE, 'serve', [[toHex(version.versionId)]], { from: PROVIDER })
  const callback = { callback: toHex(STRANGER), callbackGas: 500_000, callbackData: `0x${'ff'.repeat(256)}` }
  const jobId = openJob(world, version.versionId, callback, 1n)
  answerJob(world, jobId, { output: new Uint8Array(4_096).fill(0x61) })
  return { world, jobId, result: resultOf(version, equalEntries(served.rows)) }
}

test('settle: the worst case with its callback fits 8,000,000 gas; with too little it leaves no trace', () => {
  const { world, jobId, result } = worstCase()
  const before = world.fingerprint()
  for (const gas of [1_000n, 1_000_000n, 2_500_000n]) {
    assert.throws(() => settleJob(world, jobId, result, { gas }), /outOfGas/)
    assert.is(world.fingerprint(), before)
  }
  const { gasUsed } = settleJob(world, jobId, result)
  // The transaction's call data, all bytes non-zero at 16 gas, and the intrinsic 21,000.
  const intrinsic = 21_000n + 16n * BigInt(4 + 10 * 32 + result.length + 256)
  assert.ok(gasUsed + intrinsic + 500_000n < 8_000_000n, `${gasUsed} + ${intrinsic} + 500000`)
  assert.ok(gasUsed > 2_500_000n, `${gasUsed}: the case has become cheaper, tighten the limits above`)
  checkSolvent(world)
})

test.run()
