/** Gets a password from a file or from the terminal, where it is not shown. */
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { KeyStoreError } from './keyStoreError.ts'

/** Longer input is a pasted file, not a password. */
const PASSWORD_CHARACTERS_MAX = 1024

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }
  readonly output: Writable
}

/** The password that opens an existing key. */
export async function readPassword(file: string | undefined, terminal: Terminal): Promise<string> {
  return file === undefined ? await ask(terminal, 'Password: ') : readPasswordFile(file)
}

/** The password of a new key: asked twice, since a typing error would lose the key. */
export async function choosePassword(file: string | undefined, terminal: Terminal): Promise<string> {
  if (file !== undefined) return readPasswordFile(file)
  const password = await ask(terminal, 'New password: ')
  if (password === '') throw new KeyStoreError('PasswordEmpty', 'a key needs a password of at least one character')
  if ((await ask(terminal, 'Again: ')) !== password)
    throw new KeyStoreError('PasswordMismatch', 'the two passwords differ; nothing was stored')
  return password
}

/** The file's text without its last line end. */
function readPasswordFile(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const message = `cannot read the password file ${file}: ${(error as Error).message}`
    throw new KeyStoreError('PasswordUnavailable', message, { cause: error })
  }
  const password = text.replace(/\r?\n$/, '')
  if (password === '') throw new KeyStoreError('PasswordEmpty', `the password file ${file} is empty`)
  if (password.length > PASSWORD_CHARACTERS_MAX || /[\r\n]/.test(password))
    throw new KeyStoreError(
      'PasswordUnavailable',
      `the password file ${file} must hold one line of at most ${PASSWORD_CHARACTERS_MAX} characters`,
    )
  return password
}

function ask({ input, output }: Terminal, question: string): Promise<string> {
  if (input.isTTY !== true || input.setRawMode === undefined)
    throw new KeyStoreError('PasswordUnavailable', 'there is no terminal to ask for a password; give --password-file')
  output.write(question)
  input.setRawMode(true)
  return new Promise<string>((resolve, reject) => {
    let typed: string[] = []
    const end = (settle: () => void) => {
      input.off('data', onData)
      input.off('end', onEnd)
      input.setRawMode?.(false)
      input.pause()
      output.write('\n')
      settle()
    }
    const cancel = () => end(() => reject(new KeyStoreError('PromptCancelled', 'cancelled; nothing was changed')))
    const onEnd = cancel
    const onData = (chunk: Buffer | string) => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') return end(() => resolve(typed.join('')))
        if (character === '\u0003' || character === '\u0004') return cancel()
        if (character === '\u007f' || character === '\b') typed.pop()
        else if (character === '\u0015') typed = []
        else if (character >= ' ' && typed.length < PASSWORD_CHARACTERS_MAX) typed.push(character)
      }
    }
    input.on('data', onData)
    input.once('end', onEnd)
    input.resume()
  })
}
