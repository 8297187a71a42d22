/** The command lines of the test programs: a wrong argument is named with what was expected, and never half obeyed. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ArgumentError, oneOf, someOf, wholeNumber } from './commandLine.ts'

test('arguments: numbers and names are taken whole or refused', () => {
  assert.is(wholeNumber('--rows', '12', 1), 12)
  assert.equal(someOf('--backend', 'js,gpu', ['gpu', 'js']), ['js', 'gpu'])
  for (const text of ['', 'x', '0', '-1', '1.5', '9007199254740992'])
    assert.throws(
      () => wholeNumber('--rows', text, 1),
      (error: Error) => error instanceof ArgumentError,
    )
  assert.throws(() => oneOf('--backend', 'cuda', ['gpu', 'js']), /^--backend: expected gpu, js, got cuda$/)
  assert.throws(() => oneOf('SUBJECT', undefined, ['influence']), /^SUBJECT: expected influence, got none$/)
})

/** Exit status, and the first line of what is printed. */
function outcomeOf(program: string, ...args: string[]): [status: number | null, line: string | undefined] {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' })
  return [status, (stdout + stderr).split('\n')[0]]
}

test('arguments: what is wrong is said, and --help is no mistake', () => {
  const program = './conformance.ts'
  assert.equal(outcomeOf(program, '--help'), [0, 'usage: npm run conformance -- SUBJECT …'])
  assert.equal(outcomeOf(program, 'inference'), [2, 'SUBJECT: expected influence, got inference'])
  assert.equal(outcomeOf(program, 'influence', '.', '--speed'), [2, "Unknown option '--speed'"])
  const folder = fileURLToPath(new URL('.', import.meta.url))
  assert.equal(outcomeOf(program, 'influence', `${folder}none`), [
    2,
    `DIR: expected a folder of vectors, got ${folder}none, which is no folder`,
  ])
})

test.run()
