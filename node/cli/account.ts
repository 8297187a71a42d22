/** Turns `--account` into a signing account: a devnet number, a stored key's name, or a private key. */
import { pbkdf2Sync } from 'node:crypto'
import { homedir } from 'node:os'
import { bytesToHex, type LocalAccount } from 'viem'
import { HDKey, hdKeyToAccount, privateKeyToAccount } from 'viem/accounts'
import { DEV_MNEMONIC } from '../../genesis/devnet.ts'
import { withNonces } from '../../studio/chain/client.ts'
import { defaultKeyFolder, listKeys, openKey } from '../keys/keyStore.ts'
import { readPassword } from '../keys/password.ts'
import { CommandError } from './terminal.ts'

/** Numbers of the devnet's mnemonic that anyone could want; a longer number is a typing error. */
const DEV_ACCOUNT_MAX = 999

/** BIP-39 by OpenSSL: viem's JavaScript would take a tenth of a second for each account. */
let devKey: HDKey | undefined

export function devAccount(index: number): LocalAccount {
  devKey ??= HDKey.fromMasterSeed(pbkdf2Sync(DEV_MNEMONIC, 'mnemonic', 2048, 64, 'sha512'))
  return withNonces(hdKeyToAccount(devKey, { addressIndex: index }))
}

/** Asks for the password of a stored key, or reads it from the file that OPENLEDGER_PASSWORD_FILE names. */
export async function resolveAccount(who: string): Promise<LocalAccount> {
  if (/^\d+$/.test(who)) {
    const index = Number(who)
    if (index > DEV_ACCOUNT_MAX)
      throw new CommandError(`expected a devnet account from 0 to ${DEV_ACCOUNT_MAX}, got ${who}`)
    return devAccount(index)
  }
  if (/^0x[0-9a-fA-F]{64}$/.test(who)) return withNonces(privateKeyToAccount(who as `0x${string}`))
  const folder = defaultKeyFolder(process.env, homedir())
  if (!listKeys(folder).some((entry) => entry.name === who))
    throw new CommandError(
      `no account "${who}": expected a devnet number, a 0x private key of 64 hex digits, or a key in ${folder}`,
      '`openledger keys list` shows the stored keys, `openledger keys new NAME` makes one.',
    )
  const terminal = { input: process.stdin, output: process.stderr }
  const password = await readPassword(process.env['OPENLEDGER_PASSWORD_FILE'], terminal)
  return withNonces(privateKeyToAccount(bytesToHex(await openKey(folder, who, password))))
}
