/**
 * Slashing evidence as bytes (consensus.md §5): two statements of one signer, or two certificates, that no honest key
 * makes. Big-endian, `x[8]` is 8 bytes, and equal evidence has equal bytes: the two sides stand in order.
 *
 *   1 ‖ epoch[8] ‖ signer[2] ‖ view[8] ‖ 2 × (kind[1] ‖ id[32] ‖ signature[96])
 *   2 ‖ epoch[8] ‖ view[8] ‖ 2 × (kind[1] ‖ id[32] ‖ n[1] ‖ signers[n] ‖ signature[96])
 *   3 ‖ epoch[8] ‖ signer[2] ‖ jobId[32] ‖ 2 × (root[32] ‖ signature[96])
 *
 * A skip has no id. Kinds: 1 notarize, 2 skip, 3 finalize, 4 proposal.
 */
import { bytesToUint, compare, concat, uintToBytes } from './bytes.ts'
import { decodeSigners } from './signers.ts'
import type { Statement } from './statements.ts'
import { VALIDATORS_MAX } from './validatorSet.ts'

/** Two certificates of a hundred validators: 17 + 2 × (1 + 32 + 1 + 13 + 96). */
export const EVIDENCE_BYTES_MAX = 303

const FORM = { statements: 1, certificates: 2, attestations: 3 } as const
const KIND = { notarize: 1, skip: 2, finalize: 3, proposal: 4 } as const
/** Epochs and views fit 48 bits (consensus.md §4). */
const UINT48_MAX = 2 ** 48 - 1
const ID_BYTES = 32
const SIGNERS_BYTES_MAX = Math.ceil(VALIDATORS_MAX / 8)
const SIGNATURE_BYTES = 96
const NO_ID = new Uint8Array(0)

/** What was signed in the view, 96 bytes of signature beside it. */
export type SignedBallot =
  | { readonly kind: 'proposal' | 'notarize' | 'finalize'; readonly id: Uint8Array; readonly signature: Uint8Array }
  | { readonly kind: 'skip'; readonly signature: Uint8Array }
/** The same by many: `signers` is the bitmap of consensus.md §4, the signature their aggregate. */
export type CertifiedBallot = Exclude<SignedBallot, { readonly kind: 'proposal' }> & { readonly signers: Uint8Array }
export interface SignedRoot {
  readonly root: Uint8Array
  readonly signature: Uint8Array
}
type Pair<T> = readonly [T, T]

export type Evidence =
  | {
      readonly kind: 'statements'
      readonly epoch: number
      readonly signer: number
      readonly view: number
      readonly pair: Pair<SignedBallot>
    }
  | {
      readonly kind: 'certificates'
      readonly epoch: number
      readonly view: number
      readonly pair: Pair<CertifiedBallot>
    }
  | {
      readonly kind: 'attestations'
      readonly epoch: number
      readonly signer: number
      readonly jobId: Uint8Array
      readonly pair: Pair<SignedRoot>
    }

export interface EvidenceRefused {
  readonly kind: 'invalid'
  readonly code: 'BadEvidence'
  readonly expected: string
  readonly got: string
}

const refuse = (expected: string, got: unknown): EvidenceRefused => ({
  kind: 'invalid',
  code: 'BadEvidence',
  expected,
  got: `${got}`,
})

/** Either order of the pair gives the same bytes. Throws a `RangeError` on what is no evidence: a bug of the caller. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  const sides = sidesOf(evidence).sort(compare)
  const bytes = concat(
    Uint8Array.of(FORM[evidence.kind]),
    uintToBytes(evidence.epoch, 8),
    subjectOf(evidence),
    ...sides,
  )
  const read = decodeEvidence(bytes)
  if (read.kind === 'invalid') throw new RangeError(`no evidence: expected ${read.expected}, got ${read.got}`)
  return bytes
}

function subjectOf(evidence: Evidence): Uint8Array {
  switch (evidence.kind) {
    case 'statements':
      return concat(uintToBytes(evidence.signer, 2), uintToBytes(evidence.view, 8))
    case 'certificates':
      return uintToBytes(evidence.view, 8)
    case 'attestations':
      return concat(uintToBytes(evidence.signer, 2), evidence.jobId)
    default:
      return evidence satisfies never
  }
}

const idOf = (ballot: SignedBallot): Uint8Array => (ballot.kind === 'skip' ? NO_ID : ballot.id)

function sidesOf(evidence: Evidence): Uint8Array[] {
  switch (evidence.kind) {
    case 'statements':
      return evidence.pair.map((side) => concat(Uint8Array.of(KIND[side.kind]), idOf(side), side.signature))
    case 'certificates':
      return evidence.pair.map(({ signers, signature, ...side }) => {
        const head = concat(Uint8Array.of(KIND[side.kind]), idOf({ ...side, signature }))
        return concat(head, Uint8Array.of(signers.length), signers, signature)
      })
    case 'attestations':
      return evidence.pair.map(({ root, signature }) => concat(root, signature))
    default:
      return evidence satisfies never
  }
}

/** Takes field after field; past the end it gives what is left, and the length is compared at the end. */
interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

function take(cursor: Cursor, length: number): Uint8Array {
  const part = cursor.bytes.slice(cursor.at, cursor.at + length)
  cursor.at += length
  return part
}

const takeUint = (cursor: Cursor, length: number): number => Number(bytesToUint(take(cursor, length)))

/** Canonical bytes → evidence that is well-formed and a forbidden pair; whether the signatures hold is not looked at. */
export function decodeEvidence(bytes: Uint8Array): Evidence | EvidenceRefused {
  if (bytes.length > EVIDENCE_BYTES_MAX) return refuse(`at most ${EVIDENCE_BYTES_MAX} bytes`, bytes.length)
  const cursor = { bytes, at: 0 }
  const form = takeUint(cursor, 1)
  const kind = (Object.keys(FORM) as (keyof typeof FORM)[]).find((name) => FORM[name] === form)
  if (kind === undefined) return refuse('form 1, 2 or 3', form)
  const evidence = readBody(cursor, kind)
  if (evidence.kind === 'invalid') return evidence
  if (cursor.at !== bytes.length) return refuse(`${cursor.at} bytes`, bytes.length)
  return faultOf(evidence) ?? evidence
}

function readBody(cursor: Cursor, kind: Evidence['kind']): Evidence | EvidenceRefused {
  const epoch = takeUint(cursor, 8)
  const signer = kind === 'certificates' ? 0 : takeUint(cursor, 2)
  if (kind === 'attestations') {
    const jobId = take(cursor, ID_BYTES)
    const side = () => ({ root: take(cursor, ID_BYTES), signature: take(cursor, SIGNATURE_BYTES) })
    return { kind, epoch, signer, jobId, pair: [side(), side()] }
  }
  const view = takeUint(cursor, 8)
  if (kind === 'statements') {
    const pair = readPair(() => readBallot(cursor))
    return 'kind' in pair ? pair : { kind, epoch, signer, view, pair }
  }
  const pair = readPair(() => readCertified(cursor))
  return 'kind' in pair ? pair : { kind, epoch, view, pair }
}

function readPair<T extends object>(read: () => T | EvidenceRefused): Pair<T> | EvidenceRefused {
  const first = read()
  if ('code' in first) return first
  const second = read()
  return 'code' in second ? second : [first, second]
}

function readKind(cursor: Cursor): keyof typeof KIND | EvidenceRefused {
  const number = takeUint(cursor, 1)
  const kind = (Object.keys(KIND) as (keyof typeof KIND)[]).find((name) => KIND[name] === number)
  return kind ?? refuse('a kind from 1 to 4', number)
}

function readBallot(cursor: Cursor): SignedBallot | EvidenceRefused {
  const kind = readKind(cursor)
  if (typeof kind !== 'string') return kind
  if (kind === 'skip') return { kind, signature: take(cursor, SIGNATURE_BYTES) }
  return { kind, id: take(cursor, ID_BYTES), signature: take(cursor, SIGNATURE_BYTES) }
}

function readCertified(cursor: Cursor): CertifiedBallot | EvidenceRefused {
  const kind = readKind(cursor)
  if (typeof kind !== 'string') return kind
  if (kind === 'proposal') return refuse('the kind of a certificate', kind)
  const id = take(cursor, kind === 'skip' ? 0 : ID_BYTES)
  const signers = take(cursor, takeUint(cursor, 1))
  const signature = take(cursor, SIGNATURE_BYTES)
  return kind === 'skip' ? { kind, signers, signature } : { kind, id, signers, signature }
}

/** What is wrong with evidence that has all its bytes. */
function faultOf(evidence: Evidence): EvidenceRefused | undefined {
  if (evidence.epoch > UINT48_MAX) return refuse('a 48-bit epoch', evidence.epoch)
  if (evidence.kind !== 'certificates' && evidence.signer >= VALIDATORS_MAX)
    return refuse(`a signer below ${VALIDATORS_MAX}`, evidence.signer)
  if (evidence.kind === 'attestations')
    return compare(evidence.pair[0].root, evidence.pair[1].root) < 0
      ? undefined
      : refuse('two roots in order', 'others')
  if (evidence.view > UINT48_MAX) return refuse('a 48-bit view', evidence.view)
  if (evidence.kind === 'certificates' && evidence.pair.some(({ signers }) => isOutsize(signers)))
    return refuse(`bitmaps of 1 … ${SIGNERS_BYTES_MAX} bytes`, 'another length')
  const [first, second]: Pair<SignedBallot> = evidence.pair
  return isForbidden(first, second)
    ? undefined
    : refuse('a forbidden pair in order', `${first.kind} and ${second.kind}`)
}

const isOutsize = ({ length }: Uint8Array): boolean => length === 0 || length > SIGNERS_BYTES_MAX

/** Two proposals, two notarize or two finalize with different ids; skip and finalize. Notarize with skip is legal. */
function isForbidden(first: SignedBallot, second: SignedBallot): boolean {
  if (first.kind === 'skip') return second.kind === 'finalize'
  return first.kind === second.kind && compare(idOf(first), idOf(second)) < 0
}

/** What the accused signed, by side: the statements that the signatures are over. */
export function accusedStatements(evidence: Evidence, epochHash: Uint8Array): Pair<Statement> {
  if (evidence.kind === 'attestations') {
    const { jobId, pair } = evidence
    const statement = ({ root }: SignedRoot): Statement => ({ kind: 'attribution', epochHash, jobId, root })
    return [statement(pair[0]), statement(pair[1])]
  }
  const { view, pair } = evidence
  const statement = (side: SignedBallot): Statement =>
    side.kind === 'skip' ? { kind: 'skip', epochHash, view } : { kind: side.kind, epochHash, view, id: side.id }
  return [statement(pair[0]), statement(pair[1])]
}

/** Who signed each side, in a set of so many validators; `undefined` when an index lies beyond it. */
export function accusedSigners(evidence: Evidence, validators: number): Pair<readonly number[]> | undefined {
  if (evidence.kind !== 'certificates') {
    const { signer } = evidence
    return signer < validators ? [[signer], [signer]] : undefined
  }
  const [first, second] = evidence.pair.map(({ signers }) => decodeSigners(signers, validators))
  return first === undefined || second === undefined ? undefined : [first, second]
}
