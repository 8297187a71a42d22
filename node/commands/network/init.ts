/** `openledger init`: a validator's data folder with its encrypted key and the public file that others need. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { isAddress } from 'viem'
import { toHex } from '../../../primitives/bytes.ts'
import { CommandError } from '../../cli/terminal.ts'
import { choosePassword } from '../../keys/password.ts'
import { createValidatorKeys, publicKeysOf } from '../../keys/validatorKeys.ts'

export interface InitOptions {
  readonly data: string
  readonly operator: string
  readonly feeRecipient?: string
  readonly commissionBps: number
  readonly stake: number
  readonly fundedBy: string
  readonly passwordFile?: string
}

/** Keys of a data folder. */
export const keyFolderOf = (data: string): string => join(data, 'keys')

export async function initValidator(options: InitOptions): Promise<void> {
  const { data, operator, feeRecipient = operator } = options
  for (const [name, address] of Object.entries({ operator, feeRecipient }))
    if (!isAddress(address)) throw new CommandError(`${name}: expected an address of 20 bytes, got ${address}`)
  const folder = keyFolderOf(data)
  if (existsSync(join(folder, 'validator.json')))
    throw new CommandError(
      `${folder} holds a validator's key already; it was left as it is`,
      'Another --data FOLDER makes another validator. Never run one key in two places.',
    )
  const password = await choosePassword(options.passwordFile, { input: process.stdin, output: process.stderr })
  mkdirSync(data, { recursive: true })
  const { blsKey, p2pKey } = publicKeysOf(await createValidatorKeys(folder, password))
  const file = join(data, 'validator.public.json')
  const validator = {
    operator,
    blsKey: toHex(blsKey),
    p2pKey: toHex(p2pKey),
    feeRecipient,
    commissionBps: options.commissionBps,
    stakeOpen: `${options.stake}`,
    fundedBy: options.fundedBy,
  }
  writeFileSync(file, `${JSON.stringify(validator, null, 2)}\n`)
  console.log(pc.bold('A validator is ready to join a network'))
  console.log(`  operator   ${operator}`)
  console.log(`  BLS key    ${validator.blsKey}`)
  console.log(`  p2p key    ${validator.p2pKey}`)
  console.log(`  secret     ${folder}  ${pc.dim('encrypted (EIP-2335); keep a copy, and never run it in two places')}`)
  console.log(`  public     ${file}  ${pc.dim('for `network create`, before the network starts')}`)
}
