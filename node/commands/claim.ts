/** `openledger claim`: pays out what the account's identity has earned. */
import { isAddress } from 'viem'
import { feeSplitAbi } from '../../precompiles/generated/feeSplit.ts'
import { eventOf, write } from '../../studio/chain/client.ts'
import { idOf } from '../../studio/chain/identity.ts'
import { FEE_SPLIT } from '../../studio/chain/version.ts'
import { openSession, type SessionOptions } from '../cli/session.ts'
import { formatOpen } from '../cli/table.ts'
import { CommandError } from '../cli/terminal.ts'

export async function claim(options: SessionOptions & { readonly to?: string }): Promise<void> {
  const { client, account } = await openSession(options)
  const to = options.to ?? account.address
  if (!isAddress(to)) throw new CommandError(`expected an address in --to, got "${to}"`)
  const id = await idOf(client, account.address)
  if (id === 0n) throw new CommandError(`${account.address} has no identity: it has added no rows, model or provider`)
  const native = { address: FEE_SPLIT, abi: feeSplitAbi } as const
  const balance = await client.readContract({ ...native, functionName: 'balanceOf', args: [id] })
  if (balance === 0n) return console.log(`contributor ${id} has nothing to claim`)
  const receipt = await write(client, account, { ...native, functionName: 'claim', args: [to] })
  const { claimWei } = eventOf<{ claimWei: bigint }>(receipt, feeSplitAbi, 'Claimed')
  console.log(`${formatOpen(claimWei)} OPEN of contributor ${id} paid to ${to}`)
}
