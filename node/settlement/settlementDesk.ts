/**
 * This validator's attestations on their way into a block: signed under the epoch in force and sent to the others, signed
 * again when the epoch changes, sent again while no block has brought them, and settled once a quorum signed the same root.
 */
import type { Bls } from '../../primitives/bls.ts'
import { equal, fromHex, toHex, uintToBytes } from '../../primitives/bytes.ts'
import type { Evidence } from '../../primitives/evidence.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import { attestationCodec, type WireAttestation } from '../../primitives/wire/attestation.ts'
import { type Settlement, settlementId } from '../../runtime/execution/settlement.ts'
import type { Refusal } from '../../runtime/refusal.ts'
import type { Attestation } from '../attester/attester.ts'
import type { FinalBlock } from '../execution/execution.ts'
import { createRootQuorum, type RootQuorum } from './rootQuorum.ts'

/** Settlements waiting for a block; one whose job has expired leaves when the builder refuses it. */
const PENDING_MAX = 4_096
/** Final blocks after which what still waits is sent again: a validator may have been away, or busy in another epoch. */
const RESEND_BLOCKS = 8
/** Sent again at once, oldest first: 13 KiB a peer. */
const RESEND_MAX = 64

export interface SettlementDesk {
  /** What this validator computed. */
  add(attestation: Attestation): void
  /** What another says, on its own stream; `signer` is its index in the set of `epoch`. */
  receive(epoch: number, signer: number, bytes: Uint8Array): void
  /** Those that a quorum signed under this epoch, oldest first. */
  pending(epoch: Epoch): Iterable<Settlement>
  /** The builder refused it: it can never succeed, so it is forgotten. */
  drop(settlement: Settlement, refusal: Refusal): void
  /** Forgets what a final block has brought; `next` is the epoch of the block after it. */
  settled(final: Pick<FinalBlock, 'settled'>, next: Epoch): void
}

/** A signature that was recorded before it was given (consensus.md §8). */
export interface RootSignature {
  readonly epoch: number
  readonly signer: number
  /** 96 bytes. */
  readonly signature: Uint8Array
}

export interface SettlementDeskOptions {
  readonly chain: ChainContext
  readonly bls: Bls
  /** Of the block after the head. */
  readonly epoch: Epoch
  /** Undefined: this node may not sign now. */
  readonly sign: (jobId: Uint8Array, root: Uint8Array) => Promise<RootSignature | undefined>
  /** To every other validator. */
  readonly send: (attestation: Uint8Array) => void
  /** A settlement has become possible. */
  readonly onQuorum: () => void
  readonly onEvidence: (evidence: Evidence) => void
  readonly log: (line: string) => void
}

interface Waiting {
  readonly attestation: Attestation
  readonly jobId: Uint8Array
  /** Ours, under the epoch in force; undefined until it is signed. */
  signed: WireAttestation | undefined
}

export function createSettlementDesk(options: SettlementDeskOptions): SettlementDesk {
  const waiting = new Map<string, Waiting>()
  let { epoch } = options
  let quorum = openQuorum(options, epoch)
  let blocksSinceSent = 0
  const announceQuorum = ({ jobId, attestation }: Waiting) => {
    if (quorum.certificateOf(jobId, attestation.root) !== undefined) options.onQuorum()
  }
  const sign = async (job: Waiting) => {
    const signature = await options.sign(job.jobId, job.attestation.root)
    // Settled, or another epoch, meanwhile.
    if (signature?.epoch !== epoch.number || waiting.get(toHex(job.jobId)) !== job) return
    job.signed = { ...signature, jobId: job.jobId, root: job.attestation.root }
    quorum.add(job.signed)
    options.send(attestationCodec.encode(job.signed))
    announceQuorum(job)
  }
  const enterEpoch = (next: Epoch) => {
    epoch = next
    quorum = openQuorum(options, next)
    for (const job of waiting.values()) {
      job.signed = undefined
      void sign(job)
    }
  }
  const resend = () => {
    blocksSinceSent = 0
    for (const job of [...waiting.values()].slice(0, RESEND_MAX)) {
      if (job.signed === undefined) void sign(job)
      else options.send(attestationCodec.encode(job.signed))
    }
  }
  const forget = (jobId: Uint8Array) => {
    waiting.delete(toHex(jobId))
    quorum.forget(jobId)
  }
  return {
    add(attestation) {
      if (waiting.size >= PENDING_MAX) return options.log(`${PENDING_MAX} settlements wait already: one was dropped`)
      const job: Waiting = { attestation, jobId: idOf(attestation), signed: undefined }
      waiting.set(toHex(job.jobId), job)
      void sign(job)
    },
    receive(number, signer, bytes) {
      const attestation = attestationCodec.decode(bytes)
      if ('kind' in attestation || attestation.epoch !== number || attestation.signer !== signer) return
      const job = waiting.get(toHex(attestation.jobId))
      if (quorum.add(attestation) && job !== undefined) announceQuorum(job)
    },
    *pending(blockEpoch) {
      if (!equal(blockEpoch.epochHash, epoch.epochHash)) return
      for (const { attestation, jobId } of waiting.values()) {
        const certificate = quorum.certificateOf(jobId, attestation.root)
        if (certificate !== undefined) yield { ...subjectOf(attestation), ...certificate }
      }
    },
    drop(settlement, refusal) {
      forget(settlementId(settlement))
      options.log(`settlement of ${settlement.kind} refused: ${refusal.code}: ${refusal.expected}, got ${refusal.got}`)
    },
    settled({ settled }, next) {
      for (const jobId of settled) forget(jobId)
      if (next.number !== epoch.number) enterEpoch(next)
      else if (++blocksSinceSent >= RESEND_BLOCKS) resend()
    },
  }
}

function openQuorum({ chain, bls, onEvidence, log }: SettlementDeskOptions, epoch: Epoch): RootQuorum {
  return createRootQuorum({
    ...{ chain, bls, epoch },
    onConflict: onEvidence,
    onCulprit: (signer) => log(`validator ${signer} sent an attestation that it did not sign: not heard this epoch`),
  })
}

function idOf(attestation: Attestation): Uint8Array {
  return attestation.kind === 'job' ? uintToBytes(attestation.jobId, 32) : fromHex(attestation.versionId)
}

function subjectOf(attestation: Attestation) {
  return attestation.kind === 'job'
    ? { kind: attestation.kind, jobId: attestation.jobId, result: attestation.result }
    : { kind: attestation.kind, versionId: fromHex(attestation.versionId), root: attestation.root }
}
