/** A command of `openledger` that must succeed. */
import { runCommand } from '../node/runCommand.ts'

/** Resolves with what it printed, and rejects with it where the status is not 0. */
export async function openledger(...args: readonly string[]): Promise<string> {
  const { status, output } = await runCommand(args)
  if (status !== 0) throw new Error(`openledger ${args.slice(0, 2).join(' ')} ended with ${status}:\n${output}`)
  return output
}
