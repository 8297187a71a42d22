/** Valid blocks, each built and executed again from its bytes: all transaction types, system writes, epochs, fees. */
import { createAccessList2930Tx, createEOACode7702Tx, createLegacyTx } from '@ethereumjs/tx'
import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { VM } from '@ethereumjs/vm'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, fromHex, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { decodeBlock, encodeBlock } from '../../../runtime/block/block.ts'
import { ChainEvm } from '../../../runtime/evm/chainEvm.ts'
import { type BuiltBlock, buildBlock } from '../../../runtime/execution/buildBlock.ts'
import { executeBlock } from '../../../runtime/execution/executeBlock.ts'
import { BEACON_ROOTS_ADDRESS, HISTORY_ADDRESS, historySlot } from '../../../runtime/execution/systemContracts.ts'
import { executeInEvm, executeUser } from '../../../runtime/execution/userExecution.ts'
import { createLayer, type Layer } from '../../../runtime/state/overlayState.ts'
import type { UserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import { accepted, COINBASE, createWorld, decoded, GWEI, OPEN, signed, type World, word } from '../world.ts'

/** Builds a block, sends it through its bytes, and executes it again as a validator would: all must be equal. */
async function mineTwice(world: World, transactions: readonly UserTransaction[], extra = {}): Promise<BuiltBlock> {
  const context = world.context(extra)
  const built = await world.mine(transactions, extra)
  const read = accepted(decodeBlock(world.rules, encodeBlock(built)))
  const { hash, receipts, changes } = accepted(await executeBlock(context, read))
  assert.is(toHex(hash), toHex(built.hash))
  assert.equal(receipts, built.receipts)
  assert.equal(changes, built.changes)
  return built
}

const layerOf = (world: World): Layer => world.head.state as Layer
const TREASURY = uintToBytes(0x0a05, 20)

test('transfer: moves value and fees; base fee is booked to the treasury, tip to the coinbase', async () => {
  const world = createWorld()
  const [a, b] = world.accounts
  const treasuryWei = world.balanceWei(TREASURY)
  const { header, receipts } = await mineTwice(world, [signed(world, a!, { nonce: 0n, to: b!.address, value: OPEN })])
  assert.is(header.gasUsed, 21_000n)
  assert.ok(receipts[0]!.isSuccess)
  assert.is(world.balanceWei(b!.address), 1001n * OPEN)
  assert.is(world.balanceWei(COINBASE), 21_000n * GWEI)
  assert.is(world.balanceWei(a!.address), 999n * OPEN - 21_000n * (header.baseFeeWei + GWEI))
  assert.is(world.balanceWei(TREASURY) - treasuryWei, 21_000n * header.baseFeeWei)
})

/** PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: init code that deploys `runtime`. */
const initCode = (runtime: Uint8Array) =>
  concat(Uint8Array.of(0x61), uintToBytes(runtime.length, 2), fromHex('0x80600a5f395ff3'), runtime)
/** The runtime stores its first calldata word in slot 0 and emits it; without calldata it reverts with 32 bytes. */
const STORE = fromHex('0x3615600e575f35805f555f525f5160205fa1005b602a5f5260205ffd')

test('contract: create, call with a log, revert keeps only the fee', async () => {
  const world = createWorld()
  const [a] = world.accounts
  const created = await mineTwice(world, [signed(world, a!, { nonce: 0n, data: initCode(STORE), gasLimit: 300_000n })])
  assert.ok(created.receipts[0]!.isSuccess)
  const contract = contractAddress(world, a!.address, 0)
  assert.is(toHex(layerOf(world).codeOf(contract)), toHex(STORE))
  const balanceWei = world.balanceWei(a!.address)
  const { receipts, header } = await mineTwice(world, [
    signed(world, a!, { nonce: 1n, to: contract, data: word(77) }),
    signed(world, a!, { nonce: 2n, to: contract, value: OPEN }),
  ])
  assert.ok(receipts[0]!.isSuccess)
  assert.equal(
    receipts[0]!.logs.map((log) => log.topics.map(toHex)),
    [[toHex(word(77))]],
  )
  assert.is(receipts[1]!.isSuccess, false)
  assert.equal(receipts[1]!.logs, [])
  assert.is(toHex(layerOf(world).storageAt(contract, word(0))), '0x4d')
  assert.is(world.balanceWei(contract), 0n)
  assert.is(balanceWei - world.balanceWei(a!.address), header.gasUsed * (header.baseFeeWei + GWEI))
})

function contractAddress(world: World, from: Uint8Array, nonce: number): Uint8Array {
  const item = nonce === 0 ? Uint8Array.of(0x80) : Uint8Array.of(nonce)
  return world.rules.keccak(concat(Uint8Array.of(0xc0 + 22, 0x94), from, item)).slice(12)
}

test('transaction types: legacy, access list and authorization list share a block', async () => {
  const world = createWorld()
  const [a, b, c] = world.accounts
  const { common, params } = world.rules
  const contract = contractAddress(world, a!.address, 0)
  await world.mine([signed(world, a!, { nonce: 0n, data: initCode(STORE), gasLimit: 300_000n })])
  const shared = { chainId: params.chainId, gasLimit: 120_000n }
  const authorization = eoaCode7702SignAuthorization(
    [uintToBytes(params.chainId, 4), contract, new Uint8Array(0)],
    c!.key,
  )
  const fees = { maxFeePerGas: 5n * GWEI, maxPriorityFeePerGas: GWEI }
  const legacy = createLegacyTx(
    { nonce: 1n, gasPrice: 5n * GWEI, gasLimit: 60_000n, to: contract, data: word(1) },
    { common },
  )
  const listed = { ...shared, nonce: 2n, gasPrice: 5n * GWEI, to: contract, data: word(2) }
  const accessList = [{ address: toHex(contract), storageKeys: [toHex(word(0))] }]
  const delegating = {
    ...shared,
    ...fees,
    nonce: 0n,
    to: c!.address,
    data: word(3),
    authorizationList: [authorization] as never,
  }
  const { receipts } = await mineTwice(world, [
    decoded(world, legacy.sign(a!.key)),
    decoded(world, createAccessList2930Tx({ ...listed, accessList }, { common }).sign(a!.key)),
    decoded(world, createEOACode7702Tx(delegating, { common }).sign(b!.key)),
  ])
  assert.equal(
    receipts.map(({ type, isSuccess }) => [type, isSuccess]),
    [
      [0, true],
      [1, true],
      [4, true],
    ],
  )
  assert.is(toHex(layerOf(world).storageAt(contract, word(0))), '0x02')
  assert.is(toHex(layerOf(world).storageAt(c!.address, word(0))), '0x03', 'the delegated account ran the code')
  assert.is(toHex(layerOf(world).codeOf(c!.address)), toHex(concat(fromHex('0xef0100'), contract)))
  // A delegated account may send; its transfers take the whole path when they meet its code.
  await mineTwice(world, [signed(world, c!, { nonce: 1n, to: a!.address, value: 1n })])
})

test('short path for plain transfers: outcome and state equal runTx', async () => {
  const move = fc.record({
    wei: fc.bigInt(0n, 3n),
    target: fc.constantFrom('self', 'other', 'fresh', 'coinbase', 'empty'),
    tipWei: fc.bigInt(0n, 2n),
    bytes: fc.nat(3),
    type: fc.constantFrom(0, 1, 2),
  })
  const world = createWorld()
  const { rules } = world
  const [from, other] = world.accounts
  const targets = {
    self: from!.address,
    other: other!.address,
    fresh: word(0xee).slice(12),
    coinbase: COINBASE,
    empty: word(0xef).slice(12),
  }
  const facts = { ...world.head.header, number: 1, coinbase: COINBASE, timestamp: 1 }
  const machine = (layer: Layer): [VM, ChainEvm] => {
    const evm = new ChainEvm(rules, layer, facts, { genesisHash: world.genesisHash })
    return [new VM({ common: rules.common, stateManager: layer, blockchain: evm.blockchain, evm }), evm]
  }
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 5 }), async (moves) => {
      const layers = [createLayer(world.head.state), createLayer(world.head.state)] as const
      const [short, whole] = [machine(layers[0]), machine(layers[1])]
      for (const [i, { wei, target, tipWei, bytes, type }] of moves.entries()) {
        const to = targets[target]
        const price = facts.baseFeeWei + tipWei
        const fields = { nonce: BigInt(i), to, value: wei, data: new Uint8Array(bytes).fill(i), gasLimit: 60_000n }
        const chainId = rules.params.chainId
        const accessList = [{ address: toHex(to), storageKeys: [toHex(word(7))] }]
        const options = { common: rules.common }
        const transaction =
          type === 0
            ? decoded(world, createLegacyTx({ ...fields, gasPrice: price }, options).sign(from!.key))
            : type === 1
              ? decoded(
                  world,
                  createAccessList2930Tx({ ...fields, chainId, gasPrice: price, accessList }, options).sign(from!.key),
                )
              : signed(world, from!, { ...fields, maxFeePerGas: 2n * price, maxPriorityFeePerGas: tipWei })
        assert.equal(await executeUser(...short, transaction), await executeInEvm(...whole, transaction))
      }
      assert.is(toHex(layers[0].seal().stateRoot), toHex(layers[1].seal().stateRoot))
    }),
    { numRuns: 25 },
  )
})

test('system writes: parent hashes and origins are where EIP-2935 and EIP-4788 keep them; BLOCKHASH reads them', async () => {
  const world = createWorld()
  const [a] = world.accounts
  await world.mine([])
  const parentHash = world.head.hash
  // NUMBER - 1, BLOCKHASH, stored in slot 0; then genesis' hash in slot 1, and of a future block in slot 2.
  const runtime = fromHex('0x6001430340' + '5f55' + '5f40600155' + '43600101406002555f5f')
  const deploy = signed(world, a!, { nonce: 0n, data: initCode(runtime), gasLimit: 300_000n })
  const call = signed(world, a!, { nonce: 1n, to: contractAddress(world, a!.address, 0) })
  const { header } = await mineTwice(world, [deploy, call])
  const layer = layerOf(world)
  assert.is(toHex(layer.storageAt(HISTORY_ADDRESS, historySlot(header.number - 1))), toHex(parentHash))
  const contract = contractAddress(world, a!.address, 0)
  assert.is(toHex(layer.storageAt(contract, word(0))), toHex(parentHash))
  assert.is(toHex(layer.storageAt(contract, word(1))), toHex(world.genesisHash))
  assert.is(layer.storageAt(contract, word(2)).length, 0)
  const at = word(header.timestamp % 8191)
  assert.is(BigInt(toHex(layer.storageAt(BEACON_ROOTS_ADDRESS, at))), BigInt(header.timestamp))
})

test('epochs: the first block of each writes its hash, and later blocks carry it', async () => {
  const world = createWorld()
  const hashes = []
  for (let number = 1; number <= 11; number++) hashes.push(toHex((await mineTwice(world, [])).header.extraData))
  assert.is(new Set(hashes.slice(0, 5)).size, 1)
  assert.is(new Set(hashes.slice(5, 10)).size, 1)
  assert.is(new Set(hashes).size, 3)
  assert.is(hashes[5], toHex(world.epochOf(6).epochHash))
})

test('self-destruct in the making may burn; the audit knows', async () => {
  const world = createWorld()
  const [a] = world.accounts
  // Init code ADDRESS SELFDESTRUCT with value: created, destroyed to itself, its wei gone (EIP-6780).
  const { receipts } = await mineTwice(world, [
    signed(world, a!, { nonce: 0n, data: fromHex('0x30ff'), value: OPEN, gasLimit: 100_000n }),
  ])
  assert.ok(receipts[0]!.isSuccess)
  assert.is(world.balanceWei(contractAddress(world, a!.address, 0)), 0n)
})

test('builder: says when time left some of what waits for the next block', async () => {
  const world = createWorld()
  const [a, b] = world.accounts
  const transactions = [signed(world, a!, { nonce: 0n, to: b!.address })]
  const isCut = async (extra: object) => (await buildBlock(world.context({ transactions, ...extra }))).isCut
  assert.is(await isCut({}), false)
  assert.is(await isCut({ budget: { nowMs: () => 1, endMs: 0 } }), true)
})

test('base fee: rises with full blocks, falls with empty ones, never below the floor', async () => {
  const world = createWorld({ params: { initialBaseFeeWei: GWEI, baseFeeFloorWei: (GWEI * 9n) / 10n } })
  await world.mine([])
  assert.is(world.head.header.baseFeeWei, (GWEI * 9n) / 10n)
  const [a] = world.accounts
  // JUMPDEST, PUSH0, JUMP: burns its whole gas limit of 2^24, more than the target of 15,000,000.
  const spin = signed(world, a!, { nonce: 0n, data: fromHex('0x5b5f56'), gasLimit: 1n << 24n })
  const { header } = await world.mine([spin])
  assert.is(header.gasUsed, 1n << 24n)
  const next = await world.mine([])
  assert.ok(next.header.baseFeeWei > header.baseFeeWei)
})

test.run()
