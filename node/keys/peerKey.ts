/** The key of an observer's peer id: made at the first start, kept in the clear, since it guards nothing but a name. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { KeyStoreError } from './keyStoreError.ts'

/** Ed25519 seed of 32 bytes, in `peer.key` of the data folder. Throws `KeyFileInvalid`, `KeyFolder`. */
export function openPeerKey(data: string): Uint8Array {
  const file = join(data, 'peer.key')
  try {
    if (!existsSync(file)) {
      mkdirSync(data, { recursive: true })
      writeFileSync(file, `${toHex(randomBytes(32))}\n`, { mode: 0o600, flag: 'wx' })
    }
    const text = readFileSync(file, 'utf8').trim()
    if (/^0x[0-9a-f]{64}$/.test(text)) return fromHex(text)
  } catch (error) {
    throw new KeyStoreError('KeyFolder', `cannot use ${file}: ${(error as Error).message}`, { cause: error })
  }
  throw new KeyStoreError(
    'KeyFileInvalid',
    `${file}: expected 0x and 64 hex digits; without the file a new one is made`,
  )
}
