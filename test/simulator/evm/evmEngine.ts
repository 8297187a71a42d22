/**
 * The engine of the runs that execute for real (testing.md §2): BLS12-381, and `node/execution` with a pool over a store
 * in memory. Sets stay as genesis has them.
 */
import type { Hash } from '../../../consensus/step.ts'
import type { Network } from '../../../genesis/network.ts'
import { paramsHash } from '../../../genesis/paramsHash.ts'
import { HOST_BOUNDS } from '../../../node/agreement/bounds.ts'
import { type ProbedCrypto, probeCrypto } from '../../../node/crypto.ts'
import { DEVNET_FILE, openNetwork } from '../../../node/network.ts'
import { STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { concat, fromHex, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'
import { encodeBlock } from '../../../runtime/block/block.ts'
import { hashHeader } from '../../../runtime/block/header.ts'
import { type ChainRules, createChainRules } from '../../../runtime/chainRules.ts'
import { createGenesisBlock, type GenesisBlock } from '../../../runtime/execution/genesisBlock.ts'
import type { Random } from '../../fuzz/random.ts'
import type { Engine, FoundedChain, FoundOptions } from '../standIns/nodeChain.ts'
import { WALL_START_MS } from '../world/virtualClock.ts'
import { createEvmChain } from './evmChain.ts'
import { createUsers, drawTraffic, type User } from './traffic.ts'

const OPEN_WEI = 10n ** 18n
const USER_WEI = 10_000n * OPEN_WEI
/** Of base fees, so that I12 sees some burned. */
const BURN_BPS = 2_500
/** A few a block, over the safety phase; signing them is a good part of a run. */
const ASKED_PER_SECOND = 3
const ASKED_MAX = 300

/** Loads the EVM: only runs that need it should. */
export async function openEvmEngine(): Promise<Engine> {
  const crypto = await probeCrypto()
  const { network } = openNetwork(DEVNET_FILE, crypto)
  return {
    // The top bits stay clear, so the number is below the order of the curve, and it is not zero.
    keys: { bls: crypto.bls, secretOf: (number) => concat(new Uint8Array(28), uintToBytes(number + 1, 4)) },
    found: (options) => found(options, network, crypto),
  }
}

function found(options: FoundOptions, network: Network, crypto: ProbedCrypto): FoundedChain {
  const { epochBlocks, setOf, randomness, usedMs } = options
  const validators = setOf(0)
  const params = { ...network.params, epochBlocks, devAdmin: null, genesisTimeS: WALL_START_MS / 1_000 }
  const rules = createChainRules(params, { crypto })
  const users = createUsers(rules)
  const genesis = createGenesis(rules, network, users, validators)
  const count = Math.min(ASKED_MAX, Math.ceil((usedMs / 1_000) * ASKED_PER_SECOND))
  const random = randomness.of('traffic')
  const asked = drawTraffic({ rules, users, validators, random, count, untilMs: usedMs })
  const context = { chainId: params.chainId, genesisHash: genesis.hash }
  const counts: number[] = []
  const onExecuted = (height: number, count: number) => {
    counts[height] = count
  }
  const shared = { ...options, rules, context, genesis, asked, burnBps: BigInt(BURN_BPS), onExecuted }
  return {
    context,
    hostBounds: HOST_BOUNDS,
    transactions: () => counts.reduce((sum, count) => sum + count, 0),
    createNodeChain: (node) => createEvmChain(shared, node),
    forgeBlock: forger(rules, genesis),
  }
}

function createGenesis(
  rules: ChainRules,
  { predeploys }: Network,
  users: readonly User[],
  validators: ValidatorSet,
): GenesisBlock {
  const staked = validators.map((validator) => ({
    ...validator,
    feeRecipient: validator.operator,
    commissionBps: 1_000,
    stakeWei: validator.power * OPEN_WEI,
  }))
  const stakedWei = staked.reduce((sum, { stakeWei }) => sum + stakeWei, 0n)
  return createGenesisBlock(rules, {
    paramsHash: paramsHash(rules.params),
    accounts: [
      ...users.map(({ address }) => ({ address, balanceWei: USER_WEI })),
      { address: STAKING_ADDRESS, balanceWei: stakedWei },
      ...predeploys.map(({ address, code }) => ({ address, code, nonce: 1n })),
    ],
    natives: {
      governor: rules.params.governor,
      devAdmin: null,
      params: { baseFeeBurnBps: BigInt(BURN_BPS) },
      validators: staked,
    },
  })
}

/** An empty block with a state that nothing leads to. */
function forger(rules: ChainRules, { header }: GenesisBlock) {
  return (random: Random, parentHash: Hash, epochHash: Uint8Array) => {
    const forged = {
      ...header,
      parentHash: fromHex(parentHash),
      extraData: epochHash,
      number: random.int(1, 200),
      timestamp: header.timestamp + random.int(0, 100),
      stateRoot: random.bytes(32),
    }
    return {
      hash: toHex(hashHeader(rules.keccak, forged)),
      bytes: encodeBlock({ header: forged, transactions: [] }),
    }
  }
}
