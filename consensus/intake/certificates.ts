/** Certificates as they come in: each check of consensus.md §4 in its order, and what a new one does (R7). */
import { toHex } from '../../primitives/bytes.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { decodeSigners } from '../../primitives/signers.ts'
import type { BallotCrypto } from '../ballotCrypto.ts'
import { hasCast } from '../rules/cast.ts'
import { moveLastFinal } from '../rules/lastFinal.ts'
import { ban, type Core, emit, stop, viewOf, wake } from '../state.ts'
import type { Ballot, PeerId } from '../step.ts'

export interface CertificateCheck {
  readonly powers: readonly bigint[]
  readonly quorum: bigint
  readonly crypto: Pick<BallotCrypto, 'verify'>
}

export function ballotOf({ kind, view, id }: Certificate): Ballot {
  return kind === 'skip' ? { kind, view } : { kind, view, id: toHex(id) }
}

/** Why a certificate of the epoch does not hold; undefined: it does. Whoever has the epoch's set may ask. */
export function certificateFault(
  { powers, quorum, crypto }: CertificateCheck,
  certificate: Certificate,
): string | undefined {
  if (certificate.view < 1) return 'no such view'
  const signers = decodeSigners(certificate.signers, powers.length)
  if (signers === undefined) return 'a bitmap of another set'
  const power = signers.reduce((sum, signer) => sum + powers[signer]!, 0n)
  if (power < quorum) return 'less power than a quorum'
  if (!crypto.verify(signers, ballotOf(certificate), certificate.signature)) return 'a wrong signature'
  return undefined
}

/** The honest relay only what they verified, so a fault costs the peer. */
export function acceptCertificate(core: Core, peer: PeerId | null, certificate: Certificate): void {
  if (core.isStopped || certificate.epoch !== core.options.epoch || isOfNoUse(core, certificate)) return
  const { powers, crypto } = core.options
  const fault = certificateFault({ powers, quorum: core.quorum, crypto }, certificate)
  if (fault === undefined) hold(core, certificate)
  else ban(core, peer, `a certificate with ${fault}`)
}

/** Held, or below lastFinal, or a view so far ahead that its finalization must come first (§9). */
export function isOfNoUse(core: Core, certificate: Certificate): boolean {
  const { lastFinal } = core
  const { kind, view } = certificate
  if (view < lastFinal.view) return true
  if (view === lastFinal.view) return kind !== 'skip' && toHex(certificate.id) === lastFinal.id
  if (kind === 'finalize') return false
  if (view - lastFinal.view > core.options.bounds.viewsUnfinalized) return true
  const state = core.views.get(view)
  if (kind === 'skip') return state !== undefined && state.skipCertificate !== null
  return state?.notarization?.id === toHex(certificate.id)
}

/** A new certificate is recorded, acted on and sent once to every peer (R7). */
export function hold(core: Core, certificate: Certificate): void {
  emit(core, { kind: 'record', entry: certificate })
  emit(core, { kind: 'send', to: 'all', messages: [{ kind: 'certificate', certificate }] })
  const rival = rivalOf(core, certificate)
  if (rival !== undefined) return stopAtRivals(core, rival, certificate)
  if (namesUsFalsely(core, certificate)) return stop(core, 'a certificate names us for a vote that we did not cast')
  const ballot = ballotOf(certificate)
  if (ballot.kind !== 'skip' && core.candidates.get(ballot.id)?.verdict === 'invalid')
    return stop(core, `a notarized block is invalid: ${ballot.id}`)
  if (ballot.kind === 'finalize') return moveLastFinal(core, certificate, ballot.id)
  const state = viewOf(core, ballot.view)
  if (ballot.kind === 'skip') state.skipCertificate = certificate
  else state.notarization = { certificate, id: ballot.id }
  wake(core, ballot.view)
}

/** A certificate held that no honest quorum makes beside this one: two ids in a view, or a finalization with a skip. */
function rivalOf(core: Core, { kind, view, id }: Certificate): Certificate | undefined {
  // `isOfNoUse` has let through at lastFinal's own view only what contradicts it.
  if (view === core.lastFinal.view) return core.lastFinal.certificate ?? undefined
  const state = core.views.get(view)
  if (state === undefined) return undefined
  if (kind === 'finalize' && state.skipCertificate !== null) return state.skipCertificate
  const other = state.notarization
  return kind !== 'skip' && other !== null && other.id !== toHex(id) ? other.certificate : undefined
}

function stopAtRivals(core: Core, first: Certificate, second: Certificate): void {
  // A notarization and a finalization of two ids convict nobody by themselves: the pair may have been signed by two halves.
  const isMixed = first.kind !== second.kind && first.kind !== 'skip' && second.kind !== 'skip'
  if (!isMixed) emit(core, { kind: 'report', conflict: { kind: 'certificates', first, second } })
  stop(core, `two certificates of view ${second.view} exclude each other: ${first.kind}, ${second.kind}`)
}

/** Somebody else signs with our key, or our log was lost (§8). */
function namesUsFalsely(core: Core, certificate: Certificate): boolean {
  const { self, powers, restored, isKeyShared } = core.options
  if (self === null || isKeyShared === true || certificate.view <= restored.floorView) return false
  return decodeSigners(certificate.signers, powers.length)!.includes(self) && !hasCast(core, ballotOf(certificate))
}
