/** ethereumjs's own `runTx` on our layers beside `MerkleStateManager`: same gas, same outcome, same roots. */
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createLegacyTx } from '@ethereumjs/tx'
import { Account, Address, createAddressFromPrivateKey } from '@ethereumjs/util'
import { createVM, runTx, type VM } from '@ethereumjs/vm'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { probeCrypto } from '../../../node/crypto.ts'
import { concat, equal, toHex } from '../../../primitives/bytes.ts'
import { EMPTY_ROOT } from '../../../runtime/state/accountRecord.ts'
import { createMemoryState } from '../../../runtime/state/memoryState.ts'
import { createLayer } from '../../../runtime/state/overlayState.ts'
import { createStateRoot } from '../../../runtime/state/stateRoot.ts'
import { propertyRuns } from '../../propertyRuns.ts'

const RUNS = propertyRuns(12)
const TRANSACTIONS_PER_BLOCK = 3
const { keccak } = await probeCrypto()
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Prague, customCrypto: { keccak256: keccak } })
const key = new Uint8Array(32).fill(7)
const sender = createAddressFromPrivateKey(key)
const contracts = [1, 2, 3].map((i) => new Address(new Uint8Array(20).fill(0x50 + i)))

const OP = { stop: 0x00, pop: 0x50, sload: 0x54, sstore: 0x55, call: 0xf1, create2: 0xf5, revert: 0xfd, destruct: 0xff }
const push = (bytes: Uint8Array) => concat(Uint8Array.of(0x5f + bytes.length), bytes)
const push1 = (value: number) => push(Uint8Array.of(value))
const small = fc.nat(3)

const sstore = fc
  .tuple(small, small)
  .map(([slot, value]) => concat(push1(value), push1(slot), Uint8Array.of(OP.sstore)))
const sload = small.map((slot) => concat(push1(slot), Uint8Array.of(OP.sload, OP.pop)))
const call = fc.tuple(fc.nat(2), fc.nat(1)).map(([to, wei]) => {
  const zeros = concat(push1(0), push1(0), push1(0), push1(0))
  const target = push(contracts[to]!.bytes)
  return concat(zeros, push1(wei), target, push(Uint8Array.of(0x01, 0x80, 0x00)), Uint8Array.of(OP.call, OP.pop))
})
/** Init code of up to 32 bytes: writes a slot, then returns nothing, destroys itself or reverts. */
const create2 = fc.tuple(fc.constantFrom(OP.stop, OP.destruct, OP.revert), small, fc.nat(1)).map(([end, salt, wei]) => {
  const init = concat(push1(9), push1(1), Uint8Array.of(OP.sstore), push1(0), push1(0), Uint8Array.of(end))
  const store = concat(push(init), push1(0), Uint8Array.of(0x52))
  return concat(
    store,
    push1(salt),
    push1(init.length),
    push1(32 - init.length),
    push1(wei),
    Uint8Array.of(OP.create2, OP.pop),
  )
})
const ending = fc.constantFrom(
  Uint8Array.of(OP.stop),
  Uint8Array.of(OP.stop),
  concat(push1(0), push1(0), Uint8Array.of(OP.revert)),
  concat(push1(0x77), Uint8Array.of(OP.destruct)),
)
const program = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: sstore }, sload, { weight: 2, arbitrary: call }, create2), {
      maxLength: 8,
    }),
    ending,
  )
  .map(([parts, end]) => concat(...parts, end))

async function prepare(vm: VM, codes: readonly Uint8Array[]): Promise<void> {
  await vm.stateManager.putAccount(sender, new Account(0n, 10n ** 24n))
  for (const [i, code] of codes.entries()) {
    await vm.stateManager.putAccount(contracts[i]!, new Account(1n, 1_000n))
    await vm.stateManager.putCode(contracts[i]!, code)
  }
}

async function outcomeOf(vm: VM, to: Address, nonce: number): Promise<unknown> {
  const tx = createLegacyTx({ nonce, to, value: 3, gasLimit: 900_000, gasPrice: 1_000 }, { common }).sign(key)
  const result = await runTx(vm, { tx, skipBlockGasLimitValidation: true })
  return {
    gas: result.totalGasSpent,
    refund: result.gasRefund,
    error: result.execResult.exceptionError?.error,
    logs: result.receipt.logs.length,
  }
}

test('runTx: random contracts on layers and on the stock manager give equal gas, outcomes and roots', async () => {
  let failed = 0
  let destroyed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(program, { minLength: 3, maxLength: 3 }),
      fc.array(fc.nat(2), { minLength: TRANSACTIONS_PER_BLOCK * 2, maxLength: TRANSACTIONS_PER_BLOCK * 2 }),
      async (codes, targets) => {
        const store = createMemoryState()
        let layer = createLayer(createStateRoot(EMPTY_ROOT, store))
        const stock = await createVM({ common, stateManager: new MerkleStateManager({ common }) })
        let ours = await createVM({ common, stateManager: layer })
        for (const vm of [ours, stock]) await prepare(vm, codes)
        for (const [nonce, target] of targets.entries()) {
          const [a, b] = [
            await outcomeOf(ours, contracts[target]!, nonce),
            await outcomeOf(stock, contracts[target]!, nonce),
          ]
          assert.equal(a, b)
          if ((a as { error?: string }).error !== undefined) failed++
          if ((nonce + 1) % TRANSACTIONS_PER_BLOCK !== 0) continue
          const changes = layer.seal()
          assert.is(toHex(changes.stateRoot), toHex(await stock.stateManager.getStateRoot()))
          destroyed += changes.accounts.filter(({ rlp }) => rlp === null).length
          store.apply(changes)
          layer.flatten(createStateRoot(layer.root!, store))
          layer = createLayer(layer)
          ours = await createVM({ common, stateManager: layer })
        }
        assert.not.ok(equal(layer.seal().stateRoot, EMPTY_ROOT))
      },
    ),
    { numRuns: RUNS },
  )
  assert.ok(failed > 0, 'some transactions failed')
  assert.is(destroyed, 0, 'EIP-6780: only accounts made in the same transaction are destroyed')
})

test.run()
