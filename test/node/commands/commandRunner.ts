/**
 * Runs many command lines of `openledger` in one process, which loads what they need once: for what a command says and its
 * exit status. That it ends, and what it leaves running, only a process of its own shows (`../runCommand.ts`).
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface CommandOutcome {
  readonly status: number
  /** What it printed on standard output. */
  readonly output: string
  /** On standard error. */
  readonly errors: string
}

export interface CommandRunner {
  /** One command at a time: the next waits for it. */
  run(args: readonly string[]): Promise<CommandOutcome>
  close(): Promise<void>
}

const HOST = new URL('./commandHost.ts', import.meta.url)

export function startCommandRunner(environment: Readonly<Record<string, string>> = {}): CommandRunner {
  const env = { ...process.env, NO_COLOR: '1', ...environment }
  const child = fork(HOST, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  let last: Promise<unknown> = Promise.resolve()
  const runNext = async (args: readonly string[]): Promise<CommandOutcome> => {
    const answered = once(child, 'message')
    child.send(args)
    const first = await Promise.race([answered, ended.then(() => undefined)])
    if (first === undefined) throw new Error(`openledger ${args.join(' ')} ended the process of all commands`)
    return first[0] as CommandOutcome
  }
  return {
    run(args) {
      const outcome = last.then(() => runNext(args))
      last = outcome.catch(() => {})
      return outcome
    },
    async close() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}
