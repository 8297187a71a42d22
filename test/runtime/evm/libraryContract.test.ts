/** What we override or reach into in @ethereumjs, exactly pinned: an upgrade must fail here first (runtime.md §1). */
import { readFileSync } from 'node:fs'
import { BlockHeader, createBlockHeader, paramsBlock } from '@ethereumjs/block'
import { EVM, paramsEVM } from '@ethereumjs/evm'
import { createFeeMarket1559Tx, paramsTx } from '@ethereumjs/tx'
import { paramsVM, VM } from '@ethereumjs/vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../primitives/bytes.ts'
import { encodeHeader, hashHeader, headerFields } from '../../../runtime/block/header.ts'
import { createWorld, GWEI, OPEN, signed } from '../world.ts'

const PINNED = '10.1.3'

test('library: every @ethereumjs package is the pinned version', () => {
  for (const name of ['block', 'common', 'evm', 'mpt', 'rlp', 'statemanager', 'tx', 'util', 'vm']) {
    const { version } = JSON.parse(readFileSync(`node_modules/@ethereumjs/${name}/package.json`, 'utf8'))
    assert.is(version, PINNED, name)
  }
})

test('library: the members that ChainEvm overrides exist and take what we think', () => {
  const members = EVM.prototype as unknown as Record<string, (...args: unknown[]) => unknown>
  const arity = { _executeCall: 1, _executeCreate: 1, runPrecompile: 3, runCall: 1, getPrecompile: 1 }
  for (const [name, count] of Object.entries(arity)) assert.is(members[name]?.length, count, name)
  assert.match(String(members['_executeCall']), /this\.runPrecompile\(/)
  assert.match(String(members['runCall']), /this\._executeCall\(/)
})

test('library: the shared rules answer what a stock rule object answers', () => {
  const { common } = createWorld().rules
  assert.is(common.copy(), common)
  assert.is(common.hardfork(), 'osaka')
  for (const eip of [6110, 7002, 7251, 7685, 7594, 7918])
    assert.is(common.isActivatedEIP(eip), false, `EIP-${eip} is off`)
  for (const eip of [1559, 2537, 2929, 2935, 4788, 4844, 4895, 6780, 7623, 7702, 7823, 7825, 7883, 7939, 7951])
    assert.is(common.isActivatedEIP(eip), true, `EIP-${eip} is on`)
  assert.throws(() => common.setHardfork('prague'))
  assert.throws(() => common.updateParams({ 1559: { initialBaseFee: 1 } }))
  for (const params of [paramsBlock, paramsEVM, paramsTx, paramsVM]) common.updateParams(params)
  assert.is(common.param('coldsloadGas'), 2100n)
  assert.is(common.param('maxTransactionGasLimit'), 16_777_216n)
})

test('library: a transaction carries the sender that we bind, and is frozen', () => {
  const world = createWorld()
  const [from] = world.accounts
  const { inner, sender } = signed(world, from!, { nonce: 0n, to: new Uint8Array(20), value: 1n })
  assert.is(toHex(inner.getSenderAddress().bytes), toHex(sender))
  assert.is(toHex(sender), toHex(from!.address))
  assert.ok(Object.isFrozen(inner))
  const stock = createFeeMarket1559Tx(
    {
      chainId: world.rules.params.chainId,
      nonce: 0n,
      to: `0x${'00'.repeat(20)}`,
      value: 1n,
      gasLimit: 100_000n,
      maxFeePerGas: 10n * GWEI,
      maxPriorityFeePerGas: GWEI,
    },
    { common: world.rules.common },
  )
  assert.is(inner.getMinimumGasLimit(), stock.getMinimumGasLimit())
})

test('library: its header class reads our header as twenty fields with our hash', async () => {
  const world = createWorld()
  const [from, to] = world.accounts
  const { header, hash } = await world.mine([signed(world, from!, { nonce: 0n, to: to!.address, value: OPEN })])
  const names = [
    'parentHash',
    'uncleHash',
    'coinbase',
    'stateRoot',
    'transactionsTrie',
    'receiptTrie',
    'logsBloom',
    'difficulty',
    'number',
    'gasLimit',
    'gasUsed',
    'timestamp',
    'extraData',
    'mixHash',
    'nonce',
    'baseFeePerGas',
    'withdrawalsRoot',
    'blobGasUsed',
    'excessBlobGas',
    'parentBeaconBlockRoot',
  ]
  const fields = headerFields(header)
  assert.is(fields.length, 20)
  const data = Object.fromEntries(names.map((name, i) => [name, fields[i]]))
  const theirs = createBlockHeader(data, { common: world.rules.common })
  assert.instance(theirs, BlockHeader)
  assert.is(toHex(theirs.hash()), toHex(hash))
  assert.is(toHex(theirs.serialize()), toHex(encodeHeader(header)))
  assert.is(toHex(hashHeader(world.rules.keccak, header)), toHex(hash))
})

test('library: VM is constructed from parts without a factory', () => {
  assert.is(VM.length, 0)
  assert.type(VM.prototype.shallowCopy, 'function')
})

test.run()
