/** R9 Commit: lastFinal's ancestors and itself, oldest first, when present and executed (consensus.md §5). */
import { type Core, emit, endsEpoch, isFiller, type Known, stop } from '../state.ts'
import type { Candidate, Hash } from '../step.ts'
import { abandon, isValid } from './check.ts'
import { cancelFetch, fetch } from './fetch.ts'

/** What lies between a finalization and the last committed block. */
interface Chain {
  /** Oldest first, as far down as they are here. */
  readonly known: readonly Known[]
  readonly missing: { readonly id: Hash; readonly view: number } | null
}

/** Commits up to the highest finalization whose chain is here and executed; asks for what is lacking. */
export function commit(core: Core): void {
  if (core.finals.size === 0) return
  const chains: Chain[] = []
  for (const id of [...core.finals.keys()].reverse()) {
    const chain = chainTo(core, id)
    if (chain === undefined) return stop(core, 'the final chain lacks the last committed block')
    chains.push(chain)
    if (chain.missing === null) break
  }
  const executed = executedPart(core, chains.at(-1)!)
  if (executed !== undefined) {
    commitChain(core, executed)
    return core.isStopped || core.isSealed ? undefined : commit(core)
  }
  dropOrphans(core, chains)
  for (const chain of chains) advanceChain(core, chain)
}

/** The part of a whole chain up to the last finalization in its valid beginning. */
function executedPart(core: Core, { known, missing }: Chain): readonly Known[] | undefined {
  if (missing !== null) return undefined
  if (known.length === 0) return known
  const firstInvalid = known.findIndex(({ verdict }) => verdict !== 'valid')
  const valid = firstInvalid < 0 ? known : known.slice(0, firstInvalid)
  const top = valid.findLastIndex(({ candidate }) => core.finals.has(candidate.id))
  return top < 0 ? undefined : valid.slice(0, top + 1)
}

/** Undefined: it leads past the last committed block. */
function chainTo(core: Core, id: Hash): Chain | undefined {
  const down: Known[] = []
  let view = core.finals.get(id)!.view
  while (id !== core.committed.id) {
    if (view <= core.committed.view) return undefined
    const known = core.candidates.get(id)
    if (known === undefined) return { known: down.reverse(), missing: { id, view } }
    down.push(known)
    ;({ parentId: id, parentView: view } = known.candidate)
  }
  return { known: down.reverse(), missing: null }
}

function advanceChain(core: Core, { known, missing }: Chain): void {
  if (missing !== null) return fetch(core, missing.id, missing.view)
  const next = known.find(({ verdict }) => verdict !== 'valid')
  if (next !== undefined) isValid(core, next)
}

/** Checks and fetches of decided views that are on no final chain would take the room of those that are. */
function dropOrphans(core: Core, chains: readonly Chain[]): void {
  const isNeeded = (id: Hash) =>
    chains.some(({ known, missing }) => missing?.id === id || known.some(({ candidate }) => candidate.id === id))
  for (const [id, view] of core.checking) if (view <= core.lastFinal.view && !isNeeded(id)) abandon(core, id)
  for (const [id, view] of core.fetching) if (view <= core.lastFinal.view && !isNeeded(id)) cancelFetch(core, id)
}

function commitChain(core: Core, known: readonly Known[]): void {
  const top = known.at(-1)?.candidate ?? core.committed
  const finalization = core.finals.get(top.id)!
  const isOnChain = (id: Hash) => known.some(({ candidate }) => candidate.id === id) || id === core.committed.id
  for (const [id, { view }] of core.finals)
    if (view <= finalization.view && !isOnChain(id)) return stop(core, `two final chains: ${id} is not below ${top.id}`)
  const candidates = known.map(({ candidate }) => candidate)
  const blocks = candidates.filter((candidate) => !isFiller(candidate))
  if (blocks.length > 0) {
    emit(core, { kind: 'commit', chain: blocks, finalization })
    core.committed = blocks.at(-1)!
  }
  if (endsEpoch(core, core.candidates.get(core.committed.id)!)) {
    const path: Candidate[] = [core.committed, ...candidates.filter(isFiller)]
    emit(core, { kind: 'sealEpoch', finalization, path })
    core.isSealed = true
  }
  prune(core, finalization.view)
}

/** Nothing at or below the committed view is asked for again, but as the parent of what comes. */
function prune(core: Core, view: number): void {
  for (const [id, final] of core.finals) if (final.view <= view) core.finals.delete(id)
  for (const [id, at] of core.checking) if (at <= view) abandon(core, id)
  for (const [id, at] of core.fetching) if (at <= view) cancelFetch(core, id)
  for (const [id, { candidate }] of core.candidates)
    if (candidate.view <= view && id !== core.committed.id && id !== core.lastFinal.id) core.candidates.delete(id)
}
