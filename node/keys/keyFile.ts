/** One encrypted key a file: read with a bound, written whole and never over another. */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { KeyStoreError } from './keyStoreError.ts'

/** A key file takes less than 1 KiB; anything far larger is something else. */
const FILE_BYTES_MAX = 65_536

/** The text of `NAME.json`; throws `KeyMissing`, `KeyFolder` or `KeyFileInvalid`. */
export function readKeyFile(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new KeyStoreError('KeyMissing', `there is no key ${keyName(file)}: ${file} does not exist`)
    throw new KeyStoreError('KeyFolder', `cannot read ${file}: ${(error as Error).message}`, { cause: error })
  }
  if (bytes.length > FILE_BYTES_MAX) throw new KeyStoreError('KeyFileInvalid', `${file} is too large to be a key file`)
  return bytes.toString('utf8')
}

/** Written aside, flushed, then linked: no half file, and an existing key wins over any newcomer. */
export function writeKeyFile(file: string, text: string): void {
  const folder = dirname(file)
  const aside = join(folder, `.${keyName(file)}.${randomBytes(8).toString('hex')}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw keyFolderError(folder, error)
  }
  try {
    const handle = openSync(aside, 'wx', 0o600)
    try {
      writeSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    linkSync(aside, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (error as NodeJS.ErrnoException).syscall === 'link')
      throw new KeyStoreError('KeyExists', `there is a key ${keyName(file)} already: ${file}; choose another name`)
    throw keyFolderError(folder, error)
  } finally {
    rmSync(aside, { force: true })
  }
}

export function keyFolderError(folder: string, error: unknown): KeyStoreError {
  return new KeyStoreError('KeyFolder', `cannot use the key folder ${folder}: ${(error as Error).message}`, {
    cause: error,
  })
}

const keyName = (file: string): string => basename(file, '.json')
