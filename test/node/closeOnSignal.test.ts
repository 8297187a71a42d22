/** The end of a command by signals, in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

/** Closes when it reads a line; says what reached it. */
const PROGRAM = `
import { once } from 'node:events'
import { closeOnSignal } from '${new URL('../../node/commands/closeOnSignal.ts', import.meta.url)}'
const line = once(process.stdin, 'data')
closeOnSignal({
  async close() {
    console.log('closing')
    await line
  },
})
process.on('SIGTERM', () => console.log('SIGTERM'))
console.log('ready')
`

function start(): { child: ChildProcessWithoutNullStreams; said(line: string): Promise<void> } {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM])
  const lines = createInterface(child.stdout)
  return {
    child,
    async said(expected) {
      const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(20_000) })
      assert.is(line, expected)
    },
  }
}

test('signals: another one than the first does not hurry the close', async () => {
  const { child, said } = start()
  await said('ready')
  child.kill('SIGINT')
  await said('closing')
  child.kill('SIGTERM')
  await said('SIGTERM')
  child.stdin.end('go\n')
  assert.equal(await once(child, 'exit'), [0, null])
})

test('signals: the same one again ends at once', async () => {
  const { child, said } = start()
  await said('ready')
  child.kill('SIGINT')
  await said('closing')
  child.kill('SIGINT')
  assert.equal(await once(child, 'exit'), [130, null])
})

test.run()
