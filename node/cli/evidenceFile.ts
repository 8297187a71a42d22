/** The file of slashing evidence: the pair that no honest key signs, and the epoch's validators, as JSON. */
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { decodeEvidence, type Evidence, encodeEvidence } from '../../primitives/evidence.ts'
import { decodeSet, encodeSet, type ValidatorSet } from '../../primitives/validatorSet.ts'

export interface EvidenceFile {
  readonly evidence: Evidence
  /** Of the epoch that the evidence names. */
  readonly set: ValidatorSet
}

export function evidenceFileText({ evidence, set }: EvidenceFile): string {
  const file = { evidence: toHex(encodeEvidence(evidence)), set: toHex(encodeSet(set)) }
  return `${JSON.stringify(file, null, 2)}\n`
}

const BYTES = /^0x(?:[0-9a-f]{2})*$/

/** What is wrong with a file is told in words. */
export function parseEvidenceFile(text: string): EvidenceFile | { readonly kind: 'invalid'; readonly fault: string } {
  const fault = (words: string) => ({ kind: 'invalid' as const, fault: words })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fault('not JSON')
  }
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  for (const name of ['evidence', 'set'])
    if (typeof fields[name] !== 'string' || !BYTES.test(fields[name])) return fault(`"${name}" is no hex`)
  const evidence = decodeEvidence(fromHex(fields['evidence'] as string))
  if (evidence.kind === 'invalid') return fault(`"evidence": expected ${evidence.expected}, got ${evidence.got}`)
  const set = decodeSet(fromHex(fields['set'] as string))
  if (set === undefined) return fault('"set" holds no validator set')
  return { evidence, set }
}
