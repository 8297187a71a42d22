/** `openledger validator status`: all validators, or one account's stake, rewards and what it is taking back. */
import pc from 'picocolors'
import type { ChainClient } from '../../../studio/chain/client.ts'
import { connect } from '../../cli/session.ts'
import { type Address, parseAddress, STAKING, type ValidatorInfo } from '../../cli/stakingContract.ts'
import { formatOpen, table } from '../../cli/table.ts'

/** Validators and portions that one call lists. */
const PAGE = 100n

interface StatusOptions {
  readonly rpc: string
  readonly json?: boolean
}

export async function showStaking(addressText: string | undefined, options: StatusOptions): Promise<void> {
  const address = addressText === undefined ? undefined : parseAddress(addressText, 'an account')
  const client = await connect(options.rpc)
  const status = address === undefined ? await readNetwork(client) : await readAccount(client, address)
  if (options.json === true) return console.log(JSON.stringify(status, plain, 2))
  console.log('validators' in status ? describeNetwork(status) : describeAccount(status))
}

/** JSON has no whole numbers above 2^53: wei are decimal text. */
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value)

async function readNetwork(client: ChainClient) {
  const read = { ...STAKING, args: [] } as const
  const epochCount = await client.readContract({ ...read, functionName: 'epochCount' })
  const totalStakeWei = await client.readContract({ ...read, functionName: 'totalStake' })
  const count = await client.readContract({ ...read, functionName: 'validatorCount' })
  const validators: ValidatorInfo[] = []
  for (let start = 0n; start < count; start += PAGE)
    validators.push(...(await client.readContract({ ...STAKING, functionName: 'validators', args: [start, PAGE] })))
  return { epoch: epochCount === 0n ? 0n : epochCount - 1n, totalStakeWei, validators }
}

async function readAccount(client: ChainClient, account: Address) {
  const positions = await client.readContract({ ...STAKING, functionName: 'positions', args: [account] })
  const count = await client.readContract({ ...STAKING, functionName: 'unbondingCount', args: [account] })
  const unbondings = []
  for (let start = 0n; start < count; start += PAGE) {
    const args = [account, start, PAGE] as const
    unbondings.push(...(await client.readContract({ ...STAKING, functionName: 'unbondings', args })))
  }
  return { account, positions, unbondings }
}

function stateOf({ isTombstoned, isContender }: ValidatorInfo): string {
  if (isTombstoned) return pc.red('convicted')
  return isContender ? pc.green('contender') : pc.yellow('no contender')
}

function describeNetwork({ epoch, totalStakeWei, validators }: Awaited<ReturnType<typeof readNetwork>>): string {
  const byStake = [...validators].sort((a, b) => (a.stakeWei === b.stakeWei ? 0 : a.stakeWei > b.stakeWei ? -1 : 1))
  const rows = byStake.map((validator) => [
    validator.operator,
    formatOpen(validator.stakeWei),
    formatOpen(validator.selfStakeWei),
    `${validator.commissionBps / 100} %`,
    stateOf(validator),
  ])
  const titles = ['validator', 'stake, OPEN', 'of its own', 'commission', 'state']
  const columns = titles.map((title, c) => ({ title, isRight: c > 0 && c < 4 }))
  return [`${pc.bold(`epoch ${epoch}`)}  ${formatOpen(totalStakeWei)} OPEN staked`, table(columns, rows)].join('\n')
}

function describeAccount({ account, positions, unbondings }: Awaited<ReturnType<typeof readAccount>>): string {
  if (positions.length + unbondings.length === 0) return `${account} has no stake`
  const parts = [pc.bold(account)]
  if (positions.length > 0)
    parts.push(
      table(
        ['staked with', 'stake, OPEN', 'rewards, OPEN'].map((title, c) => ({ title, isRight: c > 0 })),
        positions.map((position) => [
          position.operator,
          formatOpen(position.stakeWei),
          formatOpen(position.rewardsWei),
        ]),
      ),
    )
  if (unbondings.length > 0)
    parts.push(
      table(
        ['taken back from', 'OPEN', 'free'].map((title, c) => ({ title, isRight: c === 1 })),
        unbondings.map((portion) => [
          portion.operator,
          formatOpen(portion.amountWei),
          freeAt(portion.epoch, portion.completionTime),
        ]),
      ),
    )
  return parts.join('\n')
}

function freeAt(epoch: bigint, completionTime: bigint): string {
  if (completionTime === 0n) return `after epoch ${epoch} and the unbonding time`
  return new Date(Number(completionTime) * 1000).toISOString()
}
