/** A Solidity contract on a real devnet uses every native; gas estimates of natives are exact; their state is provable. */

import { setTimeout as sleep } from 'node:timers/promises'
import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  bytesToBigInt,
  bytesToHex,
  decodeErrorResult,
  type Hex,
  hexToBytes,
  type LocalAccount,
  numberToHex,
  parseAbi,
  parseEther,
  parseEventLogs,
  stringToHex,
  toFunctionSelector,
  zeroAddress,
  zeroHash,
} from 'viem'
import { devAccount } from '../../../node/cli/account.ts'
import type { DemoChain } from '../../../node/demo/devnetProcess.ts'
import { CONTRIBUTOR_ADDRESS, PARAMS_ADDRESS, STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { contributorAbi } from '../../../precompiles/generated/contributor.ts'
import { datanetAbi } from '../../../precompiles/generated/datanet.ts'
import { feeSplitAbi, feeSplitStorage } from '../../../precompiles/generated/feeSplit.ts'
import { inferenceAbi } from '../../../precompiles/generated/inference.ts'
import { modelAbi } from '../../../precompiles/generated/model.ts'
import { paramsAbi, paramsStorage } from '../../../precompiles/generated/params.ts'
import { stakingAbi } from '../../../precompiles/generated/staking.ts'
import { nobleBls } from '../../../primitives/bls.ts'
import { utf8 } from '../../../primitives/bytes.ts'
import { encodeRow, rowHash } from '../../../primitives/rows.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { ask, type NativeWrite, withNonces } from '../../../studio/chain/client.ts'
import { DATANET } from '../../../studio/chain/datanet.ts'
import { ensureIdentity } from '../../../studio/chain/identity.ts'
import { NATIVE_ERRORS } from '../../../studio/chain/nativeErrors.ts'
import { readParameters } from '../../../studio/chain/parameters.ts'
import { FEE_SPLIT, INFERENCE, MODEL } from '../../../studio/chain/version.ts'
import { compileContract, readLiabilities } from '../devnet.ts'
import { joinDevnet } from './clientDevnet.ts'
import { thrownBy } from './errors.ts'

const { abi, bytecode } = compileContract('Consumer')
const CONTRIBUTOR = bytesToHex(CONTRIBUTOR_ADDRESS)
const STAKING = bytesToHex(STAKING_ADDRESS)
const PARAMS = bytesToHex(PARAMS_ADDRESS)
const account = devAccount(1)

const membership = joinDevnet()
let devnet: DemoChain
let consumer: Hex

const row = (input: string, output: string): Hex => {
  const bytes = encodeRow({ input: utf8(input), output: utf8(output) })
  if ('kind' in bytes) throw new Error(bytes.code)
  return bytesToHex(bytes)
}

async function write(functionName: string, args: readonly unknown[]) {
  const hash = await devnet.client.writeContract({
    address: consumer,
    abi,
    functionName,
    args,
    account,
    chain: devnet.client.chain,
  })
  return devnet.client.waitForTransactionReceipt({ hash })
}

test.before(async () => {
  devnet = await membership.open()
  const { client } = devnet
  const hash = await client.deployContract({ abi, bytecode, account, chain: client.chain })
  consumer = (await client.waitForTransactionReceipt({ hash })).contractAddress!
})

test.after(() => membership.leave())

test('consumer: one call looks at every native', async () => {
  const { client } = devnet
  const seen = await client.readContract({ address: consumer, abi, functionName: 'lookAround' })
  const [datanets, models, jobs, , contributor, gasLimit] = seen as readonly bigint[]
  assert.equal([datanets, models, jobs, contributor, gasLimit], [0n, 0n, 0n, 0n, 30_000_000n])
})

test("consumer: catches each native's refusal by its selector", async () => {
  const { client } = devnet
  const { result } = await client.simulateContract({ address: consumer, abi, functionName: 'refusals', account })
  const errors = [
    'error UnknownDatanet(uint64)',
    'error NotGovernor(address)',
    'error NotProvider(uint64)',
    'error NotSettled(uint256)',
    'error NotGovernor(address)',
    'error NotSystem(address)',
    'error UnknownContributor(uint64)',
    'error NotGovernor(address)',
  ]
  assert.equal(
    result,
    errors.map((one) => toFunctionSelector(one.replace('error', 'function'))),
  )
})

test('consumer: contributes rows as its own contributor, and native events are in the logs', async () => {
  const { client } = devnet
  const rows = [row('one', '1'), row('two', '2')]
  const receipt = await write('contribute', ['numbers', rows])
  assert.is(receipt.status, 'success')
  const id = await client.readContract({
    address: CONTRIBUTOR,
    abi: contributorAbi,
    functionName: 'idOf',
    args: [consumer],
  })
  const added = await client.getContractEvents({
    address: DATANET,
    abi: datanetAbi,
    eventName: 'RowAdded',
    args: { contributorId: id },
    fromBlock: 0n,
  })
  assert.equal(
    added.map(({ args }) => args.row),
    rows,
  )
  assert.equal(
    parseEventLogs({ abi: datanetAbi, eventName: 'RowAdded', logs: receipt.logs }).map(({ logIndex }) => logIndex),
    added.map(({ logIndex }) => logIndex),
  )
})

test('consumer: keeps the arguments of a refusal that it caught, and the refused rows change nothing', async () => {
  const { client } = devnet
  const known = row('two', '2')
  const rows = () => client.readContract({ address: DATANET, abi: datanetAbi, functionName: 'getDatanet', args: [1n] })
  const before = await rows()
  await write('tryContribute', [1n, [row('three', '3'), known]])
  const lastError = await client.readContract({ address: consumer, abi, functionName: 'lastError' })
  assert.equal(decodeErrorResult({ abi: datanetAbi, data: lastError as Hex }), {
    abiItem: datanetAbi.find((item) => item.type === 'error' && item.name === 'DuplicateRow')!,
    errorName: 'DuplicateRow',
    args: [2n],
  })
  assert.equal(await rows(), before)
  const held = [1n, bytesToHex(rowHash(hexToBytes(known)))] as const
  const at = await client.readContract({ address: DATANET, abi: datanetAbi, functionName: 'rowIdByHash', args: held })
  assert.is(at, 2n)
})

test('consumer: its callback is only for the oracle', async () => {
  const { client } = devnet
  const call = { address: consumer, abi, functionName: 'aiOracleCallback', args: [1n, '0x', '0x'], account } as const
  const refused = await thrownBy(client.simulateContract(call), 'ContractFunctionRevertedError')
  assert.equal([refused.data.errorName, refused.data.args], ['NotTheOracle', [account.address]])
})

/** A validator's registration with a good proof of possession. */
async function validatorArgs(operator: LocalAccount): Promise<readonly unknown[]> {
  const { genesisHash } = await ask<{ genesisHash: Hex }>(devnet.client, 'openledger_status', [])
  const chain = { chainId: BigInt(devnet.client.chain.id), genesisHash: hexToBytes(genesisHash) }
  const [secret, p2pKey] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)]
  const blsKey = nobleBls.publicKey(secret)
  const possession = { kind: 'possession', blsKey, p2pKey, operator: hexToBytes(operator.address) } as const
  const proof = nobleBls.sign(secret, statementHash(chain, possession))
  return [bytesToHex(blsKey), bytesToHex(proof), bytesToHex(p2pKey), operator.address, 500]
}

/** A write of each interface that a plain account can make. */
async function writesOfEach(): Promise<Record<string, NativeWrite<never> & { readonly by: LocalAccount }>> {
  const [stakeWei, bondWei] = await readParameters(devnet.client, ['modelStakeWei', 'providerBondWei'])
  const rates = { inputWei: 1n, outputWei: 1n, providerBps: 1_000, modelBps: 7_000, stakersBps: 1_000 }
  const proposal = {
    purpose: 'numbers',
    architecture: 'any',
    baseHash: zeroHash,
    planHash: zeroHash,
    datanets: [1n],
    rates: { ...rates, contributorsBps: 2_000 },
  }
  const [datanet, model, inference] = [
    { address: DATANET, abi: datanetAbi },
    { address: MODEL, abi: modelAbi },
    { address: INFERENCE, abi: inferenceAbi },
  ]
  return {
    'IContributor.register': {
      address: CONTRIBUTOR,
      abi: contributorAbi,
      functionName: 'register',
      args: [],
      by: devAccount(2),
    },
    'IDatanet.addRows': { ...datanet, functionName: 'addRows', args: [1n, [row('nine', '9')]], by: devAccount(3) },
    'IModel.propose': { ...model, functionName: 'propose', args: [proposal], value: stakeWei, by: devAccount(4) },
    'IInference.registerProvider': {
      ...inference,
      functionName: 'registerProvider',
      args: ['https://example.org', []],
      value: bondWei,
      by: devAccount(5),
    },
    'IFeeSplit.setClaimer': {
      address: FEE_SPLIT,
      abi: feeSplitAbi,
      functionName: 'setClaimer',
      args: [account.address],
      by: devAccount(6),
    },
    'IStaking.createValidator': {
      address: STAKING,
      abi: stakingAbi,
      functionName: 'createValidator',
      args: await validatorArgs(devAccount(7)),
      value: parseEther('2'),
      by: devAccount(7),
    },
    'IParams.set': {
      address: PARAMS,
      abi: paramsAbi,
      functionName: 'set',
      args: [stringToHex('ratesNoticeS', { size: 32 }), 9n],
      by: devAccount(0),
    },
    'IDatanet through a contract': {
      address: consumer,
      abi: parseAbi(['function contribute(string name, bytes[] rows) returns (uint64)']),
      functionName: 'contribute',
      args: ['more', [row('a', 'b'), row('c', 'd')]],
      by: devAccount(8),
    },
  } as never
}

test('eth_estimateGas: a write of each native succeeds with the estimate and fails with 1 less', async () => {
  const { client } = devnet
  const writes = Object.entries(await writesOfEach())
  await ensureIdentity(client, writes.find(([name]) => name === 'IFeeSplit.setClaimer')![1].by)
  const estimates = writes.map(([, { by, ...call }]) => client.estimateContractGas({ ...call, account: by } as never))
  const gas = await Promise.all(estimates)
  await nextSecond()
  for (const [shortBy, expected] of [
    [1n, 'reverted'],
    [0n, 'success'],
  ] as const)
    for (const [i, [name, { by, ...call }]] of writes.entries()) {
      const limit = gas[i]! - shortBy
      const hash = await client.writeContract({ ...call, account: by, chain: client.chain, gas: limit } as never)
      const receipt = await client.waitForTransactionReceipt({ hash })
      assert.is(receipt.status, expected, `${name} with ${limit} gas`)
    }
})

/** An estimate is for a block of a later second: in the same one, a time that is stored already costs less to store. */
async function nextSecond(): Promise<void> {
  const { timestamp } = await devnet.client.getBlock()
  await sleep(Math.max(0, (Number(timestamp) + 1) * 1000 - Date.now()))
}

test('natives: a refusal reaches viem with its name and arguments, through estimate and call', async () => {
  const { client } = devnet
  const poor = withNonces(devAccount(3))
  const approve = { address: MODEL, abi: [...modelAbi, ...NATIVE_ERRORS], functionName: 'approve', args: [1n] } as const
  const call = { ...approve, account: poor }
  // Started one by one: a promise that rejects before anyone waits for it ends the process.
  for (const attempt of [() => client.simulateContract(call), () => client.estimateContractGas(call)]) {
    const refused = await thrownBy(attempt(), 'ContractFunctionRevertedError')
    assert.equal([refused.data.errorName, refused.data.args], ['NotGovernor', [poor.address]])
  }
})

test('eth_getProof: proves slots of natives, present and absent, against the state root of the block', async () => {
  const { client } = devnet
  const block = await client.getBlock()
  const root = hexToBytes(block.stateRoot)
  const wanted: readonly [Hex, bigint, bigint?][] = [
    [FEE_SPLIT, feeSplitStorage.treasuryWei.slot],
    [PARAMS, paramsStorage.devAdmin.slot, BigInt(devAccount(0).address)],
    [PARAMS, 12_345n, 0n],
  ]
  for (const [address, slot, expected] of wanted) {
    const storageKeys = [numberToHex(slot, { size: 32 })]
    const proof = await client.getProof({ address, storageKeys, blockNumber: block.number })
    const record = await verified(hexToBytes(address), proof.accountProof, root)
    const [, , storageRoot] = RLP.decode(record!) as Uint8Array[]
    assert.is(bytesToHex(storageRoot!), proof.storageHash)
    const entry = proof.storageProof[0]!
    const stored = await verified(hexToBytes(storageKeys[0]!), entry.proof, storageRoot!)
    const value = stored === null ? 0n : bytesToBigInt(RLP.decode(stored) as Uint8Array)
    assert.is(value, entry.value)
    if (expected !== undefined) assert.is(value, expected)
    else assert.ok(value > 0n, `slot ${slot} of ${address}`)
    const read = await client.getStorageAt({ address, slot: storageKeys[0]!, blockNumber: block.number })
    assert.is(BigInt(read!), value)
  }
  const { accountProof } = await client.getProof({ address: zeroAddress, storageKeys: [], blockNumber: block.number })
  await thrownBy(verified(hexToBytes(zeroAddress), accountProof, new Uint8Array(32).fill(1)), 'Error')
})

/** Checked by a library that shares no code with the node's own proofs. */
function verified(key: Uint8Array, proof: readonly Hex[], root: Uint8Array): Promise<Uint8Array | null> {
  return verifyMerkleProof(
    key,
    proof.map((node) => hexToBytes(node)),
    { root, useKeyHashing: true },
  )
}

test('natives: each that keeps money owes some, and no more than it holds', async () => {
  for (const { native, heldWei, owedWei } of await readLiabilities(devnet.client)) {
    assert.ok(heldWei >= owedWei, `${native} holds ${heldWei} wei and owes ${owedWei}`)
    assert.is(owedWei > 0n, native !== 'IDatanet', native)
  }
})

test.run()
