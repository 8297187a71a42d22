/** Settlement system transactions: happy path, callbacks, and every forgery. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { probeCrypto } from '../../../node/crypto.ts'
import { ATTRIBUTION_ADDRESS, INFERENCE_ADDRESS, SYSTEM_ADDRESS } from '../../../precompiles/addresses.ts'
import { attributionContract } from '../../../precompiles/attribution/contract.ts'
import { inferenceContract } from '../../../precompiles/inference/contract.ts'
import { NativeRevert } from '../../../precompiles/native.ts'
import { bytesToUint, concat, equal, fromHex, toHex } from '../../../primitives/bytes.ts'
import { encodeSigners } from '../../../primitives/signers.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { type Block, type Transaction, transactionsRoot } from '../../../runtime/block/block.ts'
import { hashHeader } from '../../../runtime/block/header.ts'
import { createNativeContracts, type NativeContracts } from '../../../runtime/evm/nativeContracts.ts'
import { buildBlock } from '../../../runtime/execution/buildBlock.ts'
import { executeBlock } from '../../../runtime/execution/executeBlock.ts'
import {
  SETTLEMENT_GAS_MAX,
  type Settlement,
  settlementId,
  settlementRoot,
  settlementTransaction,
} from '../../../runtime/execution/settlement.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { createSystemTransaction } from '../../../runtime/transactions/systemTransaction.ts'
import { accepted, createWorld, signed, word } from '../world.ts'

const { bls } = await probeCrypto()

/** Stores calldata's second word (the request id is the first) in slot 0; given id 13, it reverts. */
const CALLBACK = fromHex('0x600435600d14601057600435' + '5f55' + '005b5b5f5ffd')
const TARGET = new Uint8Array(20).fill(0xca)
/** Fits into a block's settlements once. */
const DEAR_GAS = 5_000_000n

/**
 * IAttribution and IInference with the least behaviour that shows the executor's part: job 7 fails, jobs above 10 ask for
 * a callback, each settlement emits one log; job 9 takes `DEAR_GAS`, job 8 more than any block has.
 */
function fakeNatives(): NativeContracts {
  const real = createNativeContracts()
  return {
    ...real,
    run(address, call, host) {
      if (equal(address, ATTRIBUTION_ADDRESS)) {
        if (!call.isSystem) throw new NativeRevert('NotSystem', Uint8Array.of(1))
        const jobId = bytesToUint(call.input.slice(4, 36))
        if (jobId === 8n) host.charge(SETTLEMENT_GAS_MAX)
        if (jobId === 9n) host.charge(DEAR_GAS)
        if (jobId === 7n) throw new NativeRevert('JobNotOpen', Uint8Array.of(7))
        host.sstore(jobId, host.sload(jobId) + 1n)
        host.emit([word(jobId)], new Uint8Array(0))
        host.native(INFERENCE_ADDRESS, call.input, 0n)
        return new Uint8Array(0)
      }
      if (equal(address, INFERENCE_ADDRESS)) {
        const selector = inferenceContract.functions.get('reportCallback')!.selector
        const isReport = equal(call.input.slice(0, 4), selector)
        if (isReport) {
          if (!call.isSystem) throw new NativeRevert('NotSystem', Uint8Array.of(2))
          host.emit([call.input.slice(4, 36), call.input.slice(36, 68)], Uint8Array.of(1))
          return new Uint8Array(0)
        }
        const jobId = bytesToUint(call.input.slice(4, 36))
        if (jobId > 10n) host.callLater(TARGET, concat(Uint8Array.of(1, 2, 3, 4), word(jobId)), 60_000n, jobId)
        return new Uint8Array(0)
      }
      return real.run(address, call, host)
    },
  }
}

const world = createWorld({ accounts: [{ address: TARGET, code: CALLBACK, nonce: 1n }], natives: fakeNatives() })
const chain = { chainId: world.rules.params.chainId, genesisHash: world.genesisHash }
const epoch = world.epochOf(1)

interface Forgery {
  readonly by?: readonly number[]
  readonly claim?: readonly number[]
  readonly epochHash?: Uint8Array
  readonly root?: Uint8Array
}

function job(
  jobId: bigint,
  { by = [0, 1, 2], claim = by, epochHash = epoch.epochHash, root }: Forgery = {},
): Settlement {
  const empty = {
    kind: 'job' as const,
    jobId,
    result: Uint8Array.of(1, 2, 3),
    signers: encodeSigners(claim, 3),
    signature: new Uint8Array(96),
  }
  return signedBy(empty, by, epochHash, root)
}

function signedBy(settlement: Settlement, by: readonly number[], epochHash: Uint8Array, root?: Uint8Array): Settlement {
  const statement = {
    kind: 'attribution' as const,
    epochHash,
    jobId: settlementId(settlement),
    root: root ?? settlementRoot(world.rules.keccak, settlement),
  }
  const hash = statementHash(chain, statement)
  const signature = bls.aggregate(by.map((i) => bls.sign(world.secrets[i]!, hash)))
  return { ...settlement, signature }
}

test('settlement: is mined before user transactions, with nonce, version and the native part’s logs', async () => {
  const [a, b] = world.accounts
  const transactions = [signed(world, a!, { nonce: 0n, to: b!.address, value: 1n })]
  const context = world.context({ transactions, settlements: [job(1n), job(2n)] })
  const built = await buildBlock(context)
  assert.equal(built.failedSettlements, [])
  assert.equal(
    built.receipts.map(({ type, isSuccess, depositNonce }) => [type, isSuccess, depositNonce]),
    [
      [0x7e, true, 0n],
      [0x7e, true, 1n],
      [2, true, undefined],
    ],
  )
  assert.equal(
    built.receipts[0]!.logs.map((log) => [toHex(log.address), log.topics.map(toHex)]),
    [[toHex(ATTRIBUTION_ADDRESS), [toHex(word(1))]]],
  )
  assert.is(built.layer.accountOf(SYSTEM_ADDRESS)?.nonce, 2n)
  const executed = accepted(await executeBlock(context, built))
  assert.is(toHex(executed.hash), toHex(built.hash))
  assert.equal(executed.receipts, built.receipts)
})

test('settlement: callbacks run afterwards, in order, and their outcome is reported', async () => {
  const context = world.context({ settlements: [job(11n), job(13n)] })
  const built = await buildBlock(context)
  assert.equal(built.failedSettlements, [])
  const reports = built.receipts.map(({ logs }) =>
    logs.filter((log) => equal(log.address, INFERENCE_ADDRESS)).map((log) => log.topics.map(bytesToUint)),
  )
  assert.equal(reports, [[[11n, 1n]], [[13n, 0n]]])
  assert.is(toHex(built.layer.storageAt(TARGET, word(0))), '0x0b', 'the failed callback changed nothing')
  assert.is(toHex(built.layer.storageAt(ATTRIBUTION_ADDRESS, word(13))), '0x01', 'its settlement stands')
  assert.is(toHex(accepted(await executeBlock(context, built)).hash), toHex(built.hash))
})

/** Executes a block that holds just this transaction. */
async function codeOf(transactions: readonly Transaction[]): Promise<string> {
  const empty = await buildBlock(world.context())
  const header = { ...empty.header, transactionsRoot: transactionsRoot(world.rules.keccak, transactions) }
  const block: Block = { hash: hashHeader(world.rules.keccak, header), header, transactions }
  const result = await executeBlock(world.context(), block)
  return isRefusal(result) ? result.code : 'ok'
}

test('settlement: every forgery makes the block invalid', async () => {
  const transaction = (settlement: Settlement, gas = 2_000_000n) =>
    settlementTransaction(world.rules.keccak, settlement, gas)
  const other = new Uint8Array(32).fill(1)
  const cases: [string, Transaction, string][] = [
    ['two of three are no quorum', transaction(job(1n, { by: [0, 1] })), 'SettlementQuorum'],
    ['a signer who did not sign', transaction(job(1n, { by: [0, 1], claim: [0, 1, 2] })), 'SettlementSignature'],
    ['another epoch', transaction(job(1n, { epochHash: other })), 'SettlementSignature'],
    ['another root', transaction(job(1n, { root: other })), 'SettlementSignature'],
    ['another job', transaction({ ...job(1n), jobId: 2n } as Settlement), 'SettlementSignature'],
    ['no signature', transaction({ ...job(1n), signature: new Uint8Array(0) }), 'SettlementSignature'],
    ['a bitmap too long', transaction({ ...job(1n), signers: Uint8Array.of(7, 0) }), 'SettlementSigners'],
    ['a bit beyond the set', transaction({ ...job(1n), signers: Uint8Array.of(15) }), 'SettlementSigners'],
    ['a native part that fails', transaction(job(7n)), 'SettlementFailed'],
    ['too little gas for the callback', transaction(job(11n), 150_000n), 'SettlementGas'],
    ['gas below the intrinsic', transaction(job(1n), 21_000n), 'SettlementGas'],
    ['more gas than all settlements may have', transaction(job(1n), 8_000_001n), 'SettlementGas'],
  ]
  for (const [what, forged, code] of cases) assert.is(await codeOf([forged]), code, what)
})

test('settlement: each field that is not as the executor would make it is refused', async () => {
  const made = settlementTransaction(world.rules.keccak, job(1n), 2_000_000n)
  const changes = [
    { sourceHash: new Uint8Array(32) },
    { from: TARGET },
    { to: INFERENCE_ADDRESS },
    { mintWei: 1n },
    { valueWei: 1n },
    { isSystemTx: false },
    { data: concat(made.data, new Uint8Array(32)) },
    { data: made.data.slice(0, 100) },
    { data: attributionContract.encodeCall('entriesOf', [new Uint8Array(3)]) },
  ]
  for (const change of changes) {
    const altered = createSystemTransaction(world.rules.keccak, { ...made, ...change })
    assert.is(await codeOf([altered]), 'SettlementForm', Object.keys(change).join())
  }
})

test('settlement: a version is attested over its own id and root', async () => {
  const version = {
    kind: 'version' as const,
    versionId: new Uint8Array(32).fill(3),
    root: new Uint8Array(32).fill(4),
    signers: encodeSigners([0, 1, 2], 3),
    signature: new Uint8Array(96),
  }
  const fair = signedBy(version, [0, 1, 2], epoch.epochHash)
  const built = await buildBlock(
    world.context({
      settlements: [fair, signedBy({ ...version, root: new Uint8Array(32) }, [0, 1, 2], epoch.epochHash, version.root)],
    }),
  )
  assert.is(built.transactions.length, 1)
  assert.is(built.failedSettlements[0]?.refusal.code, 'SettlementSignature')
})

test('settlement: a failing one is left out by the builder without a trace', async () => {
  const plain = await buildBlock(world.context({ settlements: [job(1n)] }))
  const mixed = await buildBlock(world.context({ settlements: [job(7n), job(1n)] }))
  assert.is(mixed.failedSettlements.length, 1)
  assert.is(toHex(mixed.hash), toHex(plain.hash))
})

test('settlement: what only lacks gas behind others waits for the next block; what fits into none is refused', async () => {
  const behind = await buildBlock(world.context({ settlements: [job(9n), job(19n), job(9n), job(1n)] }))
  assert.is(behind.transactions.length, 2)
  assert.equal(behind.failedSettlements, [])
  const first = await buildBlock(world.context({ settlements: [job(8n), job(1n)] }))
  assert.is(first.transactions.length, 1)
  assert.equal(
    first.failedSettlements.map(({ settlement, refusal }) => [toHex(settlementId(settlement)), refusal.code]),
    [[toHex(word(8)), 'SettlementGas']],
  )
})

test('settlement: nobody else can speak as the system', async () => {
  const [a] = world.accounts
  const data = settlementTransaction(world.rules.keccak, job(1n), 1n).data
  const built = await buildBlock(
    world.context({
      transactions: [signed(world, a!, { nonce: 0n, to: ATTRIBUTION_ADDRESS, data, gasLimit: 500_000n })],
    }),
  )
  assert.is(built.receipts[0]?.isSuccess, false)
})

test.run()
