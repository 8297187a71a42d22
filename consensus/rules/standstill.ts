/** R8 Standstill: any lost message is made good by state (consensus.md §5). */
import { CERTIFICATE_BYTES_MAX } from '../../primitives/certificate.ts'
import { type Core, emit, type View } from '../state.ts'
import type { Message, PeerId } from '../step.ts'
import { startStandstill } from './lastFinal.ts'

/** A frame's tag and lengths. */
const FRAME_OVERHEAD_BYTES = 8
/** A candidate, a signature and their tags. */
const PROPOSAL_HEAD_BYTES = 200

/** From the start: the peer may have nothing. */
export function greet(core: Core, peer: PeerId): void {
  const { messages } = bundle(core, 0)
  if (messages.length > 0) emit(core, { kind: 'send', to: peer, messages })
}

/** To all, going on where the last one ended; then again, later and later. */
export function rebroadcast(core: Core): void {
  const { messages, next } = bundle(core, core.bundleFrom)
  core.bundleFrom = next
  if (messages.length > 0) emit(core, { kind: 'send', to: 'all', messages })
  core.standstillMs = Math.min(2 * core.standstillMs, core.options.timing.capMs)
  startStandstill(core)
}

/**
 * lastFinal's finalization, every certificate and own vote above it, and our proposal if its view is current: ascending
 * from a view, up to the bound of bytes. `next` is the view to go on from; 0 is the start.
 */
function bundle(core: Core, from: number): { readonly messages: Message[]; readonly next: number } {
  const messages: Message[] = []
  let bytes = 0
  const add = (added: readonly Message[]): boolean => {
    const size = added.reduce((sum, message) => sum + sizeOf(message), 0)
    if (bytes > 0 && bytes + size > core.options.bounds.bundleBytes) return false
    bytes += size
    messages.push(...added)
    return true
  }
  const { certificate } = core.lastFinal
  if (from === 0 && certificate !== null) add([{ kind: 'certificate', certificate }])
  const views = [...core.views.values()].filter(({ view }) => view >= from).sort((a, b) => a.view - b.view)
  for (const state of views) if (!add(messagesOf(core, state))) return { messages, next: state.view }
  return { messages, next: 0 }
}

function messagesOf(core: Core, { view, notarization, skipCertificate, ownVotes, ownProposal }: View): Message[] {
  const certificates = [notarization?.certificate, skipCertificate].filter(
    (held) => held !== null && held !== undefined,
  )
  return [
    ...certificates.map((certificate): Message => ({ kind: 'certificate', certificate })),
    ...ownVotes.map((vote): Message => ({ kind: 'vote', vote })),
    ...(ownProposal !== null && view === core.current
      ? [{ kind: 'proposal', proposal: ownProposal } satisfies Message]
      : []),
  ]
}

function sizeOf(message: Message): number {
  if (message.kind !== 'proposal') return CERTIFICATE_BYTES_MAX + FRAME_OVERHEAD_BYTES
  return PROPOSAL_HEAD_BYTES + message.proposal.certificates.length * (CERTIFICATE_BYTES_MAX + FRAME_OVERHEAD_BYTES)
}
