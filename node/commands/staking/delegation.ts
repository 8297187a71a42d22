/** `openledger validator delegate|undelegate|withdraw|claim`: what whoever stakes with validators does. */
import { stakingAbi } from '../../../precompiles/generated/staking.ts'
import { POSITIONS_MAX } from '../../../precompiles/limits.ts'
import { eventOf, write } from '../../../studio/chain/client.ts'
import { openSession, type SessionOptions } from '../../cli/session.ts'
import { parseAddress, parseOpen, STAKING } from '../../cli/stakingContract.ts'
import { formatOpen } from '../../cli/table.ts'
import { CommandError } from '../../cli/terminal.ts'

/** Portions paid by one `withdraw`: about 25,000 gas each. */
const PORTIONS_PER_CALL = 100n

export async function delegate(operatorText: string, openText: string, options: SessionOptions): Promise<void> {
  const operator = parseAddress(operatorText, 'a validator')
  const value = parseOpen(openText, 'delegation')
  const { client, account } = await openSession(options)
  await write(client, account, { ...STAKING, functionName: 'delegate', args: [operator], value })
  console.log(`${formatOpen(value)} OPEN staked with ${operator}; they count from the next epoch on`)
}

export async function undelegate(operatorText: string, openText: string, options: SessionOptions): Promise<void> {
  const operator = parseAddress(operatorText, 'a validator')
  const wanted = openText === 'all' ? undefined : parseOpen(openText, 'amount')
  const { client, account } = await openSession(options)
  const args = [operator, account.address] as const
  const { stakeWei } = await client.readContract({ ...STAKING, functionName: 'position', args })
  if (stakeWei === 0n) throw new CommandError(`${account.address} has no stake with ${operator}`)
  const amountWei = wanted ?? stakeWei
  await write(client, account, { ...STAKING, functionName: 'undelegate', args: [operator, amountWei] })
  console.log(`${formatOpen(amountWei)} OPEN are being taken back from ${operator}`)
  console.log(
    'They are free when this epoch has ended and the unbonding time has passed: `validator status` says when.',
  )
}

export async function withdraw(options: SessionOptions): Promise<void> {
  const { client, account } = await openSession(options)
  const args = [PORTIONS_PER_CALL]
  const receipt = await write(client, account, { ...STAKING, functionName: 'withdrawUnbonded', args })
  const { amountWei } = eventOf<{ amountWei: bigint }>(receipt, stakingAbi, 'Withdrawn')
  console.log(`${formatOpen(amountWei)} OPEN of unbonded stake paid to ${account.address}`)
}

export async function claim(options: SessionOptions): Promise<void> {
  const { client, account } = await openSession(options)
  const args = [account.address] as const
  const owedWei = await client.readContract({ ...STAKING, functionName: 'rewardsOf', args })
  if (owedWei === 0n) return console.log(`${account.address} has no rewards to claim`)
  const receipt = await write(client, account, { ...STAKING, functionName: 'claimRewards', args: [POSITIONS_MAX] })
  const { amountWei } = eventOf<{ amountWei: bigint }>(receipt, stakingAbi, 'RewardsClaimed')
  console.log(`${formatOpen(amountWei)} OPEN of rewards paid to ${account.address}`)
}
