/** One seed: its nodes, its faults, the safety phase and the liveness phase, and the first invariant that broke. */
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import type { FinalizedCandidate } from '../../../node/agreement/ports.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { candidateId } from '../../../primitives/validatorSet.ts'
import { checkHostBounds } from '../invariants/bounds.ts'
import { type ChainLedger, createChainLedger } from '../invariants/chainLedger.ts'
import { type Conduct, createConduct } from '../invariants/conduct.ts'
import type { Offence, Report } from '../invariants/offence.ts'
import { createVoteLedger } from '../invariants/voteLedger.ts'
import { hashEngine } from '../standIns/hashChain.ts'
import type { Engine } from '../standIns/nodeChain.ts'
import { boundedPowers, drawPowers } from '../standIns/validatorPool.ts'
import { createEventQueue } from '../world/eventQueue.ts'
import { createRandomness, type Randomness } from '../world/randomness.ts'
import { createTrace } from '../world/trace.ts'
import { createVirtualNetwork, type NetworkFaults, type VirtualNetwork } from '../world/virtualNetwork.ts'
import { disguiseOf } from './disguise.ts'
import { countFaults, drawPlan, type FaultPlan, type FaultSet, hasEpochs, planForReal } from './faultPlan.ts'
import { type ScheduleOptions, scheduleFaults, superviseStop } from './faultSchedule.ts'
import { createForgottenVotes, type ForgottenVotes } from './forgottenVotes.ts'
import { createLiveness, type Liveness } from './liveness.ts'
import { createSimulatedChain, type SimulatedChain } from './simulatedChain.ts'
import { createSimulatedNode, type NodeEvents, type SimulatedNode } from './simulatedNode.ts'
import { createWireTap } from './wireTap.ts'

export interface SeedRunOptions {
  readonly seed: number
  /** Validators of a set. */
  readonly n: number
  readonly faults: FaultSet
  /** About how many views the safety phase has. */
  readonly views: number
  /** Takes the place of what was drawn. */
  readonly plan?: Partial<FaultPlan>
  readonly crashAt?: CrashPoint
  /** With the EVM and BLS12-381 in the place of their stand-ins. */
  readonly isReal?: boolean
  readonly print?: (atMs: number, who: number, what: string, bytes?: Uint8Array) => void
}

/** Where a node dies: at the numbered append, fsync, rename, removal or send of the run (testing.md §4). */
export interface CrashPoint {
  readonly point: number
  /** `before` and `after` are power losses, the latter with torn writes; `killed` is a process that ends after it. */
  readonly mode: 'before' | 'after' | 'killed'
}

export interface SeedOutcome {
  /** Numbered places where a node could have died. */
  readonly points: number
  readonly offence: Offence | undefined
  readonly views: number
  readonly blocks: number
  readonly epochs: number
  /** Of users, in the chain of a run of the real engine. */
  readonly transactions: number
  readonly events: number
  readonly traceHash: string
  readonly faults: Readonly<Record<string, number>>
}

/** Virtual time of a view as faults go: intervals are up to a second, timers stretch, delays are a tenth. */
const VIEW_MS = 500
/** After a crash at a numbered point. */
const RESTART_MS = 300
/** A run that makes more has stopped to move. */
const EVENTS_MAX = 3_000_000

export async function runSeed(options: SeedRunOptions): Promise<SeedOutcome> {
  // Loading the EVM takes longer than many a run.
  const engine = options.isReal === true ? await (await import('../evm/evmEngine.ts')).openEvmEngine() : hashEngine
  return new SeedRun(options, engine).run()
}

class SeedRun {
  readonly #queue = createEventQueue()
  readonly #trace
  readonly #plan: FaultPlan
  readonly #chain: SimulatedChain
  readonly #ledger: ChainLedger
  readonly #votes
  readonly #network: VirtualNetwork
  readonly #nodes: SimulatedNode[]
  readonly #schedule: ScheduleOptions
  readonly #keys: readonly number[]
  /**
   * Keys whose log was lost before their chain had a block, so that it looks like a new one: their node cannot know that
   * it voted, and is as good as Byzantine (consensus.md §8). So is one that was caught contradicting a forgotten vote.
   * Below a third of the power.
   */
  readonly #forgetful = new Set<number>()
  readonly #forgotten: ForgottenVotes
  readonly #conduct: Conduct
  readonly #hashAt = new Map<number, string>()
  readonly #liveness: Liveness
  #offence: Offence | undefined
  #events = 0
  #points = 0
  #isCrashed = false
  readonly #crashAt: CrashPoint | undefined
  readonly #report: Report = (invariant, says) => {
    this.#offence ??= { invariant, says }
  }

  constructor(options: SeedRunOptions, engine: Engine) {
    const { seed, n, faults, views } = options
    const randomness = createRandomness(seed * 64 + n)
    this.#trace = createTrace(options.print)
    // Standbys follow as observers until an epoch's set takes them.
    const standbys = n > 1 && hasEpochs(faults) ? Math.ceil(n / 3) : 0
    const drawn = drawPlan({ randomness, members: n, nodes: n + standbys, faults, safetyMs: views * VIEW_MS })
    this.#plan = { ...(options.isReal === true ? planForReal(drawn) : drawn), ...options.plan }
    this.#crashAt = options.crashAt
    const { byzantine, powerShape, replacedShare, epochBlocks, wrongClock } = this.#plan
    const twins = [...byzantine].filter(([, behaviour]) => behaviour === 'twin').map(([key]) => key)
    this.#keys = [...Array(n + standbys).keys(), ...twins]
    const lossy = this.#plan.crashes.filter(({ wipe, isBitFlipped }) => wipe !== undefined || isBitFlipped)
    const losers = new Set(lossy.map(({ node }) => node))
    const isFaulty = (key: number) => byzantine.has(key) || losers.has(key) || key === wrongClock
    const powers = boundedPowers(drawPowers(randomness.of('powers'), powerShape, n), isFaulty)
    powers.push(...Array<bigint>(standbys).fill(1n))
    const isByzantine = (key: number) => byzantine.has(key) || this.#forgetful.has(key)
    this.#chain = createSimulatedChain({
      engine,
      randomness,
      usedMs: this.#plan.healMs,
      report: this.#report,
      powers,
      count: n,
      replacedShare,
      isFaulty,
      isByzantine,
      seed,
      epochBlocks,
    })
    this.#ledger = createChainLedger(this.#report)
    this.#forgotten = createForgottenVotes(this.#chain.context)
    const seen = {
      setOf: this.#chain.seenSetOf,
      isForgotten: (epoch: number, view: number, signer: number) => this.#isForgotten(epoch, view, signer),
      report: this.#report,
    }
    this.#votes = createVoteLedger({ ...seen, onFinal: this.#ledger.onFinal })
    this.#conduct = createConduct({ ...seen, isHonest: (node) => this.#isHonest(node) })
    const networkFaults = { ...this.#plan.network }
    this.#network = this.#createNetwork(randomness, networkFaults)
    this.#nodes = this.#keys.map((_, index) => this.#createNode(randomness, index))
    this.#schedule = this.#createSchedule(networkFaults)
    this.#liveness = createLiveness({
      n,
      nodes: () => this.#nodes.filter(({ index }) => this.#isHonest(index)),
      report: this.#report,
      viewsSeen: () => this.#votes.viewsSeen(),
    })
  }

  async run(): Promise<SeedOutcome> {
    for (const node of this.#nodes) node.start()
    scheduleFaults(this.#schedule)
    while (this.#offence === undefined && !this.#liveness.isDone() && (await this.#queue.step())) {
      this.#events += 1
      this.#liveness.check(this.#queue.nowMs())
      this.#checkBounds()
      if (this.#events > EVENTS_MAX) this.#report('I15', `not done after ${EVENTS_MAX} events`)
    }
    if (this.#offence === undefined && !this.#liveness.isDone()) this.#report('I15', 'nothing is left to happen')
    for (const node of this.#nodes) node.crash(true)
    const height = this.#ledger.height()
    return {
      offence: this.#offence,
      views: this.#votes.viewsSeen(),
      blocks: height,
      epochs: Math.floor(height / this.#chain.epochBlocks),
      transactions: this.#chain.transactions(),
      events: this.#events,
      points: this.#points,
      traceHash: this.#trace.hash(),
      faults: countFaults(this.#plan),
    }
  }

  #checkBounds(): void {
    for (const { index, agreement } of this.#nodes) {
      const load = agreement()?.load
      if (load !== undefined) checkHostBounds(load, index, this.#report)
    }
  }

  #isHonest(node: number): boolean {
    const key = this.#keys[node]!
    return !this.#plan.byzantine.has(key) && !this.#forgetful.has(key)
  }

  #epochOf(epoch: number): EpochWithLeaders | undefined {
    const height = epoch * this.#chain.epochBlocks
    const rootHash = height === 0 ? this.#chain.genesisHash : this.#hashAt.get(height)
    return rootHash === undefined ? undefined : this.#chain.epochOf(epoch, rootHash)
  }

  #createNetwork(randomness: Randomness, faults: NetworkFaults): VirtualNetwork {
    const tap = createWireTap({
      chain: this.#chain,
      votes: this.#votes,
      report: this.#report,
      keyOf: (node) => this.#keys[node]!,
      isHonest: (node) => this.#isHonest(node),
      epochOf: (epoch) => this.#epochOf(epoch),
    })
    return createVirtualNetwork({
      queue: this.#queue,
      random: randomness.of('network'),
      trace: this.#trace,
      faults,
      peerIds: this.#keys.map((key) => this.#chain.peerIdOfKey(key)),
      peerIdOf: (p2pKey) => this.#chain.peerIdOf(p2pKey),
      tap: {
        onSend: (from, frame) => {
          this.#passPoint(from, 'before')
          tap(from, frame)
          this.#passPoint(from, 'after')
        },
        onPublish: () => {},
        onBan: (by, banned, reason) => {
          this.#say(by, `bans ${banned}: ${reason}`)
          if (this.#isHonest(by)) this.#excuse(banned)
          this.#conduct.onBan(by, banned, reason)
        },
      },
    })
  }

  #createNode(randomness: Randomness, index: number): SimulatedNode {
    const key = this.#keys[index]!
    const plan = this.#plan
    const behaviour = plan.byzantine.get(key)
    const disguise =
      behaviour === undefined
        ? undefined
        : disguiseOf(behaviour, {
            key,
            chain: this.#chain,
            random: randomness.of(`byzantine ${index}`),
            epochOf: (epoch) => this.#epochOf(epoch),
          })
    return createSimulatedNode({
      index,
      key,
      queue: this.#queue,
      randomness,
      network: this.#network,
      chain: this.#chain,
      events: this.#nodeEvents(),
      diskFaults: { syncMsMax: plan.syncMsMax, isSyncBroken: false, isFull: false, failures: 0 },
      clockFaults: { rate: plan.clockRates[index] ?? 1, wallOffsetMs: 0 },
      executionFaults: {
        delayMsMax: plan.executionMsMax,
        failShare: plan.buildFailShare,
        commitMsMax: Math.min(20, plan.syncMsMax),
        intervalMs: plan.intervalMs,
      },
      boundsDivisor: plan.boundsDivisor,
      isKeyShared: behaviour === 'twin',
      onOperation: (_, __, when) => this.#passPoint(index, when),
      ...(disguise === undefined ? {} : { disguise }),
    })
  }

  #createSchedule(networkFaults: NetworkFaults): ScheduleOptions {
    return {
      queue: this.#queue,
      network: this.#network,
      networkFaults,
      nodes: this.#nodes,
      plan: this.#plan,
      onWipe: (node, wipe) => {
        if (wipe === 'disk') this.#ledger.onWipe(node)
        if (wipe !== 'wal' && this.#nodes[node]!.height() === 0) this.#distrust(node)
      },
      onBitFlip: (node, flipped) => {
        this.#say(node, `bit flipped in ${flipped.name}`)
        this.#forgotten.onBitFlip(this.#keys[node]!, flipped)
      },
      onHeal: () => {
        for (const node of this.#nodes) node.executionFaults.failShare = 0
        for (const node of this.#nodes) node.executionFaults.delayMsMax = Math.min(node.executionFaults.delayMsMax, 200)
        this.#liveness.heal(this.#queue.nowMs())
      },
      say: (node, what) => this.#say(node, what),
    }
  }

  /** Each is passed twice, before and after; a node that dies after its send has sent it. */
  #passPoint(node: number, when: 'before' | 'after'): void {
    if (when === 'before') this.#points += 1
    const { point, mode } = this.#crashAt ?? {}
    if (point === undefined || point !== this.#points || this.#isCrashed) return
    if ((mode === 'before') !== (when === 'before')) return
    this.#isCrashed = true
    this.#say(node, `crash ${mode} point ${point}`)
    this.#nodes[node]!.crash(mode === 'killed')
    this.#queue.at(this.#queue.nowMs() + RESTART_MS, undefined, () => this.#nodes[node]!.start())
  }

  #isForgotten(epoch: number, view: number, signer: number): boolean {
    const key = this.#chain.keyAt(epoch, signer)
    const epochHere = this.#epochOf(epoch)
    return key !== undefined && epochHere !== undefined && this.#forgotten.isForgotten(key, epochHere.epochHash, view)
  }

  /** Stopped or banned for a vote that it could not know of: peers are right to, and it takes no part any more. */
  #excuse(node: number): void {
    if (this.#forgotten.has(this.#keys[node]!)) this.#distrust(node)
  }

  #distrust(node: number): void {
    this.#forgetful.add(this.#keys[node]!)
    this.#chain.judgeAnew()
  }

  #say(node: number, what: string): void {
    this.#trace.note(this.#queue.nowMs(), node, what)
  }

  #nodeEvents(): NodeEvents {
    return {
      onCommit: (node, height, block, stateHash) => this.#onCommit(node, height, block, stateHash),
      onEvidence: this.#conduct.onEvidence,
      onStop: (node, reason, isDisk) => {
        this.#say(node, `stops: ${reason}`)
        if (isDisk) superviseStop(this.#schedule, node)
        else this.#excuse(node)
        this.#conduct.onStop(node, reason, isDisk)
      },
      onRestart: (node, height, hash) => {
        if (this.#isHonest(node)) this.#ledger.onRestart(node, height, hash)
      },
      log: (node, line) => this.#say(node, line),
    }
  }

  #onCommit(node: number, height: number, { candidate, finalization }: FinalizedCandidate, stateHash: string): void {
    const { epoch } = finalization
    const blockHash = toHex(candidate.blockHash)
    this.#say(node, `commits ${height}`)
    if (!this.#isHonest(node)) return
    const epochHere = this.#epochOf(epoch)
    if (epochHere === undefined) return this.#report('I1', `node ${node} committed ${height} of unknown epoch ${epoch}`)
    const id = toHex(candidateId(this.#chain.context, epochHere.epochHash, candidate))
    const { view, parentView } = candidate
    this.#ledger.onCommit(node, { height, epoch, view, parentView, id, blockHash, stateHash })
    if (!this.#hashAt.has(height)) this.#hashAt.set(height, blockHash)
  }
}
