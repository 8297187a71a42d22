/** The statements that a key has signed above its floor, and what may be signed beside them (consensus.md §5, §8). */
import { bytesToUint, compare, concat, equal, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { type ChainContext, contextBytes, type Statement } from '../../../primitives/statements.ts'
import { UINT48_MAX } from '../../../primitives/wire/message.ts'

/** What agreement and attestation let a validator's key sign. */
export type SignedStatement = Exclude<Statement, { kind: 'possession' }>

/** Nothing at or below it is signed. */
export interface Floor {
  readonly epoch: number
  readonly view: number
}

const TAGS = { PROP: 'proposal', NOTR: 'notarize', FINL: 'finalize', SKIP: 'skip', ATTR: 'attribution' } as const

/** The signed bytes of a statement → the statement; undefined: of another chain, or none. */
export function decodeStatement(chain: ChainContext, bytes: Uint8Array): SignedStatement | undefined {
  const tag = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  if (!Object.hasOwn(TAGS, tag)) return undefined
  const kind = TAGS[tag as keyof typeof TAGS]
  const context = contextBytes(tag, chain)
  if (compare(bytes.subarray(0, context.length), context) !== 0) return undefined
  const fields = bytes.subarray(context.length)
  const epochHash = fields.slice(0, 32)
  const length = kind === 'attribution' ? 96 : kind === 'skip' ? 40 : 72
  if (fields.length !== length) return undefined
  if (kind === 'attribution') return { kind, epochHash, jobId: fields.slice(32, 64), root: fields.slice(64) }
  const view = Number(bytesToUint(fields.subarray(32, 40)))
  if (view > UINT48_MAX) return undefined
  return kind === 'skip' ? { kind, epochHash, view } : { kind, epochHash, view, id: fields.slice(40) }
}

/** epoch[8] ‖ view[8]. */
export function encodeFloor({ epoch, view }: Floor): Uint8Array {
  return concat(uintToBytes(epoch, 8), uintToBytes(view, 8))
}

export function decodeFloor(bytes: Uint8Array): Floor | undefined {
  if (bytes.length !== 16) return undefined
  const [epoch, view] = [Number(bytesToUint(bytes.subarray(0, 8))), Number(bytesToUint(bytes.subarray(8)))]
  return epoch > UINT48_MAX || view > UINT48_MAX ? undefined : { epoch, view }
}

/** What one validator may say once: a ballot of its kind in a view, a root of a job. */
function slotOf(statement: SignedStatement): string {
  const scope = toHex(statement.epochHash)
  if (statement.kind === 'attribution') return `${scope} job ${toHex(statement.jobId)}`
  return `${scope} ${statement.kind} ${statement.view}`
}

const wordOf = (statement: SignedStatement): Uint8Array => {
  if (statement.kind === 'attribution') return statement.root
  return statement.kind === 'skip' ? new Uint8Array(0) : statement.id
}

export interface CastLog {
  readonly count: number
  /** Signed before, in the order of signing. */
  statements(): readonly SignedStatement[]
  has(statement: SignedStatement): boolean
  /** Why it must not be signed beside what was; undefined: it may. */
  conflict(statement: SignedStatement): string | undefined
  add(statement: SignedStatement): void
  /** Forgets all that `isNeeded` is false of. */
  keep(isNeeded: (statement: SignedStatement) => boolean): void
}

export function createCastLog(): CastLog {
  let bySlot = new Map<string, SignedStatement>()
  const sameSlot = (statement: SignedStatement) => bySlot.get(slotOf(statement))
  return {
    get count() {
      return bySlot.size
    },
    statements: () => [...bySlot.values()],
    has(statement) {
      const before = sameSlot(statement)
      return before !== undefined && equal(wordOf(before), wordOf(statement))
    },
    conflict(statement) {
      const { kind } = statement
      const before = sameSlot(statement)
      if (before !== undefined && !equal(wordOf(before), wordOf(statement))) return `another ${kind} was signed`
      if (kind !== 'skip' && kind !== 'finalize') return undefined
      const rival = kind === 'skip' ? 'finalize' : 'skip'
      const hasRival = bySlot.has(`${toHex(statement.epochHash)} ${rival} ${statement.view}`)
      return hasRival ? `${rival} was signed in view ${statement.view}` : undefined
    },
    add: (statement) => void bySlot.set(slotOf(statement), statement),
    keep(isNeeded) {
      bySlot = new Map([...bySlot].filter(([, statement]) => isNeeded(statement)))
    },
  }
}
