/** Slashing evidence from two votes of one signer; a signature is checked before it accuses (consensus.md §5). */
import { type Core, emit, type View } from '../state.ts'
import type { Vote } from '../step.ts'

/** Reports the pair once. An unsigned one of the two costs its signer the connection, since it came on its own stream. */
export function reportIfSigned(core: Core, state: View, first: Vote, second: Vote): void {
  const { signer } = second
  const pair = `${signer} ${first.ballot.kind} ${second.ballot.kind}`
  const mirrored = `${signer} ${second.ballot.kind} ${first.ballot.kind}`
  if (state.reported.has(pair) || state.reported.has(mirrored)) return
  for (const vote of [first, second]) {
    if (core.options.crypto.verify([signer], vote.ballot, vote.signature)) continue
    emit(core, {
      kind: 'banSigner',
      signer,
      reason: `a wrong signature under ${vote.ballot.kind} in view ${state.view}`,
    })
    return
  }
  state.reported.add(pair)
  emit(core, { kind: 'report', conflict: { kind: 'votes', signer, first, second } })
}
