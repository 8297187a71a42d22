/** One core under test: the others are what the test says they are. Leaders take turns: view v is led by v mod n. */
import { BOUNDS, type Bounds } from '../../consensus/bounds.ts'
import { createCore, step } from '../../consensus/core.ts'
import { LEADER_SEATS } from '../../consensus/leaderTable.ts'
import { type Core, type CoreOptions, NOTHING_RESTORED, type Restored } from '../../consensus/state.ts'
import type { Ballot, Candidate, Effect, Input } from '../../consensus/step.ts'
import { timingOf } from '../../consensus/timers.ts'
import { certificateBy, createTagCrypto, EPOCH, hashOf, proposalBy, type TagCrypto, voteBy } from './tagCrypto.ts'

const ROOT_ID = hashOf('epoch')
export const ROOT: Candidate = {
  view: 0,
  parentView: 0,
  parentId: ROOT_ID,
  blockHash: hashOf('genesis'),
  id: ROOT_ID,
}

export interface Situation {
  readonly self?: number | null
  readonly powers?: readonly bigint[]
  readonly bounds?: Partial<Bounds>
  readonly restored?: Partial<Restored>
  readonly epochBlocks?: number
  readonly isKeyShared?: boolean
}

export function turns(count: number): Uint8Array {
  return Uint8Array.from({ length: LEADER_SEATS }, (_, view) => view % count)
}

export function optionsOf(situation: Situation, crypto: TagCrypto): CoreOptions {
  const { self = 0, powers = [1n, 1n, 1n, 1n], bounds, restored, epochBlocks = 3600, isKeyShared } = situation
  return {
    epoch: EPOCH,
    root: { id: ROOT.id, blockHash: ROOT.blockHash, height: EPOCH * epochBlocks },
    powers,
    leaders: turns(powers.length),
    self,
    epochBlocks,
    timing: timingOf(1000),
    bounds: { ...BOUNDS, ...bounds },
    crypto,
    restored: { ...NOTHING_RESTORED, ...restored },
    ...(isKeyShared === undefined ? {} : { isKeyShared }),
  }
}

export interface OneCore {
  readonly core: Core
  readonly crypto: TagCrypto
  /** Of `started`. */
  readonly first: readonly Effect[]
  give(input: Input): Effect[]
  vote(signer: number, ballot: Ballot): Effect[]
  /** Of a quorum without us, from a peer. */
  certify(ballot: Ballot, signers?: readonly number[]): Effect[]
  /** By the view's leader, from a peer. */
  propose(candidate: Candidate): Effect[]
  checked(candidate: Candidate, valid?: boolean): Effect[]
  timeout(timer: 'leader' | 'skip' | 'early', view: number): Effect[]
}

/** Self is 0 of four equal ones, unless said otherwise; the core is started. */
export function createOneCore(situation: Situation = {}): OneCore {
  const crypto = createTagCrypto()
  const options = optionsOf(situation, crypto)
  const core = createCore(options)
  const count = options.powers.length
  const others = [...options.powers.keys()].filter((signer) => signer !== options.self)
  const first = step(core, { kind: 'started' })
  const give = (input: Input) => step(core, input)
  return {
    core,
    crypto,
    first,
    give,
    vote: (signer, ballot) => give({ kind: 'vote', vote: voteBy(signer, ballot) }),
    certify: (ballot, signers = others) =>
      give({ kind: 'certificate', peer: 'peer', certificate: certificateBy(signers, count, ballot) }),
    propose: (candidate) =>
      give({ kind: 'proposal', peer: 'peer', proposal: proposalBy(candidate.view % count, candidate) }),
    checked: (candidate, valid = true) => give({ kind: 'checked', id: candidate.id, valid }),
    timeout: (timer, view) => give({ kind: 'timeout', timer, view }),
  }
}

export function of<K extends Effect['kind']>(effects: readonly Effect[], kind: K): Extract<Effect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind)
}

/** What was cast, in words: `notarize 3`. */
export function castIn(effects: readonly Effect[]): string[] {
  return of(effects, 'cast').map(({ ballot }) => `${ballot.kind} ${ballot.view}`)
}

export const notarizeOf = ({ view, id }: Candidate): Ballot => ({ kind: 'notarize', view, id })
export const finalizeOf = ({ view, id }: Candidate): Ballot => ({ kind: 'finalize', view, id })
export const skipOf = (view: number): Ballot => ({ kind: 'skip', view })
