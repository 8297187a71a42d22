/** Slashing evidence that this node saw, each in a file that `openledger evidence submit` takes. */
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../primitives/bytes.ts'
import { type Evidence, encodeEvidence } from '../primitives/evidence.ts'
import { keccak256 } from '../primitives/hashes.ts'
import type { ValidatorSet } from '../primitives/validatorSet.ts'
import { evidenceFileText } from './cli/evidenceFile.ts'

/** Consensus.md §9: a liar can sign any number of pairs, and one convicts. */
const EVIDENCE_MAX = 1_024

/** Returns what keeps one piece; `set` is that of the evidence's epoch. */
export function createEvidenceFolder(
  folder: string,
  log: (line: string) => void,
): (evidence: Evidence, set: ValidatorSet) => void {
  return (evidence, set) => {
    const name = `${toHex(keccak256(encodeEvidence(evidence))).slice(2, 18)}.json`
    const file = join(folder, name)
    mkdirSync(folder, { recursive: true })
    if (existsSync(file) || readdirSync(folder).length >= EVIDENCE_MAX) return
    writeFileSync(`${file}.new`, evidenceFileText({ evidence, set }))
    renameSync(`${file}.new`, file)
    log(`${accusation(evidence, set)}: \`openledger evidence submit ${file}\` has it slashed`)
  }
}

function accusation(evidence: Evidence, set: ValidatorSet): string {
  const { epoch } = evidence
  if (evidence.kind === 'certificates')
    return `two certificates of view ${evidence.view} of epoch ${epoch} exclude each other`
  const operator = toHex(set[evidence.signer]!.operator)
  const what = evidence.kind === 'attestations' ? 'two roots of one job' : `two statements in view ${evidence.view}`
  return `validator ${operator} signed ${what} in epoch ${epoch}`
}
