/** A JSON line of the log as people read it: time, part, message, facts; warnings and errors in colour. */
import pc from 'picocolors'

interface Line {
  readonly level?: string
  readonly time?: string
  readonly part?: string
  readonly message?: string
}

const MARKS: Readonly<Record<string, string>> = {
  debug: pc.dim('debug '),
  warn: pc.yellow('warn '),
  error: pc.red('error '),
  fatal: pc.red('error '),
}

/** What is no JSON object stays as it is; `label` stands before the part. */
export function logText(json: string, label = ''): string {
  const line = parse(json)
  if (line === undefined) return `${label}${json}`
  const { level = 'info', time = new Date().toISOString(), part, message = '', ...facts } = line
  const said = Object.entries(facts).map(([name, value]) => pc.dim(` ${name}=${JSON.stringify(value)}`))
  const who = part === undefined ? '' : pc.dim(`${part}: `)
  return `${pc.dim(time.slice(11, 19))} ${label}${MARKS[level] ?? ''}${who}${message}${said.join('')}`
}

function parse(json: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
