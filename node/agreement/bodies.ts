/** Candidates and their blocks above the last committed one, by id and by block hash, so that all who ask can have them (R2). */
import type { Candidate, Hash } from '../../consensus/step.ts'
import { createHostLoad } from './bounds.ts'
import type { HeldBlock } from './ports.ts'

interface Held extends HeldBlock {
  view: number
  /** In the WAL: it stays until it is decided. */
  isKept: boolean
  /** Executions at work on it, or just done: the core may record it any moment. */
  uses: number
}

/** Where the block of a committed candidate is found: undefined for a filler. */
export interface Committed {
  readonly candidate: Candidate
  readonly height: number | undefined
}

export interface Bodies {
  block(hash: Hash): HeldBlock | undefined
  candidate(id: Hash): Candidate | undefined
  committedById(id: Hash): Committed | undefined
  addCandidate(candidate: Candidate): void
  /** A block that was not recorded yet; a view may name one that another has named. */
  addBlock(hash: Hash, bytes: Uint8Array, view: number): void
  /** Calls back once the block is here, unless the returned function is called before. */
  whenHere(hash: Hash, run: () => void): () => void
  /** It is being executed and stays, until it is decided or was released as often. */
  hold(hash: Hash): void
  release(hash: Hash): void
  /** The candidate is recorded: its block, if it has one, stays. */
  keep(candidate: Candidate): void
  /** At or below that view all is decided. */
  decide(view: number): void
  commit(committed: Committed): void
}

export function createBodies({ bounds, note } = createHostLoad()): Bodies {
  const candidates = new Map<Hash, Candidate>()
  const blocks = new Map<Hash, Held>()
  const loose = new Set<Hash>()
  const committed = new Map<Hash, Committed>()
  const waiters = new Map<Hash, Set<() => void>>()
  let looseBytes = 0

  const loosen = (hash: Hash, change: 1 | -1) => {
    looseBytes += change * blocks.get(hash)!.bytes.length
    if (change === 1) loose.add(hash)
    else loose.delete(hash)
  }
  const forget = (hash: Hash) => {
    if (loose.has(hash)) loosen(hash, -1)
    blocks.delete(hash)
  }
  const pushOut = () => {
    for (const oldest of loose) {
      if (looseBytes <= bounds.looseBytes) break
      forget(oldest)
    }
    note('looseBytes', looseBytes)
  }
  return {
    block: (hash) => blocks.get(hash),
    candidate: (id) => candidates.get(id),
    committedById: (id) => committed.get(id),
    addCandidate: (candidate) => void candidates.set(candidate.id, candidate),
    addBlock(hash, bytes, view) {
      const known = blocks.get(hash)
      if (known !== undefined) {
        known.view = Math.max(known.view, view)
        return
      }
      blocks.set(hash, { view, bytes, isKept: false, uses: 0 })
      loosen(hash, 1)
      pushOut()
      const waiting = waiters.get(hash) ?? []
      waiters.delete(hash)
      for (const run of waiting) run()
    },
    whenHere(hash, run) {
      const waiting = waiters.get(hash) ?? new Set()
      waiters.set(hash, waiting.add(run))
      return () => {
        waiting.delete(run)
        if (waiting.size === 0 && waiters.get(hash) === waiting) waiters.delete(hash)
      }
    },
    hold(hash) {
      const held = blocks.get(hash)
      if (held === undefined) return
      held.uses += 1
      if (loose.has(hash)) loosen(hash, -1)
    },
    release(hash) {
      const held = blocks.get(hash)
      if (held === undefined || held.uses === 0) return
      held.uses -= 1
      if (held.uses > 0 || held.isKept) return
      loosen(hash, 1)
      pushOut()
    },
    keep(candidate) {
      candidates.set(candidate.id, candidate)
      const held = blocks.get(candidate.blockHash)
      if (held === undefined || held.isKept) return
      if (loose.has(candidate.blockHash)) loosen(candidate.blockHash, -1)
      held.isKept = true
    },
    decide(view) {
      for (const [id, candidate] of candidates) if (candidate.view <= view) candidates.delete(id)
      for (const [hash, held] of blocks) if (held.view <= view) forget(hash)
    },
    commit(entry) {
      committed.set(entry.candidate.id, entry)
      if (committed.size > bounds.committed) committed.delete(committed.keys().next().value!)
      note('committed', committed.size)
    },
  }
}
