/** Each epoch has the set of its sealing block's state, and its first block writes that set's hash (consensus.md §7). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { probeCrypto } from '../../../node/crypto.ts'
import { STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { stakingStorage } from '../../../precompiles/generated/staking.ts'
import { stakingContract } from '../../../precompiles/staking/contract.ts'
import { readStorage } from '../../../precompiles/storage.ts'
import { toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { setHash } from '../../../primitives/validatorSet.ts'
import { storageReader } from '../../../runtime/execution/blockParams.ts'
import { inWorld } from './executionWorld.ts'

const OPEN = 10n ** 18n
const STAKE_OPEN = 5_000n
const EPOCH_BLOCKS = 3
const { bls } = await probeCrypto()

test('epochs: a validator who registers is of the set from the next epoch on, and its hash is written then', () =>
  inWorld(
    async (world) => {
      const { execution, network } = world
      const chain = { chainId: network.params.chainId, genesisHash: network.genesisHash }
      const secret = uintToBytes(77, 32)
      const operator = network.devKeys!.accounts[0]!.address
      const [blsKey, p2pKey] = [bls.publicKey(secret), uintToBytes(78, 32)]
      const proof = bls.sign(secret, statementHash(chain, { kind: 'possession', blsKey, p2pKey, operator }))
      const data = toHex(stakingContract.encodeCall('createValidator', [blsKey, proof, p2pKey, operator, 0n]))
      world.waiting.push(await world.sign(0, 0, { to: toHex(STAKING_ADDRESS), data, valueWei: STAKE_OPEN * OPEN }))

      let parent: string = world.genesis
      for (let height = 1; height <= 2 * EPOCH_BLOCKS; height++) {
        const before = execution.ofBlock(height)
        const block = await world.build(height, parent)
        await world.commit(block)
        assert.equal(execution.ofBlock(height), before)
        parent = block.blockHash
      }
      const [first, second] = [execution.validatorsOf(0), execution.validatorsOf(1)]
      assert.is(first.length, 1)
      assert.equal(
        second.map(({ power }) => power).sort((a, b) => Number(a - b)),
        [STAKE_OPEN, first[0]!.power],
      )
      assert.ok(second.some((validator) => toHex(validator.blsKey) === toHex(blsKey)))
      assert.equal(execution.validatorsOf(2), second)

      const reader = storageReader(world.rules, execution.tip().state, STAKING_ADDRESS)
      const { epochs, epochCount } = readStorage(stakingStorage, reader)
      assert.is(epochCount.get(), 2n)
      assert.equal(
        [0n, 1n].map((epoch) => toHex(epochs.at(epoch).setHash.get())),
        [first, second].map((set) => toHex(setHash(chain, set))),
      )
      const epoch = execution.ofBlock(EPOCH_BLOCKS + 1)
      assert.equal(epochs.at(1n).epochHash.get(), epoch.epochHash)
      assert.is(toHex(epoch.rootBlockHash), toHex(world.rules.keccak(world.store.header(EPOCH_BLOCKS)!)))
      assert.throws(() => execution.validatorsOf(3), /not held/)
    },
    { epochBlocks: EPOCH_BLOCKS, parameters: { validatorStakeWeiMin: STAKE_OPEN * OPEN } },
  ))

test.run()
