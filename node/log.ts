/** The node's log: JSON lines with level, time and the part that speaks; never a key, a password or a secret. */
import { type Logger, pino } from 'pino'
import type { LogLevel } from './logLevel.ts'

export type Log = Logger

/** `write` gets one JSON object without a line end: `{"level":"info","time":"…","part":"peers","message":"…"}`. */
export function createLog(level: LogLevel, write: (json: string) => void): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(line.trimEnd()) },
  )
}

/** One part's lines of one level, as a function of the line. */
export function linesOf(log: Log, part: string, level: LogLevel = 'info'): (line: string) => void {
  const own = log.child({ part })
  return (line) => own[level](line)
}
