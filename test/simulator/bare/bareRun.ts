/** One run of bare cores: some keys held twice or by a script, messages cut by a rule until all heals, and its verdict. */
import { BOUNDS } from '../../../consensus/bounds.ts'
import { LEADER_SEATS } from '../../../consensus/leaderTable.ts'
import { type CoreOptions, NOTHING_RESTORED } from '../../../consensus/state.ts'
import type { Candidate, Hash, Message } from '../../../consensus/step.ts'
import { timingOf } from '../../../consensus/timers.ts'
import { toHex } from '../../../primitives/bytes.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Random } from '../../fuzz/random.ts'
import { checkBounds, checkWindow } from '../invariants/bounds.ts'
import { createChainLedger } from '../invariants/chainLedger.ts'
import { type Conduct, createConduct } from '../invariants/conduct.ts'
import type { Offence, Report } from '../invariants/offence.ts'
import { createVoteLedger } from '../invariants/voteLedger.ts'
import { createBareCrypto, textHash } from './bareCrypto.ts'
import { type BareNode, type BareWorld, createBareNode } from './bareNode.ts'
import { createSyncQueue } from './syncQueue.ts'

/** testing.md I15. */
const HEALED_VIEWS_MAX = 32
const HEALED_BLOCKS = 4
/** An honest run of 8 views, healing and 8 blocks needs some ten thousand. */
const EVENTS_MAX = 400_000

/** Somebody who holds a key and keeps no rule. */
export interface Actor {
  onMessage(message: Message): void
  onHeal(): void
}
export interface ActorHands {
  readonly crypto: ReturnType<typeof createBareCrypto>
  readonly key: number
  readonly random: Random
  /** To one node. */
  send(to: number, message: Message): void
  readonly honest: readonly number[]
  leaderOf(view: number): number
  /** A block that honest nodes find valid on this parent, or not. */
  makeBlock(parent: Candidate, isSound: boolean): Hash
  readonly root: Candidate
  /** Counts what it signs among the votes that the invariants see. */
  onSigned(kind: 'notarize' | 'skip' | 'finalize' | 'proposal', view: number, id: Hash): void
}

export interface BareRunOptions {
  readonly keys: number
  /** Key of each node. */
  readonly keyOfNode: readonly number[]
  readonly powers: readonly bigint[]
  readonly isByzantine: (key: number) => boolean
  readonly leaderOfView: (view: number) => number
  readonly random: Random
  /** Before healing: whether a message of this view passes. */
  readonly passes: (from: number, to: number, view: number) => boolean
  /** Healing comes once all honest nodes are beyond this view, or after `healMs`. */
  readonly healView: number
  readonly healMs: number
  readonly delayMsMax: number
  readonly createActor?: (node: number, hands: ActorHands) => Actor | undefined
  readonly print?: (line: string) => void
}

export interface BareOutcome {
  readonly offence: Offence | undefined
  readonly views: number
  readonly blocks: number
  readonly events: number
}

export function viewOfMessage(message: Message): number {
  if (message.kind === 'vote') return message.vote.ballot.view
  return message.kind === 'certificate' ? message.certificate.view : message.proposal.candidate.view
}

/** Retry of a body that nobody reachable had (consensus.md R2). */
const FETCH_RETRY_MS = 500
const ROOT_ID = textHash('root')
const ROOT: Candidate = { view: 0, parentView: 0, parentId: ROOT_ID, blockHash: textHash('genesis'), id: ROOT_ID }

/** No run comes to this view: beyond it the table repeats itself, which makes it eight times faster. */
const ASKED_VIEWS = 512

function leadersOf(leaderOfView: (view: number) => number): Uint8Array {
  const table = new Uint8Array(LEADER_SEATS)
  for (let view = 0; view < ASKED_VIEWS; view++) table[view] = leaderOfView(view)
  for (let filled = ASKED_VIEWS; filled < LEADER_SEATS; filled *= 2) table.copyWithin(filled, 0, filled)
  return table
}

export function runBare(options: BareRunOptions): BareOutcome {
  return new BareRun(options).run()
}

/** The state of one run; lives as long as `run`. */
class BareRun {
  readonly #options: BareRunOptions
  readonly #queue = createSyncQueue()
  readonly #crypto
  readonly #nodes: (BareNode | undefined)[] = []
  readonly #actors: (Actor | undefined)[] = []
  readonly #honest: readonly number[]
  readonly #blocks = new Map<Hash, { parentHash: Hash; isSound: boolean }>()
  readonly #candidates = new Map<Hash, Candidate>()
  readonly #heights: number[]
  readonly #votes
  readonly #chain
  readonly #conduct: Conduct
  #offence: Offence | undefined
  readonly #report: Report = (invariant, says) => {
    this.#offence ??= { invariant, says }
  }
  #events = 0
  #isHealed = false
  #viewAtHeal = 0
  #heightAtHeal = 0
  #finalAtHeal: number[] = []

  constructor(options: BareRunOptions) {
    this.#options = options
    this.#crypto = createBareCrypto(options.keys)
    this.#honest = options.keyOfNode.flatMap((key, node) => (options.isByzantine(key) ? [] : [node]))
    this.#heights = options.keyOfNode.map(() => 0)
    const isHonest = options.powers.map((_, key) => !options.isByzantine(key))
    const set = { powers: options.powers, isHonest }
    this.#chain = createChainLedger(this.#report)
    this.#votes = createVoteLedger({ setOf: () => set, report: this.#report, onFinal: this.#chain.onFinal })
    this.#conduct = createConduct({
      isHonest: (node) => this.#isHonest(node),
      setOf: () => set,
      report: this.#report,
    })
    const leaders = leadersOf(options.leaderOfView)
    const world = this.#world()
    for (const [node, key] of options.keyOfNode.entries()) {
      const actor = options.createActor?.(node, this.#handsOf(node, key))
      this.#actors[node] = actor
      if (actor === undefined)
        this.#nodes[node] = createBareNode({ node, key, world, options: this.#coreOptions(key, leaders) })
    }
  }

  run(): BareOutcome {
    for (const node of this.#nodes) node?.take({ kind: 'started' })
    this.#queue.at(this.#options.healMs, () => this.#heal())
    while (this.#offence === undefined && !this.#isDone() && this.#queue.step()) {
      this.#events += 1
      if (!this.#isHealed && this.#honest.every((node) => this.#current(node) > this.#options.healView)) this.#heal()
      if (this.#isHealed) this.#checkLiveness()
    }
    for (const node of this.#honest) checkWindow(this.#nodes[node]!.core, node, this.#report)
    const views = Math.max(...this.#honest.map((node) => this.#current(node)))
    return { offence: this.#offence, views, blocks: this.#chain.height(), events: this.#events }
  }

  #current(node: number): number {
    return this.#nodes[node]!.core.current
  }

  #isDone(): boolean {
    return this.#isHealed && this.#honest.every((node) => this.#heights[node]! >= this.#heightAtHeal + HEALED_BLOCKS)
  }

  #checkLiveness(): void {
    const late = this.#honest.find(
      (node) =>
        this.#nodes[node]!.core.lastFinal.view === this.#finalAtHeal[node] &&
        this.#honest.some((other) => this.#current(other) > this.#viewAtHeal + HEALED_VIEWS_MAX),
    )
    if (late !== undefined)
      this.#offence ??= { invariant: 'I15', says: `node ${late} finalized nothing in ${HEALED_VIEWS_MAX} healed views` }
    if (this.#events > EVENTS_MAX)
      this.#offence ??= { invariant: 'I15', says: `no ${HEALED_BLOCKS} blocks within ${EVENTS_MAX} events` }
  }

  #heal(): void {
    if (this.#isHealed) return
    this.#isHealed = true
    this.#options.print?.(`${this.#queue.nowMs()} healed`)
    this.#viewAtHeal = Math.max(...this.#honest.map((node) => this.#current(node)))
    this.#heightAtHeal = Math.max(...this.#heights)
    this.#finalAtHeal = this.#nodes.map((node) => node?.core.lastFinal.view ?? 0)
    for (const actor of this.#actors) actor?.onHeal()
    for (const [node, one] of this.#nodes.entries())
      for (const [other, key] of this.#options.keyOfNode.entries())
        if (key !== this.#options.keyOfNode[node] && one !== undefined && this.#nodes[other] !== undefined)
          this.#later(() => one.take({ kind: 'connected', peer: `${key}` }))
  }

  #later(run: () => void): void {
    this.#queue.at(this.#queue.nowMs() + this.#options.random.int(1, this.#options.delayMsMax), run)
  }

  #coreOptions(key: number, leaders: Uint8Array): CoreOptions {
    return {
      epoch: 0,
      root: { id: ROOT_ID, blockHash: ROOT.blockHash, height: 0 },
      powers: this.#options.powers,
      leaders,
      self: key,
      epochBlocks: 3_600,
      timing: timingOf(1_000),
      bounds: BOUNDS,
      crypto: this.#crypto,
      restored: NOTHING_RESTORED,
      isKeyShared: this.#options.keyOfNode.filter((own) => own === key).length > 1,
    }
  }

  #isHonest(node: number): boolean {
    return !this.#options.isByzantine(this.#options.keyOfNode[node]!)
  }

  #carry(from: number, to: number, message: Message): void {
    if (this.#options.keyOfNode[from] === this.#options.keyOfNode[to]) return
    if (!this.#isHealed && !this.#options.passes(from, to, viewOfMessage(message))) return
    this.#later(() => {
      this.#options.print?.(`${this.#queue.nowMs()} ${from} → ${to} ${describeMessage(message)}`)
      this.#actors[to]?.onMessage(message)
      const node = this.#nodes[to]
      const peer = `${this.#options.keyOfNode[from]}`
      if (message.kind === 'vote') node?.take(message)
      else if (message.kind === 'certificate') node?.take({ ...message, peer })
      else node?.take({ ...message, peer })
      if (node !== undefined) checkBounds(node.core, to, this.#report)
    })
  }

  #fetch(node: number, id: Hash): void {
    const one = this.#nodes[node]!
    if (this.#offence !== undefined || !one.core.fetching.has(id)) return
    const candidate = this.#candidates.get(id)
    const giver = this.#nodes.findIndex(
      (other, index) =>
        candidate !== undefined &&
        other?.bodies.has(id) === true &&
        (this.#isHealed || this.#options.passes(index, node, candidate.view)),
    )
    if (candidate !== undefined && giver >= 0) this.#later(() => one.take({ kind: 'fetched', candidate }))
    else this.#queue.at(this.#queue.nowMs() + FETCH_RETRY_MS, () => this.#fetch(node, id))
  }

  #makeBlock(maker: number, parent: Candidate, isSound: boolean): Hash {
    const blockHash = textHash(`block ${this.#blocks.size} of ${maker}`)
    this.#blocks.set(blockHash, { parentHash: parent.blockHash, isSound })
    return blockHash
  }

  #world(): BareWorld {
    const { keyOfNode, print } = this.#options
    const nodesOf = (key: number) => keyOfNode.flatMap((own, node) => (own === key ? [node] : []))
    return {
      crypto: this.#crypto,
      after: (delayMs, run) => this.#queue.at(this.#queue.nowMs() + delayMs, run),
      send: (node, to, message) => {
        if (message.kind === 'certificate' && this.#isHonest(node))
          this.#votes.onCertificate(node, seenCertificate(message.certificate))
        if (message.kind === 'proposal') this.#candidates.set(message.proposal.candidate.id, message.proposal.candidate)
        const receivers = to === 'all' ? keyOfNode.keys() : nodesOf(Number(to))
        for (const other of receivers) if (other !== node) this.#carry(node, other, message)
      },
      sendToKey: (node, key, message) => {
        for (const other of nodesOf(key)) this.#carry(node, other, message)
      },
      fetch: (node, id) => this.#later(() => this.#fetch(node, id)),
      build: (node, _, parent) => this.#makeBlock(node, parent, true),
      isValid: (candidate, parent) => {
        const block = this.#blocks.get(candidate.blockHash)
        return block?.isSound === true && block.parentHash === parent.blockHash
      },
      onSigned: (node, kind, view, id) => {
        print?.(`${this.#queue.nowMs()} ${node} signs ${kind} ${view} ${id.slice(0, 8)}`)
        this.#votes.onVote({ epoch: 0, view, kind, id, signer: keyOfNode[node]! })
      },
      onCommit: (node, { view, parentView, id, blockHash }) => {
        print?.(`${this.#queue.nowMs()} ${node} commits ${view} ${id.slice(0, 8)}`)
        const height = ++this.#heights[node]!
        if (this.#isHonest(node))
          this.#chain.onCommit(node, { height, epoch: 0, view, parentView, id, blockHash, stateHash: '' })
      },
      onConflict: (node, conflict) => this.#conduct.onEvidence(node, 0, conflict),
      onBan: (node, who, reason) => this.#conduct.onBan(node, nodesOf(Number(who))[0]!, reason),
      onStop: (node, reason) => this.#conduct.onStop(node, reason, false),
    }
  }

  #handsOf(node: number, key: number): ActorHands {
    return {
      crypto: this.#crypto,
      key,
      random: this.#options.random,
      send: (to, message) => {
        if (message.kind === 'proposal') this.#candidates.set(message.proposal.candidate.id, message.proposal.candidate)
        this.#carry(node, to, message)
      },
      honest: this.#honest,
      leaderOf: this.#options.leaderOfView,
      makeBlock: (parent, isSound) => this.#makeBlock(node, parent, isSound),
      root: ROOT,
      onSigned: (kind, view, id) => this.#votes.onVote({ epoch: 0, view, kind, id, signer: key }),
    }
  }
}

export function seenCertificate({ kind, view, id, signers }: Certificate) {
  return { epoch: 0, view, kind, id: kind === 'skip' ? '' : toHex(id), signers }
}

export function describeMessage(message: Message): string {
  if (message.kind === 'vote') {
    const { signer, ballot } = message.vote
    return `vote of ${signer}: ${ballot.kind} ${ballot.view}${ballot.kind === 'skip' ? '' : ` ${ballot.id.slice(0, 8)}`}`
  }
  if (message.kind === 'certificate') return `certificate: ${message.certificate.kind} ${message.certificate.view}`
  const { candidate } = message.proposal
  return `proposal ${candidate.view} ${candidate.id.slice(0, 8)} on ${candidate.parentView}`
}
