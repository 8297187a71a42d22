/** What commands print: steps with progress, facts, and errors that say what to do. */
import pc from 'picocolors'

/** A user's mistake or a refusal by the chain: printed without a stack, exit status 1. */
export class CommandError extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'CommandError'
    this.hint = hint
  }
}

/** Prints an error and sets the exit status. Anything but a `CommandError` shows its stack when `DEBUG` is set. */
export function fail(error: unknown): void {
  process.exitCode = 1
  if (error instanceof CommandError) {
    console.error(`${pc.red('error:')} ${error.message}`)
    if (error.hint !== undefined) console.error(pc.dim(error.hint))
    return
  }
  const known = error as { shortMessage?: string; message?: string; stack?: string }
  console.error(`${pc.red('error:')} ${known.shortMessage ?? known.message ?? String(error)}`)
  if (process.env['DEBUG'] === 'openledger') console.error(known.stack)
  else console.error(pc.dim('DEBUG=openledger shows where it came from.'))
}

export interface Step {
  /** Replaces the line's progress text. */
  update(text: string): void
  /** Ends the line; returns the seconds it took. */
  done(text?: string): number
  /** Ends the line as failed. */
  fail(text: string): void
}

/** A line that shows progress while work runs: redrawn on a terminal, printed once when it ends elsewhere. */
export function startStep(label: string): Step {
  const startMs = performance.now()
  const isTerminal = process.stdout.isTTY === true
  let lastDrawMs = 0
  const seconds = () => (performance.now() - startMs) / 1000
  const draw = (mark: string, text: string) => `${mark} ${label}${text === '' ? '' : pc.dim(`  ${text}`)}`
  const end = (mark: string, text: string) => {
    const line = draw(mark, `${text}${text === '' ? '' : ' · '}${seconds().toFixed(1)} s`)
    process.stdout.write(isTerminal ? `\r\x1b[2K${line}\n` : `${line}\n`)
  }
  if (isTerminal) process.stdout.write(draw(pc.cyan('…'), ''))
  return {
    update(text) {
      if (!isTerminal || performance.now() - lastDrawMs < 80) return
      lastDrawMs = performance.now()
      process.stdout.write(`\r\x1b[2K${draw(pc.cyan('…'), text)}`)
    },
    done(text = '') {
      end(pc.green('✓'), text)
      return seconds()
    },
    fail: (text) => end(pc.red('✗'), text),
  }
}
