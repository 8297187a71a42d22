/** `openledger validator create|edit|contend`: what an operator does. */
import { zeroHash } from 'viem'
import { nobleBls } from '../../../primitives/bls.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { type ChainClient, write } from '../../../studio/chain/client.ts'
import { openSession, type SessionOptions } from '../../cli/session.ts'
import { type Address, parseAddress, parseOpen, readValidator, STAKING } from '../../cli/stakingContract.ts'
import { formatOpen } from '../../cli/table.ts'
import { CommandError } from '../../cli/terminal.ts'
import { readPassword } from '../../keys/password.ts'
import { openValidatorKeys, publicKeysOf } from '../../keys/validatorKeys.ts'
import { keyFolderOf } from '../network/init.ts'

interface CreateOptions extends SessionOptions {
  readonly data: string
  readonly stake: string
  readonly feeRecipient?: string
  readonly commissionBps: string
  readonly passwordFile?: string
}

function parseBps(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 10_000)
    throw new CommandError(`expected a commission from 0 to 10000 basis points, got "${text}"`)
  return Number(text)
}

export async function createValidator(options: CreateOptions): Promise<void> {
  const value = parseOpen(options.stake, 'stake')
  const commissionBps = parseBps(options.commissionBps)
  const { client, account } = await openSession(options)
  const operator = account.address
  const feeRecipient = parseAddress(options.feeRecipient ?? operator, 'the fee recipient')
  const { blsKey, p2pKey, proof } = await proveKeys(client, operator, options)
  const args = [toHex(blsKey), toHex(proof), toHex(p2pKey), feeRecipient, commissionBps]
  await write(client, account, { ...STAKING, functionName: 'createValidator', args, value })
  console.log(`validator ${operator} created with ${formatOpen(value)} OPEN of its own stake`)
  await sayPlace(client, operator)
}

/** The keys of the data folder, and the signature that proves their possession on this chain. */
async function proveKeys(client: ChainClient, operator: Address, { data, passwordFile }: CreateOptions) {
  const password = await readPassword(passwordFile, { input: process.stdin, output: process.stderr })
  const secrets = await openValidatorKeys(keyFolderOf(data), password)
  const { blsKey, p2pKey } = publicKeysOf(secrets)
  const { hash } = await client.getBlock({ blockNumber: 0n })
  const chain = { chainId: BigInt(client.chain.id), genesisHash: fromHex(hash ?? zeroHash) }
  const possession = statementHash(chain, { kind: 'possession', blsKey, p2pKey, operator: fromHex(operator) })
  return { blsKey, p2pKey, proof: nobleBls.sign(secrets.blsSecret, possession) }
}

async function sayPlace(client: ChainClient, operator: Address): Promise<void> {
  const { isContender } = await readValidator(client, operator)
  if (isContender) console.log('The next epoch’s set is chosen from it and the other contenders, by stake.')
  else
    console.log(
      'All places of contenders are taken by more stake: `openledger validator contend` tries again with more.',
    )
}

interface EditOptions extends SessionOptions {
  readonly feeRecipient?: string
  readonly commissionBps?: string
}

export async function editValidator(options: EditOptions): Promise<void> {
  const { feeRecipient, commissionBps } = options
  if (feeRecipient === undefined && commissionBps === undefined)
    throw new CommandError('nothing to change: give --fee-recipient or --commission-bps')
  const { client, account } = await openSession(options)
  const old = await readValidator(client, account.address)
  const recipient = feeRecipient === undefined ? old.feeRecipient : parseAddress(feeRecipient, 'the fee recipient')
  const bps = commissionBps === undefined ? old.commissionBps : parseBps(commissionBps)
  await write(client, account, { ...STAKING, functionName: 'editValidator', args: [recipient, bps] })
  console.log(`validator ${account.address}: block fees to ${recipient}, commission ${bps / 100} %`)
}

export async function contend(operatorText: string | undefined, options: SessionOptions): Promise<void> {
  const { client, account } = await openSession(options)
  const operator = operatorText === undefined ? account.address : parseAddress(operatorText, 'a validator')
  await write(client, account, { ...STAKING, functionName: 'contend', args: [operator] })
  await sayPlace(client, operator)
}
