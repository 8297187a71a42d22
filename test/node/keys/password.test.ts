/** Passwords: from files of one line, from a terminal that shows nothing, and never from nowhere. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { KeyStoreError } from '../../../node/keys/keyStoreError.ts'
import { choosePassword, readPassword } from '../../../node/keys/password.ts'

/** A terminal on which `lines` are typed one after another, each when it is asked for. */
function typist(...lines: string[]) {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (isRaw: boolean) => modes.push(isRaw) })
  const output = new PassThrough()
  let shown = ''
  output.on('data', (chunk) => {
    shown += chunk
    if (String(chunk).endsWith(': ')) input.write(lines.shift() ?? '\u0003')
  })
  return { terminal: { input, output }, shown: () => shown, modes }
}

const silent = { input: new PassThrough(), output: new PassThrough() }

async function code(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
    return 'done'
  } catch (error) {
    return (error as KeyStoreError).code
  }
}

test('password: typed, corrected, and never shown', async () => {
  const { terminal, shown, modes } = typist('wrongx\u0015secrex\u007ft\r')
  assert.is(await readPassword(undefined, terminal), 'secret')
  assert.is(shown(), 'Password: \n')
  assert.equal(modes, [true, false])
})

test('password: a new one is asked for twice', async () => {
  assert.is(await choosePassword(undefined, typist('pä ss\n', 'pä ss\n').terminal), 'pä ss')
  assert.is(await code(choosePassword(undefined, typist('one\n', 'two\n').terminal)), 'PasswordMismatch')
  assert.is(await code(choosePassword(undefined, typist('\n').terminal)), 'PasswordEmpty')
})

test('password: Ctrl-C and the end of input cancel, and give the terminal back', async () => {
  const { terminal, modes } = typist('abc\u0003')
  assert.is(await code(readPassword(undefined, terminal)), 'PromptCancelled')
  assert.equal(modes, [true, false])
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  input.end('abc')
  assert.is(await code(readPassword(undefined, { input, output: new PassThrough() })), 'PromptCancelled')
})

test('password: without a terminal and without a file there is none', async () => {
  assert.is(await code(readPassword(undefined, silent)), 'PasswordUnavailable')
  assert.is(await code(choosePassword(undefined, silent)), 'PasswordUnavailable')
})

test('password: a file gives its one line, without the line end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openledger-password-'))
  const file = join(folder, 'password')
  try {
    for (const [text, expected] of [
      ['secret', 'secret'],
      ['secret\n', 'secret'],
      ['secret\r\n', 'secret'],
      [' a b ', ' a b '],
    ] as const) {
      writeFileSync(file, text)
      assert.is(await readPassword(file, silent), expected)
      assert.is(await choosePassword(file, silent), expected)
    }
    for (const [text, expected] of [
      ['', 'PasswordEmpty'],
      ['\n', 'PasswordEmpty'],
      ['a\nb', 'PasswordUnavailable'],
      ['x'.repeat(1025), 'PasswordUnavailable'],
    ] as const) {
      writeFileSync(file, text)
      assert.is(await code(readPassword(file, silent)), expected)
    }
    assert.is(await code(readPassword(join(folder, 'none'), silent)), 'PasswordUnavailable')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.run()
