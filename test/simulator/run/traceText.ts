/** What the bytes of a trace's line say, for whoever reads a replay. */
import { toHex } from '../../../primitives/bytes.ts'
import { decodeSigners } from '../../../primitives/signers.ts'
import { frameCodec } from '../../../primitives/wire/frame.ts'

const short = (bytes: Uint8Array): string => toHex(bytes).slice(2, 8)

export function describeBytes(what: string, bytes: Uint8Array): string {
  if (!what.startsWith('message')) return `${bytes.length} bytes`
  const frame = frameCodec.decode(bytes)
  switch (frame.kind) {
    case 'vote': {
      const { kind, epoch, view, id, signer } = frame.vote
      return `vote of ${signer}: ${kind} ${epoch}/${view} ${short(id)}`
    }
    case 'certificate': {
      const { kind, epoch, view, id, signers } = frame.certificate
      return `certificate: ${kind} ${epoch}/${view} ${short(id)} by ${decodeSigners(signers, 8 * signers.length)}`
    }
    case 'proposal': {
      const { epoch, candidate, certificates } = frame.proposal
      return `proposal ${epoch}/${candidate.view} ${short(candidate.blockHash)} on ${candidate.parentView}, ${certificates.length} certificates`
    }
    case 'attestation':
      return 'attestation'
    default:
      return `${bytes.length} bytes that are no frame`
  }
}
