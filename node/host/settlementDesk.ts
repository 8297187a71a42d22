/** Attestations of this validator on their way into a block: signed under the epoch in force, signed again when it changes. */
import type { Bls } from '../../primitives/bls.ts'
import { equal, fromHex, toHex, uintToBytes } from '../../primitives/bytes.ts'
import { encodeSigners } from '../../primitives/signers.ts'
import { type ChainContext, statementHash } from '../../primitives/statements.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import { type Settlement, settledId, settlementId } from '../../runtime/execution/settlement.ts'
import type { Refusal } from '../../runtime/refusal.ts'
import type { Attestation } from '../attester/attester.ts'
import type { FinalBlock } from '../execution/execution.ts'

/** Settlements waiting for a block; one whose job has expired leaves when the builder refuses it. */
const PENDING_MAX = 4_096

export interface SettlementDesk {
  add(attestation: Attestation): void
  /** Signed for this epoch as they are taken, oldest first. */
  pending(epoch: Epoch): Iterable<Settlement>
  /** The builder refused it: it can never succeed, so it is forgotten. */
  drop(settlement: Settlement, refusal: Refusal): void
  /** Forgets what a final block has brought. */
  settled(final: FinalBlock): void
}

export interface SettlementDeskOptions {
  readonly chain: ChainContext
  readonly bls: Bls
  /** 32 bytes. */
  readonly blsSecret: Uint8Array
  readonly log: (line: string) => void
}

export function createSettlementDesk(options: SettlementDeskOptions): SettlementDesk {
  const waiting = new Map<string, Attestation>()
  const signed = new Map<string, { readonly epochHash: Uint8Array; readonly settlement: Settlement }>()
  const forget = (key: string) => {
    waiting.delete(key)
    signed.delete(key)
  }
  const sign = (key: string, attestation: Attestation, epoch: Epoch): Settlement => {
    const known = signed.get(key)
    if (known !== undefined && equal(known.epochHash, epoch.epochHash)) return known.settlement
    const settlement = signAttestation(options, attestation, epoch)
    signed.set(key, { epochHash: epoch.epochHash, settlement })
    return settlement
  }
  return {
    add(attestation) {
      if (waiting.size < PENDING_MAX) waiting.set(toHex(idOf(attestation)), attestation)
      else options.log(`${PENDING_MAX} settlements wait already: one was dropped`)
    },
    *pending(epoch) {
      for (const [key, attestation] of waiting) yield sign(key, attestation, epoch)
    },
    drop(settlement, refusal) {
      forget(toHex(settlementId(settlement)))
      options.log(`settlement of ${settlement.kind} refused: ${refusal.code}: ${refusal.expected}, got ${refusal.got}`)
    },
    settled({ block }) {
      for (const transaction of block.transactions) {
        if (transaction.kind !== 'system') continue
        forget(toHex(settledId(transaction)))
      }
    },
  }
}

function idOf(attestation: Attestation): Uint8Array {
  return attestation.kind === 'job' ? uintToBytes(attestation.jobId, 32) : fromHex(attestation.versionId)
}

/** A quorum of one: index 0 of the set. */
function signAttestation(options: SettlementDeskOptions, attestation: Attestation, epoch: Epoch): Settlement {
  const { chain, bls, blsSecret } = options
  const { epochHash, validators } = epoch
  const { root } = attestation
  const hash = statementHash(chain, { kind: 'attribution', epochHash, jobId: idOf(attestation), root })
  const quorum = { signers: encodeSigners([0], validators.length), signature: bls.sign(blsSecret, hash) }
  return attestation.kind === 'job'
    ? { kind: 'job', jobId: attestation.jobId, result: attestation.result, ...quorum }
    : { kind: 'version', versionId: fromHex(attestation.versionId), root, ...quorum }
}
