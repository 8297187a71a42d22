/** A chain for tests of staking: validators with real keys, epochs that begin, evidence that verifies. */
import { FEE_SPLIT_ADDRESS, STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { stakingAbi } from '../../../precompiles/generated/staking.ts'
import { readValidatorSet } from '../../../precompiles/staking/contract.ts'
import { toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { type Evidence, encodeEvidence } from '../../../primitives/evidence.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { type Statement, statementHash } from '../../../primitives/statements.ts'
import { encodeSet, setHash, type ValidatorSet } from '../../../primitives/validatorSet.ts'
import {
  account,
  type Decoded,
  freshWorld,
  send,
  TEST_BLS,
  TEST_CHAIN_ID,
  TEST_GENESIS_HASH,
  view,
  type World,
} from '../world.ts'

export const STAKING = { address: STAKING_ADDRESS, abi: stakingAbi }
export const OPEN = 10n ** 18n
export const CHAIN = { chainId: TEST_CHAIN_ID, genesisHash: TEST_GENESIS_HASH }

export const operatorOf = (n: number): Uint8Array => account(1_000 + n)
export const secretOf = (n: number): Uint8Array => uintToBytes(70 + n, 32)
export const blsKeyOf = (n: number): Uint8Array => TEST_BLS.publicKey(secretOf(n))

export const genesisValidator = (n: number, stakeWei: bigint, commissionBps = 0) => ({
  ...{ operator: operatorOf(n), blsKey: blsKeyOf(n), p2pKey: keccak256(uintToBytes(n, 8)) },
  ...{ feeRecipient: account(2_000 + n), commissionBps, stakeWei },
})

export interface StakingWorld {
  readonly world: World
  /** The set and hash of each epoch begun. */
  readonly epochs: { readonly epochHash: Uint8Array; readonly set: ValidatorSet }[]
}

export function reader(world: World) {
  const sload = (slot: bigint) => world.slots.get(`${toHex(STAKING_ADDRESS)}:${slot.toString(16)}`) ?? 0n
  return { sload, keccak: keccak256 }
}

/** Epoch 0 has begun, and the stakes of block 0 are there. */
export function openStaking(
  validators: readonly ReturnType<typeof genesisValidator>[],
  params: Readonly<Record<string, bigint>> = {},
): StakingWorld {
  const world = freshWorld({ validators, params: { unbondingS: 100n, ...params } })
  world.setBalance(
    STAKING_ADDRESS,
    validators.reduce((sum, { stakeWei }) => sum + stakeWei, 0n),
  )
  const staking = { world, epochs: [] }
  beginEpoch(staking)
  return staking
}

/** A new epoch with the set of this state, or the old one where there is none. */
export function beginEpoch({ world, epochs }: StakingWorld): void {
  const set = readValidatorSet(reader(world)) ?? epochs.at(-1)!.set
  const epochHash = keccak256(uintToBytes(epochs.length, 8))
  const args = [BigInt(epochs.length), toHex(epochHash), toHex(setHash(CHAIN, set))]
  send(world, STAKING, 'beginEpoch', args, { isSystem: true })
  epochs.push({ epochHash, set })
}

export function addRewards(world: World, wei: bigint): void {
  world.setBalance(FEE_SPLIT_ADDRESS, world.balanceOf(FEE_SPLIT_ADDRESS) + wei)
  send(world, STAKING, 'addRewards', [], { from: FEE_SPLIT_ADDRESS, wei })
}

export const sign = (n: number, statement: Statement): Uint8Array =>
  TEST_BLS.sign(secretOf(n), statementHash(CHAIN, statement))

export const idOf = (n: number): Uint8Array => keccak256(uintToBytes(n, 4))

/** Where a validator stands in the set of an epoch. */
export const indexIn = (staking: StakingWorld, epoch: number, n: number): number =>
  staking.epochs[epoch]!.set.findIndex(({ operator }) => toHex(operator) === toHex(operatorOf(n)))

/** Two proposals of one view. */
export function equivocation(staking: StakingWorld, epoch: number, n: number, view = 3): Evidence {
  const { epochHash } = staking.epochs[epoch]!
  const side = (id: Uint8Array) => {
    const signature = sign(n, { kind: 'proposal', epochHash, view, id })
    return { kind: 'proposal', id, signature } as const
  }
  const signer = indexIn(staking, epoch, n)
  return { kind: 'statements', epoch, signer, view, pair: [side(idOf(1)), side(idOf(2))] }
}

export const REPORTER = account(4_000)

export const evidenceArgs = (staking: StakingWorld, evidence: Evidence, max = 100n): readonly unknown[] => [
  toHex(encodeEvidence(evidence)),
  toHex(encodeSet(staking.epochs[evidence.epoch]!.set)),
  max,
]

export function submit(staking: StakingWorld, evidence: Evidence, max = 100n): Decoded {
  return send(staking.world, STAKING, 'submitEvidence', evidenceArgs(staking, evidence, max), { from: REPORTER })
}

/** A call with its value given to the account first. */
export function pay(world: World, from: Uint8Array, name: string, args: readonly unknown[], wei = 0n): Decoded {
  world.setBalance(from, world.balanceOf(from) + wei)
  return send(world, STAKING, name, args, { from, wei })
}

export interface ValidatorView {
  readonly stakeWei: bigint
  readonly selfStakeWei: bigint
  readonly isContender: boolean
  readonly isTombstoned: boolean
  readonly commissionBps: number
}

export const validatorView = (world: World, n: number): ValidatorView =>
  view(world, STAKING, 'validator', [toHex(operatorOf(n))]) as ValidatorView

export interface PositionView {
  readonly operator: string
  readonly stakeWei: bigint
  readonly rewardsWei: bigint
}

export const positionsOf = (world: World, who: Uint8Array): readonly PositionView[] =>
  view(world, STAKING, 'positions', [toHex(who)]) as PositionView[]

export interface UnbondingView {
  readonly operator: string
  readonly amountWei: bigint
  readonly epoch: bigint
  readonly completionTime: bigint
}

export const unbondingsOf = (world: World, who: Uint8Array): readonly UnbondingView[] =>
  view(world, STAKING, 'unbondings', [toHex(who), 0n, 100n]) as UnbondingView[]
