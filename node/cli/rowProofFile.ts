/** The file of a row proof: what `openledger_getRowProof` answers, as JSON; read as strictly as if a stranger had written it. */
import { isRefused } from '../../influence/refusal.ts'
import { decodeRowProof } from '../../influence/rowProof.ts'
import type { RowProof } from '../../influence/surface.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { readTextFile } from './session.ts'
import { CommandError } from './terminal.ts'

/** As the node answers. */
export interface RowProofAnswer {
  readonly jobId: string
  readonly state: string
  readonly versionId: `0x${string}`
  readonly indexRoot: `0x${string}`
  /** `null` until the job is settled. */
  readonly attributionRoot: `0x${string}` | null
  readonly row: number
  readonly datanetId: string
  readonly rowId: string
  readonly contributorId: string | null
  readonly status: string
  readonly duplicateOf: number | null
  readonly score: string
  readonly exponentG: number
  readonly benefit: number
  readonly isPaid: boolean
  readonly weight: string
  readonly rewardWei: string | null
  readonly result: `0x${string}`
  readonly proof: `0x${string}`
}

/** What a check needs of it. */
export interface RowClaim {
  readonly jobId: bigint
  readonly versionId: string
  readonly row: number
  readonly score: bigint
  readonly indexRoot: Uint8Array
  readonly attributionRoot: Uint8Array | null
  readonly result: Uint8Array
  readonly proofBytes: Uint8Array
}

const HASH = /^0x[0-9a-f]{64}$/
const BYTES = /^0x(?:[0-9a-f]{2})*$/
const INTEGER = /^-?\d{1,20}$/

/** Every field that a check reads, or the one that is wrong. */
export function parseRowClaim(value: unknown): RowClaim | { readonly kind: 'invalid'; readonly fault: string } {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  const isText = (name: string, pattern: RegExp) => typeof fields[name] === 'string' && pattern.test(fields[name])
  const fault = (text: string) => ({ kind: 'invalid' as const, fault: text })
  for (const name of ['versionId', 'indexRoot']) if (!isText(name, HASH)) return fault(`"${name}" is no 32-byte hash`)
  for (const name of ['result', 'proof']) if (!isText(name, BYTES)) return fault(`"${name}" is no hex`)
  for (const name of ['jobId', 'score']) if (!isText(name, INTEGER)) return fault(`"${name}" is no whole number`)
  if (!Number.isSafeInteger(fields['row'])) return fault('"row" is no whole number')
  if (fields['attributionRoot'] !== null && !isText('attributionRoot', HASH))
    return fault('"attributionRoot" is no 32-byte hash')
  const answer = fields as unknown as RowProofAnswer
  return {
    jobId: BigInt(answer.jobId),
    versionId: answer.versionId,
    row: answer.row,
    score: BigInt(answer.score),
    indexRoot: fromHex(answer.indexRoot),
    attributionRoot: answer.attributionRoot === null ? null : fromHex(answer.attributionRoot),
    result: fromHex(answer.result),
    proofBytes: fromHex(answer.proof),
  }
}

export function readRowClaim(file: string): RowClaim {
  let value: unknown
  try {
    value = JSON.parse(readTextFile(file))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${file} is no row proof: not JSON`)
  }
  const claim = parseRowClaim(value)
  if ('kind' in claim)
    throw new CommandError(
      `${file} is no row proof: ${claim.fault}`,
      '`openledger influence prove JOB ROW --out FILE` writes one.',
    )
  return claim
}

/** The decoded proof, or the refusal of its bytes in words. */
export function decodeProof(bytes: Uint8Array): RowProof | string {
  const proof = decodeRowProof(bytes)
  return isRefused(proof) ? `${proof.code}: expected ${proof.expected}, got ${proof.got}` : proof
}
