/** n cores, a queue of messages in virtual time, and the plainest host: what stories of several nodes run in. */
import { createCore, step } from '../../consensus/core.ts'
import { type Core, type CoreOptions, isFiller, type Restored } from '../../consensus/state.ts'
import type { Ballot, Candidate, Effect, Hash, Input, Message, PeerId } from '../../consensus/step.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { optionsOf, type Situation } from './oneCore.ts'
import { createTagCrypto, hashOf, signatureBy, voteBy } from './tagCrypto.ts'

export interface Rules {
  /** Milliseconds that a message takes; null: it is lost. */
  readonly delayMs: (from: number, to: number, message: Message, nowMs: number) => number | null
  /** Milliseconds that a check takes; null: the block is invalid. */
  readonly checkMs: (node: number, candidate: Candidate) => number | null
  /** Milliseconds that a build takes; null: it fails. */
  readonly buildMs: (node: number, view: number, nowMs: number) => number | null
}

const CALM: Rules = { delayMs: () => 20, checkMs: () => 5, buildMs: () => 100 }

export interface Member {
  core: Core
  readonly options: CoreOptions
  isDown: boolean
  /** Committed blocks, oldest first. */
  readonly chain: Candidate[]
  finalization: Certificate | null
  /** What the disk keeps. */
  readonly certificates: Certificate[]
  readonly bodies: Map<Hash, Candidate>
  readonly ballots: Ballot[]
  readonly proposals: Restored['proposals'][number][]
  readonly effects: Effect[]
}

export interface Cluster {
  readonly members: readonly Member[]
  nowMs: number
  messages: number
  run(untilMs: number, isDone?: () => boolean): void
  give(node: number, input: Input): void
  crash(node: number): void
  restart(node: number, restored?: Partial<Restored>): void
  connect(a: number, b: number): void
}

const peerOf = (node: number): PeerId => `peer ${node}`
const nodeOf = (peer: PeerId): number => Number(peer.slice('peer '.length))

export function createCluster(count: number, rules: Partial<Rules> = {}, situation: Situation = {}): Cluster {
  const { delayMs, checkMs, buildMs } = { ...CALM, ...rules }
  const powers = situation.powers ?? Array<bigint>(count).fill(1n)
  const queue: { readonly atMs: number; readonly run: () => void }[] = []
  const after = (ms: number, run: () => void) => {
    const atMs = cluster.nowMs + ms
    let place = queue.length
    while (place > 0 && queue[place - 1]!.atMs > atMs) place -= 1
    queue.splice(place, 0, { atMs, run })
  }
  const members = powers.map((_, self): Member => {
    const options = optionsOf({ ...situation, powers, self }, createTagCrypto())
    return {
      core: createCore(options),
      options,
      isDown: false,
      chain: [],
      finalization: null,
      certificates: [],
      bodies: new Map(),
      ballots: [],
      proposals: [],
      effects: [],
    }
  })

  const give = (node: number, input: Input) => {
    const member = members[node]!
    if (member.isDown) return
    for (const effect of step(member.core, input)) {
      member.effects.push(effect)
      perform(node, member, effect)
    }
  }
  /** Lets a core answer itself, unless it was restarted meanwhile. */
  const answer = (node: number, ms: number, input: Input) => {
    const { core } = members[node]!
    after(ms, () => {
      if (members[node]!.core === core) give(node, input)
    })
  }
  const deliver = (from: number, to: number, message: Message) => {
    cluster.messages += 1
    const ms = delayMs(from, to, message, cluster.nowMs)
    if (ms !== null) after(ms, () => give(to, inputOf(from, message)))
  }
  const sendAll = (from: number, message: Message) => {
    for (const to of members.keys()) if (to !== from) deliver(from, to, message)
  }
  const fetch = (node: number, id: Hash) => {
    const holder = members.find(({ bodies, isDown }, other) => other !== node && !isDown && bodies.has(id))
    const { core } = members[node]!
    after(40, () => {
      if (members[node]!.core !== core || !core.fetching.has(id)) return
      if (holder === undefined) fetch(node, id)
      else give(node, { kind: 'fetched', candidate: holder.bodies.get(id)! })
    })
  }

  const perform = (node: number, member: Member, effect: Effect): void => {
    switch (effect.kind) {
      case 'record':
        if ('id' in effect.entry && 'parentId' in effect.entry) member.bodies.set(effect.entry.id, effect.entry)
        else member.certificates.push(effect.entry as Certificate)
        return
      case 'commit':
        member.chain.push(...effect.chain)
        member.finalization = effect.finalization
        return
      case 'cast': {
        member.ballots.push(effect.ballot)
        const vote = voteBy(node, effect.ballot)
        answer(node, 0, { kind: 'vote', vote })
        return sendAll(node, { kind: 'vote', vote })
      }
      case 'propose': {
        const { candidate, certificates } = effect
        const { view, id } = candidate
        const signature = signatureBy(node, { kind: 'proposal', view, id })
        member.proposals.push({ view, id, signature })
        const proposal = { candidate, signature, certificates }
        answer(node, 0, { kind: 'proposal', peer: null, proposal })
        return sendAll(node, { kind: 'proposal', proposal })
      }
      case 'send':
        for (const message of effect.messages)
          if (effect.to === 'all') sendAll(node, message)
          else deliver(node, nodeOf(effect.to), message)
        return
      case 'remind':
        return deliver(node, effect.signer, { kind: 'certificate', certificate: effect.finalization })
      case 'build': {
        const ms = buildMs(node, effect.view, cluster.nowMs)
        const blockHash = ms === null ? null : hashOf(`block of ${node} in ${effect.view} on ${effect.parent.id}`)
        return answer(node, ms ?? 0, { kind: 'built', view: effect.view, parentId: effect.parent.id, blockHash })
      }
      case 'check': {
        const ms = checkMs(node, effect.candidate)
        return answer(node, ms ?? 0, { kind: 'checked', id: effect.candidate.id, valid: ms !== null })
      }
      case 'fetch':
        return fetch(node, effect.id)
      case 'startTimer':
        return answer(node, effect.afterMs, { kind: 'timeout', timer: effect.timer, view: effect.view })
      default:
        return
    }
  }

  const cluster: Cluster = {
    members,
    nowMs: 0,
    messages: 0,
    run(untilMs, isDone = () => false) {
      while (queue.length > 0 && queue[0]!.atMs <= untilMs && !isDone()) {
        const next = queue.shift()!
        cluster.nowMs = next.atMs
        next.run()
      }
      if (!isDone()) cluster.nowMs = untilMs
    },
    give,
    crash: (node) => (members[node]!.isDown = true),
    restart(node, restored = {}) {
      const member = members[node]!
      const kept = { ...keptBy(node, member), ...restored }
      member.core = createCore({ ...member.options, restored: kept })
      member.isDown = false
      give(node, { kind: 'started' })
      for (const other of members.keys()) if (other !== node) cluster.connect(node, other)
    },
    connect(a, b) {
      give(a, { kind: 'connected', peer: peerOf(b) })
      give(b, { kind: 'connected', peer: peerOf(a) })
    },
  }
  for (const node of members.keys()) give(node, { kind: 'started' })
  return cluster
}

function inputOf(from: number, message: Message): Input {
  const peer = peerOf(from)
  if (message.kind === 'vote') return { kind: 'vote', vote: message.vote }
  if (message.kind === 'certificate') return { kind: 'certificate', peer, certificate: message.certificate }
  return { kind: 'proposal', peer, proposal: message.proposal }
}

function keptBy(node: number, member: Member): Restored {
  const { chain, options, finalization, certificates, bodies, ballots, proposals } = member
  const tip = chain.filter((candidate) => !isFiller(candidate)).at(-1)
  const height = options.root.height + chain.length
  return {
    committed: tip === undefined ? null : { candidate: tip, height, finalization: finalization! },
    certificates,
    candidates: [...bodies.values()],
    votes: ballots.map((ballot) => voteBy(node, ballot)),
    proposals,
    floorView: 0,
  }
}
