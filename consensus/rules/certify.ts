/** R7 Certify: when equal votes reach q they are aggregated and checked once (consensus.md §5). */

import assert from 'node:assert/strict'
import { fromHex } from '../../primitives/bytes.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { encodeSigners } from '../../primitives/signers.ts'
import { hold } from '../intake/certificates.ts'
import { drop, powerOf } from '../intake/votes.ts'
import { ballotKey, type Core, type View } from '../state.ts'
import type { Ballot, Vote } from '../step.ts'

/** Makes what certificates the view's votes give and are not held. */
export function certify(core: Core, state: View): void {
  for (const { ballot, power } of state.tally.values()) {
    // A finalization takes the view, and all that is left of it, out of the core.
    if (core.isStopped || core.lastFinal.view >= state.view) return
    if (power >= core.quorum && !isHeld(state, ballot)) certifyBallot(core, state, ballot)
  }
}

function isHeld(state: View, ballot: Ballot): boolean {
  if (ballot.kind === 'skip') return state.skipCertificate !== null
  return ballot.kind === 'notarize' && state.notarization?.id === ballot.id
}

function certifyBallot(core: Core, state: View, ballot: Ballot): void {
  const key = ballotKey(ballot)
  while (powerOf(state, ballot) >= core.quorum) {
    const votes = [...state.votes[ballot.kind].values()]
      .filter((vote) => ballotKey(vote.ballot) === key)
      .sort((a, b) => a.signer - b.signer)
    const signature = jointSignature(core, ballot, votes)
    if (signature !== undefined) return hold(core, certificateOf(core, ballot, votes, signature))
    const wrong = culprits(core, ballot, votes)
    assert(wrong.length > 0, 'votes that verify apart verify together')
    for (const culprit of wrong) drop(core, state, culprit)
  }
}

/** Undefined: not all of them signed it. */
function jointSignature(core: Core, ballot: Ballot, votes: readonly Vote[]): Uint8Array | undefined {
  const { crypto } = core.options
  const signature = crypto.aggregate(votes.map((vote) => vote.signature))
  if (signature === undefined) return undefined
  const signers = votes.map(({ signer }) => signer)
  // Ours alone, by our own signer: its aggregate is itself.
  if (signers.every((signer) => signer === core.options.self)) return signature
  return crypto.verify(signers, ballot, signature) ? signature : undefined
}

/** Bisects votes that do not verify together: a few wrong ones cost a few checks, not one for each vote. */
function culprits(core: Core, ballot: Ballot, votes: readonly Vote[]): readonly Vote[] {
  if (votes.length === 1) return votes
  const half = votes.length >> 1
  return [votes.slice(0, half), votes.slice(half)].flatMap((part) =>
    jointSignature(core, ballot, part) === undefined ? culprits(core, ballot, part) : [],
  )
}

function certificateOf(core: Core, ballot: Ballot, votes: readonly Vote[], signature: Uint8Array): Certificate {
  const { epoch, powers } = core.options
  const signers = encodeSigners(
    votes.map((vote) => vote.signer),
    powers.length,
  )
  const id = ballot.kind === 'skip' ? new Uint8Array(0) : fromHex(ballot.id)
  return { kind: ballot.kind, epoch, view: ballot.view, id, signers, signature }
}
