/** What the users of a simulated chain ask for: transfers and calls of natives, signed before the run, from its seed. */
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { CONTRIBUTOR_ADDRESS, STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { contributorContract } from '../../../precompiles/contributor/contract.ts'
import { stakingContract } from '../../../precompiles/staking/contract.ts'
import { concat, uintToBytes } from '../../../primitives/bytes.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'
import type { ChainRules } from '../../../runtime/chainRules.ts'
import type { Random } from '../../fuzz/random.ts'

export interface User {
  /** secp256k1, 32 bytes. */
  readonly key: Uint8Array
  readonly address: Uint8Array
}

/** A signed transaction, and when its sender hands it out. */
export interface Asked {
  readonly atMs: number
  readonly bytes: Uint8Array
}

interface Call {
  readonly to: Uint8Array
  readonly valueWei: bigint
  readonly data?: Uint8Array
}

const USERS = 6
const GWEI = 10n ** 9n
const TRANSFER_GAS = 21_000n
const CALL_GAS = 500_000n
/** Far below the stake that a unit of power stands for: sets stay as genesis has them. */
const DELEGATED_WEI_MAX = 1_000_000
/** A share of transactions fails in the EVM: their receipts must be equal too. */
const TOO_MUCH_WEI = 10n ** 30n

export function createUsers(rules: ChainRules): User[] {
  return Array.from({ length: USERS }, (_, i) => {
    const key = uintToBytes(i + 1, 32)
    const unsigned = createFeeMarket1559Tx({ chainId: rules.params.chainId }, { common: rules.common })
    return { key, address: unsigned.sign(key).getSenderAddress().bytes }
  })
}

export interface TrafficOptions {
  readonly rules: ChainRules
  readonly users: readonly User[]
  readonly validators: ValidatorSet
  readonly random: Random
  readonly count: number
  readonly untilMs: number
}

/** Each sender's nonces ascend with time. */
export function drawTraffic({ rules, users, validators, random, count, untilMs }: TrafficOptions): Asked[] {
  const nonces = users.map(() => 0n)
  const times = Array.from({ length: count }, () => random.int(0, untilMs)).sort((a, b) => a - b)
  return times.map((atMs) => {
    const from = random.int(0, users.length - 1)
    const { to, valueWei, data } = drawCall(random, users, validators)
    const transaction = createFeeMarket1559Tx(
      {
        chainId: rules.params.chainId,
        nonce: nonces[from]!++,
        to,
        value: valueWei,
        gasLimit: data === undefined ? TRANSFER_GAS : CALL_GAS,
        maxFeePerGas: 100n * GWEI,
        maxPriorityFeePerGas: BigInt(random.int(0, 5)) * GWEI,
        ...(data === undefined ? {} : { data }),
      },
      { common: rules.common },
    )
    return { atMs, bytes: transaction.sign(users[from]!.key).serialize() }
  })
}

function drawCall(random: Random, users: readonly User[], validators: ValidatorSet): Call {
  const { operator } = random.pick(validators)
  const smallWei = BigInt(random.int(1, DELEGATED_WEI_MAX))
  const staking = (data: Uint8Array, valueWei = 0n) => ({ to: STAKING_ADDRESS, valueWei, data })
  switch (random.int(0, 7)) {
    case 0:
      return { to: CONTRIBUTOR_ADDRESS, valueWei: 0n, data: contributorContract.encodeCall('register', []) }
    case 1:
    case 2:
      return staking(stakingContract.encodeCall('delegate', [operator]), smallWei)
    case 3:
      return staking(stakingContract.encodeCall('undelegate', [operator, random.oneIn(2) ? smallWei : TOO_MUCH_WEI]))
    case 4:
      return staking(stakingContract.encodeCall('claimRewards', [10n]))
    case 5:
      return { to: concat(new Uint8Array(16).fill(0xee), uintToBytes(random.int(1, 5), 4)), valueWei: smallWei }
    default:
      return { to: random.pick(users).address, valueWei: smallWei * GWEI }
  }
}
