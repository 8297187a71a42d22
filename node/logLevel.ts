/** How loud a line of the log is; apart from the log itself, so that the command line starts without it. */

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
