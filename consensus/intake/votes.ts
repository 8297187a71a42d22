/** Votes as they come in: one per signer, view and kind; signatures wait until they are needed (consensus.md R7). */
import { ballotKey, type Core, emit, isInWindow, leaderOf, type View, viewOf } from '../state.ts'
import type { Ballot, Vote } from '../step.ts'
import { reportIfSigned } from './conflicts.ts'

export function acceptVote(core: Core, vote: Vote): void {
  const { signer, ballot } = vote
  core.heard[signer] = core.entered
  if (ballot.view <= core.lastFinal.view) return remind(core, signer)
  if (signer === core.options.self) viewOf(core, ballot.view).ownVotes.push(vote)
  if (!isInWindow(core, ballot.view)) return
  const state = viewOf(core, ballot.view)
  const first = state.votes[ballot.kind].get(signer)
  if (first !== undefined) {
    if (ballotKey(first.ballot) !== ballotKey(ballot)) reportIfSigned(core, state, first, vote)
    return
  }
  count(core, state, vote)
  const rival = rivalOf(state, vote)
  if (rival !== undefined) reportIfSigned(core, state, rival, vote)
}

/** R8: whoever votes at or below lastFinal lacks its finalization. */
function remind(core: Core, signer: number): void {
  const finalization = core.lastFinal.certificate
  if (finalization !== null && signer !== core.options.self) emit(core, { kind: 'remind', signer, finalization })
}

export function count(core: Core, state: View, vote: Vote): void {
  const { signer, ballot } = vote
  state.votes[ballot.kind].set(signer, vote)
  const power = powerOf(state, ballot) + core.options.powers[signer]!
  state.tally.set(ballotKey(ballot), { ballot, power })
  const isLeadersSkip = ballot.kind === 'skip' && signer === leaderOf(core, state.view)
  if (power >= core.quorum || isLeadersSkip) core.changed.add(state.view)
}

export function powerOf(state: View, ballot: Ballot): bigint {
  return state.tally.get(ballotKey(ballot))?.power ?? 0n
}

/** A vote whose signature is wrong never counted. */
export function drop(core: Core, state: View, { signer, ballot }: Vote): void {
  state.votes[ballot.kind].delete(signer)
  state.tally.set(ballotKey(ballot), { ballot, power: powerOf(state, ballot) - core.options.powers[signer]! })
  emit(core, { kind: 'banSigner', signer, reason: `a wrong signature under ${ballot.kind} in view ${state.view}` })
}

/** Finalize and skip exclude each other; notarize with skip is legal (consensus.md §5). */
function rivalOf(state: View, { signer, ballot }: Vote): Vote | undefined {
  if (ballot.kind === 'notarize') return undefined
  return state.votes[ballot.kind === 'skip' ? 'finalize' : 'skip'].get(signer)
}
