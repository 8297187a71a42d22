/**
 * A core with a host as thin as can be: memory for a disk, no codecs, no promises. Twins and scripted leaders run on it by
 * the hundred thousand; what the host does is the full simulator's to try.
 */
import { createCore, step } from '../../../consensus/core.ts'
import type { Core, CoreOptions } from '../../../consensus/state.ts'

import type {
  Candidate,
  Conflict,
  Effect,
  Hash,
  Input,
  Message,
  Proposal,
  Timer,
  Vote,
} from '../../../consensus/step.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { BareCrypto } from './bareCrypto.ts'

/** What one node asks of the world; `node` is its index there. */
export interface BareWorld {
  readonly crypto: BareCrypto
  after(delayMs: number, run: () => void): void
  send(node: number, to: string | 'all', message: Message): void
  sendToKey(node: number, key: number, message: Message): void
  fetch(node: number, id: Hash): void
  build(node: number, view: number, parent: Candidate): Hash | null
  isValid(candidate: Candidate, parent: Candidate): boolean
  /** Told of every ballot and proposal that the node's key signs. */
  onSigned(node: number, kind: 'notarize' | 'skip' | 'finalize' | 'proposal', view: number, id: Hash): void
  onCommit(node: number, candidate: Candidate): void
  onConflict(node: number, conflict: Conflict): void
  onBan(node: number, who: string | number, reason: string): void
  onStop(node: number, reason: string): void
}

export interface BareNode {
  readonly core: Core
  /** Candidates that it has the body of. */
  readonly bodies: ReadonlyMap<Hash, Candidate>
  take(input: Input): void
}

export interface BareNodeOptions {
  readonly node: number
  readonly key: number
  readonly world: BareWorld
  readonly options: CoreOptions
}

export function createBareNode({ node, key, world, options }: BareNodeOptions): BareNode {
  const core = createCore(options)
  const bodies = new Map<Hash, Candidate>()
  const timers = new Map<Timer, symbol>()
  const inputs: Input[] = []
  let isRunning = false

  const sign = (ballot: Vote['ballot']) => {
    world.onSigned(node, ballot.kind, ballot.view, ballot.kind === 'skip' ? '' : ballot.id)
    const vote: Vote = { signer: key, ballot, signature: world.crypto.sign(key, ballot) }
    world.send(node, 'all', { kind: 'vote', vote })
    inputs.push({ kind: 'vote', vote })
  }
  const propose = (candidate: Candidate, certificates: readonly Certificate[]) => {
    const { view, id } = candidate
    world.onSigned(node, 'proposal', view, id)
    bodies.set(id, candidate)
    const signature = world.crypto.sign(key, { kind: 'proposal', view, id })
    const proposal: Proposal = { candidate, signature, certificates }
    world.send(node, 'all', { kind: 'proposal', proposal })
    inputs.push({ kind: 'proposal', peer: null, proposal })
  }
  const startTimer = (timer: Timer, view: number, afterMs: number) => {
    const token = Symbol()
    timers.set(timer, token)
    world.after(afterMs, () => {
      if (timers.get(timer) === token) take({ kind: 'timeout', timer, view })
    })
  }

  const perform = (effect: Effect): void => {
    switch (effect.kind) {
      case 'cast':
        return sign(effect.ballot)
      case 'propose':
        return propose(effect.candidate, effect.certificates)
      case 'send':
        for (const message of effect.messages) world.send(node, effect.to, message)
        return
      case 'remind':
        return world.sendToKey(node, effect.signer, { kind: 'certificate', certificate: effect.finalization })
      case 'build': {
        const { view, parent } = effect
        inputs.push({ kind: 'built', view, parentId: parent.id, blockHash: world.build(node, view, parent) })
        return
      }
      case 'check': {
        const { candidate, parent } = effect
        bodies.set(candidate.id, candidate)
        inputs.push({ kind: 'checked', id: candidate.id, valid: world.isValid(candidate, parent) })
        return
      }
      case 'fetch':
        return world.fetch(node, effect.id)
      case 'startTimer':
        return startTimer(effect.timer, effect.view, effect.afterMs)
      case 'commit':
        for (const candidate of effect.chain) world.onCommit(node, candidate)
        return
      case 'report':
        return world.onConflict(node, effect.conflict)
      case 'ban':
        return world.onBan(node, effect.peer, effect.reason)
      case 'banSigner':
        return world.onBan(node, effect.signer, effect.reason)
      case 'stop':
        return world.onStop(node, effect.reason)
      case 'record':
      case 'abandon':
      case 'cancelFetch':
      case 'sealEpoch':
        return
      default:
        effect satisfies never
    }
  }

  const take = (input: Input): void => {
    inputs.push(input)
    if (isRunning) return
    isRunning = true
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift())
      for (const effect of step(core, next)) perform(effect)
    isRunning = false
  }
  return { core, bodies, take }
}
