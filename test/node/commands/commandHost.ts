/** Run by `commandRunner.ts` in a child: runs the command lines that it is sent, one after another, in this one process. */
import assert from 'node:assert/strict'
import type { CommandOutcome } from './commandRunner.ts'

/** Thrown where a command would end the process. */
class Exit extends Error {}

let isEnded = false
const written = { output: '', errors: '' }

function capture(stream: NodeJS.WriteStream, name: keyof typeof written): void {
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    // After its end a process says no more.
    if (!isEnded) written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const done = rest.find((value) => typeof value === 'function')
    if (done !== undefined) queueMicrotask(done as () => void)
    return true
  }) as typeof stream.write
}

capture(process.stdout, 'output')
capture(process.stderr, 'errors')
process.exit = ((code) => {
  if (!isEnded) process.exitCode = code
  isEnded = true
  throw new Exit('the command ended the process')
}) as typeof process.exit

const program = process.argv[1]!
let commands = 0

async function run(args: readonly string[]): Promise<CommandOutcome> {
  isEnded = false
  Object.assign(written, { output: '', errors: '' })
  process.exitCode = undefined
  process.argv = [process.execPath, program, ...args]
  // Its own address has the program evaluated anew; all that it imports is loaded once.
  await import(`../../../node/main.ts?command=${commands++}`)
  const status = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return { status, ...written }
}

let last: Promise<unknown> = Promise.resolve()
process.on('message', (args: readonly string[]) => {
  assert(process.send !== undefined)
  last = last.then(async () => process.send!(await run(args)))
})
