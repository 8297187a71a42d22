/** The Simplex core: a pure state machine of inputs and effects (consensus.md §10), made new for each epoch. */
import { quorumPower } from '../primitives/validatorSet.ts'
import { acceptProposal } from './intake/candidates.ts'
import { acceptCertificate } from './intake/certificates.ts'
import { restore } from './intake/restore.ts'
import { acceptVote } from './intake/votes.ts'
import { advance, enter } from './rules/advance.ts'
import { certify } from './rules/certify.ts'
import { abandonUnneeded, acceptVerdict } from './rules/check.ts'
import { commit } from './rules/commit.ts'
import { acceptFetched, fetchNotarized } from './rules/fetch.ts'
import { finalize } from './rules/finalize.ts'
import { startStandstill } from './rules/lastFinal.ts'
import { notarize } from './rules/notarize.ts'
import { acceptBuilt, propose } from './rules/propose.ts'
import { skip } from './rules/skip.ts'
import { greet, rebroadcast } from './rules/standstill.ts'
import type { Core, CoreOptions } from './state.ts'
import type { Candidate, Effect, Input, Timer } from './step.ts'

/** Nothing happens before its first input, `started`. */
export function createCore(options: CoreOptions): Core {
  const quorum = quorumPower(options.powers.reduce((sum, power) => sum + power, 0n))
  const { id, blockHash } = options.root
  const root: Candidate = { view: 0, parentView: 0, parentId: id, blockHash, id }
  const core: Core = {
    options,
    quorum,
    isAlone: options.self !== null && options.powers[options.self]! >= quorum,
    views: new Map(),
    candidates: new Map(),
    current: 1,
    lastFinal: { view: 0, id, certificate: null },
    committed: root,
    finals: new Map(),
    entered: 0,
    heard: options.powers.map(() => 0),
    expired: new Set(),
    changed: new Set(),
    waiting: new Map(),
    checking: new Map(),
    fetching: new Map(),
    stalled: new Set(),
    standstillMs: options.timing.standstillMs,
    bundleFrom: 0,
    isStopped: false,
    isSealed: false,
    effects: [],
  }
  restore(core, root)
  return core
}

/** Mutates its core, and answers what the host must do, in that order. */
export function step(core: Core, input: Input): Effect[] {
  // A stopped node casts nothing and keeps serving; a sealed epoch's peers are answered from its record (§7).
  if (!core.isStopped && !core.isSealed) {
    accept(core, input)
    run(core)
  } else if (input.kind === 'connected') greet(core, input.peer)
  const effects = core.effects
  core.effects = []
  return (core.isStopped ? effects.filter(({ kind }) => AFTER_STOP.has(kind)) : effects).sort(
    (a, b) => ORDER.get(a.kind)! - ORDER.get(b.kind)!,
  )
}

function accept(core: Core, input: Input): void {
  switch (input.kind) {
    case 'started':
      return start(core)
    case 'vote':
      return acceptVote(core, input.vote)
    case 'certificate':
      return acceptCertificate(core, input.peer, input.certificate)
    case 'proposal':
      return acceptProposal(core, input.peer, input.proposal)
    case 'built':
      return acceptBuilt(core, input.view, input.parentId, input.blockHash)
    case 'checked':
      return acceptVerdict(core, input.id, input.valid)
    case 'fetched':
      return acceptFetched(core, input.candidate)
    case 'timeout':
      return acceptTimeout(core, input.timer, input.view)
    case 'connected':
      return greet(core, input.peer)
    default:
      return input satisfies never
  }
}

function start(core: Core): void {
  startStandstill(core)
  for (const view of core.views.keys()) core.changed.add(view)
  advance(core)
  if (core.entered === 0) enter(core)
}

/** Stale timers are ignored (§6). */
function acceptTimeout(core: Core, timer: Timer, view: number): void {
  if (timer === 'standstill') {
    if (view === core.lastFinal.view) rebroadcast(core)
  } else if (view === core.current) core.expired.add(timer)
}

/** The rules run until nothing changes (§5). */
function run(core: Core): void {
  do {
    const views = [...core.changed]
    core.changed.clear()
    for (const view of views) runView(core, view)
    if (core.isStopped) return
    advance(core)
    commit(core)
    if (core.isStopped || core.isSealed) return
    propose(core)
    skip(core)
  } while (core.changed.size > 0)
}

/** The rules of one view. A certificate made here may have decided it. */
function runView(core: Core, view: number): void {
  const state = core.views.get(view)
  if (state === undefined || core.isStopped) return
  certify(core, state)
  if (core.isStopped || view <= core.lastFinal.view) return
  fetchNotarized(core, state)
  abandonUnneeded(core, view)
  notarize(core, state)
  if (!core.isStopped) finalize(core, state)
}

/** Effects come in this order (§10). */
const KINDS: readonly Effect['kind'][] = [
  'record',
  'commit',
  'sealEpoch',
  'cast',
  'propose',
  'send',
  'remind',
  'build',
  'abandon',
  'check',
  'cancelFetch',
  'fetch',
  'startTimer',
  'report',
  'ban',
  'banSigner',
  'stop',
]
const ORDER: ReadonlyMap<Effect['kind'], number> = new Map(KINDS.map((kind, place) => [kind, place]))
const AFTER_STOP: ReadonlySet<Effect['kind']> = new Set(['record', 'send', 'report', 'ban', 'banSigner', 'stop'])
