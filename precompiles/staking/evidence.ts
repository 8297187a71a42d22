/** Evidence on chain (consensus.md §5): checked against the epoch's set and the signatures, then punished. */
import { equal } from '../../primitives/bytes.ts'
import { accusedSigners, accusedStatements, decodeEvidence, type Evidence } from '../../primitives/evidence.ts'
import { statementBytes } from '../../primitives/statements.ts'
import { decodeSet, SET_BYTES_MAX, setPreimage, type ValidatorSet } from '../../primitives/validatorSet.ts'
import type { Frame } from '../dispatch.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { stakingContract } from './contract.ts'
import { epochRecord } from './epochs.ts'
import { isPunished, punishAll } from './slashing.ts'

/** Fields of evidence, each a copy of some bytes. */
const EVIDENCE_FIELDS_MAX = 16n

export function submitEvidence(
  frame: Frame,
  evidenceBytes: Uint8Array,
  setBytes: Uint8Array,
  max: bigint,
): [bigint, bigint] {
  const { host, call } = frame
  host.charge(STEP_GAS * EVIDENCE_FIELDS_MAX)
  const evidence = decodeEvidence(evidenceBytes)
  if (evidence.kind === 'invalid') throw stakingContract.error('BadEvidence', evidence.expected, evidence.got)
  const number = BigInt(evidence.epoch)
  const { epochHash, setHash, releaseTime } = epochRecord(frame, number).load()
  if (releaseTime !== 0n && releaseTime <= call.block.timestamp)
    throw stakingContract.error('EvidenceExpired', number, releaseTime)
  const set = openSet(host, setBytes, setHash)
  const accused = accusedOf(host, evidence, epochHash, set)
  const open = accused.filter((operator) => !isPunished(frame, operator, number))
  if (open.length === 0) throw stakingContract.error('AlreadyPunished')
  const count = max < BigInt(open.length) ? Number(max) : open.length
  punishAll(frame, open.slice(0, count), number)
  return [BigInt(count), BigInt(open.length - count)]
}

/** The members behind a stored setHash. */
function openSet(host: NativeHost, bytes: Uint8Array, setHash: Uint8Array): ValidatorSet {
  if (bytes.length > SET_BYTES_MAX)
    throw stakingContract.error('BadEvidence', `a set of at most ${SET_BYTES_MAX} bytes`, `${bytes.length}`)
  const hash = host.keccak(setPreimage(host, bytes))
  if (!equal(hash, setHash)) throw stakingContract.error('SetMismatch', setHash, hash)
  host.charge(STEP_GAS * BigInt(Math.ceil(bytes.length / 32)))
  const set = decodeSet(bytes)
  if (set === undefined) throw stakingContract.error('BadEvidence', 'a set as its hash is made of', `${bytes.length}`)
  return set
}

/** The operators who signed both sides, once both signatures hold. */
function accusedOf(host: NativeHost, evidence: Evidence, epochHash: Uint8Array, set: ValidatorSet): Uint8Array[] {
  host.charge(STEP_GAS * BigInt(set.length))
  const signers = accusedSigners(evidence, set.length)
  const both = signers?.[0].filter((i) => signers[1].includes(i)) ?? []
  if (signers === undefined || both.length === 0) throw stakingContract.error('NobodyAccused')
  accusedStatements(evidence, epochHash).forEach((statement, side) => {
    const keys = signers[side]!.map((i) => set[i]!.blsKey)
    const { signature } = evidence.pair[side]!
    if (!host.verifyStatement(statementBytes(host, statement), keys, signature))
      throw stakingContract.error('BadSignature', BigInt(side))
  })
  return both.map((i) => set[i]!.operator)
}
