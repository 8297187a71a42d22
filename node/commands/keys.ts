/** `openledger keys`: encrypted account keys in the key folder. */
import { homedir } from 'node:os'
import { readTextFile } from '../cli/session.ts'
import { table } from '../cli/table.ts'
import * as store from '../keys/keyStore.ts'
import { choosePassword, readPassword } from '../keys/password.ts'

interface KeyOptions {
  readonly passwordFile?: string
}

const folder = () => store.defaultKeyFolder(process.env, homedir())
const terminal = { input: process.stdin, output: process.stderr }

export async function newKey(name: string, options: KeyOptions): Promise<void> {
  const password = await choosePassword(options.passwordFile, terminal)
  report(await store.createKey(folder(), name, password))
}

export async function importKey(name: string, file: string, options: KeyOptions): Promise<void> {
  const key = store.parsePrivateKey(readTextFile(file))
  const password = await choosePassword(options.passwordFile, terminal)
  report(await store.storeKey(folder(), name, key, password))
}

export function listKeys(): void {
  const entries = store.listKeys(folder())
  if (entries.length === 0) return console.log(`no keys in ${folder()}`)
  const rows = entries.map((entry) => [entry.name, entry.address ?? `unreadable: ${entry.fault}`])
  console.log(table([{ title: 'name' }, { title: 'address' }], rows))
}

export async function exportKey(name: string, options: KeyOptions): Promise<void> {
  console.log(await store.exportKey(folder(), name, await readPassword(options.passwordFile, terminal)))
}

function report(entry: store.KeyEntry): void {
  console.log(`${entry.name}  ${entry.address}`)
  console.log(`stored encrypted in ${entry.file}`)
}
