/** What can go wrong with the database on disk; `code` says it for programs, the message for people. */

export type StoreErrorCode =
  | 'locked'
  | 'open-failed'
  | 'schema-mismatch'
  | 'genesis-mismatch'
  | 'not-a-store'
  | 'no-root'
  | 'bad-value'
  | 'corrupt'
  | 'closed'
  | 'read-failed'
  | 'write-failed'

/** World failure: the disk or what is on it. `facts` name what was expected and found. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly facts: Readonly<Record<string, unknown>>
  constructor(code: StoreErrorCode, message: string, facts: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'StoreError'
    this.code = code
    this.facts = facts
  }
}

const LEVEL_CODES: Readonly<Record<string, StoreErrorCode>> = {
  LEVEL_LOCKED: 'locked',
  LEVEL_CORRUPTION: 'corrupt',
  LEVEL_DATABASE_NOT_OPEN: 'closed',
  LEVEL_ITERATOR_NOT_OPEN: 'closed',
}

/** A failure of the database engine as a `StoreError`; `fallback` names what was being done. */
export function storeErrorOf(error: unknown, fallback: StoreErrorCode, folder: string): StoreError {
  if (error instanceof StoreError) return error
  const chain: unknown[] = []
  for (let at = error; at instanceof Error && chain.length < 4; at = at.cause) chain.push(at)
  const known = chain
    .map((each) => LEVEL_CODES[(each as { code?: string }).code ?? ''])
    .findLast((code) => code !== undefined)
  const code = known ?? fallback
  const hint = code === 'locked' ? ': another process has it open' : ''
  const detail = (chain.at(-1) as Error | undefined)?.message ?? String(error)
  return new StoreError(code, `store ${folder}: ${code}${hint} (${detail})`, { folder }, error)
}
