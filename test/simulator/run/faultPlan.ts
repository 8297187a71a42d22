/** What goes wrong in a run, drawn before it starts: one stream of randomness for each kind (testing.md §2). */
import type { Random } from '../../fuzz/random.ts'
import type { PowerShape } from '../standIns/validatorPool.ts'
import type { Randomness } from '../world/randomness.ts'
import type { NetworkFaults } from '../world/virtualNetwork.ts'

export type Behaviour = 'twin' | 'doubleVoter' | 'badLeader' | 'silent' | 'junk' | 'falseHeights'
export type Wipe = 'wal' | 'signer' | 'both' | 'disk'

export interface Partition {
  readonly fromMs: number
  readonly untilMs: number
  /** Nodes on one side. */
  readonly side: ReadonlySet<number>
  /** Only what this side sends is lost. */
  readonly isOneWay: boolean
}
export interface Clog {
  readonly fromMs: number
  readonly untilMs: number
  readonly from: number
  readonly to: number
}
export interface Crash {
  readonly node: number
  readonly atMs: number
  readonly restartMs: number
  /** The system goes on: all that was written reaches the disk. */
  readonly isProcessOnly: boolean
  readonly wipe: Wipe | undefined
  readonly isBitFlipped: boolean
}
export interface NodeMoment {
  readonly node: number
  readonly atMs: number
}
export interface Pause extends NodeMoment {
  readonly untilMs: number
}

export interface FaultPlan {
  readonly network: NetworkFaults
  readonly partitions: readonly Partition[]
  readonly clogs: readonly Clog[]
  readonly crashes: readonly Crash[]
  readonly pauses: readonly Pause[]
  /** Local milliseconds per virtual one, by node. */
  readonly clockRates: readonly number[]
  readonly wallJumps: readonly (NodeMoment & { readonly offsetMs: number })[]
  /** The node whose clock may be far off, where that matters. */
  readonly wrongClock?: number | undefined
  readonly syncMsMax: number
  readonly syncErrors: readonly NodeMoment[]
  readonly fullDisks: readonly Pause[]
  readonly executionMsMax: number
  readonly buildFailShare: number
  /** By key number. */
  readonly byzantine: ReadonlyMap<number, Behaviour>
  readonly powerShape: PowerShape
  readonly epochBlocks: number
  readonly replacedShare: number
  /** All bounds are divided by it. */
  readonly boundsDivisor: number
  /** Between blocks. */
  readonly intervalMs: number
  /** Faults stop here. */
  readonly healMs: number
}

/** Which kinds a run may draw; `commit` is what every change is tested with. */
export const FAULT_SETS = {
  none: [],
  commit: ['delay', 'lightLoss', 'oneCrash', 'powers', 'epochs', 'sync'],
  network: ['delay', 'loss', 'partition', 'clog', 'powers'],
  crash: ['delay', 'crash', 'pause', 'sync', 'disk', 'powers', 'epochs'],
  wipe: ['delay', 'crash', 'wipe', 'powers', 'epochs'],
  execution: ['delay', 'loss', 'execution', 'powers', 'epochs'],
  byzantine: ['delay', 'lightLoss', 'byzantine', 'powers', 'epochs'],
  all: [
    'delay',
    'loss',
    'partition',
    'clog',
    'crash',
    'pause',
    'clock',
    'sync',
    'disk',
    'wipe',
    'execution',
    'byzantine',
    'powers',
    'epochs',
    'bounds',
  ],
} as const
export type FaultSet = keyof typeof FAULT_SETS
/** Sets change in such a run, so nodes stand by. */
export function hasEpochs(faults: FaultSet): boolean {
  const kinds: readonly FaultKind[] = FAULT_SETS[faults]
  return kinds.includes('epochs')
}

type FaultKind = (typeof FAULT_SETS)[FaultSet][number]

export interface PlanOptions {
  readonly randomness: Randomness
  /** Members of a set; nodes of one key each, standbys included. */
  readonly members: number
  readonly nodes: number
  readonly faults: FaultSet
  readonly safetyMs: number
}

const BEHAVIOURS: readonly Behaviour[] = ['twin', 'doubleVoter', 'badLeader', 'silent', 'junk', 'falseHeights']
const WIPES: readonly Wipe[] = ['wal', 'signer', 'both', 'disk']

/** Powers of sets follow later; here only the number of faulty keys is bounded, and the pool bounds their power. */
export function drawPlan({ randomness, members, nodes, faults, safetyMs }: PlanOptions): FaultPlan {
  const kinds: readonly FaultKind[] = FAULT_SETS[faults]
  const has = (kind: FaultKind) => kinds.includes(kind)
  const times = (random: Random, most: number, isDrawn: boolean) =>
    Array.from({ length: isDrawn ? random.int(0, most) : 0 })
  const byzantine = has('byzantine') ? drawByzantine(randomness.of('byzantine'), members) : new Map<number, Behaviour>()
  const spareFaulty = Math.floor((members - 1) / 3) - byzantine.size
  const powers = randomness.of('powers')
  const epochs = randomness.of('epochs')
  const sync = randomness.of('sync')
  const execution = randomness.of('execution')
  const clock = randomness.of('clock')
  const all = Array.from({ length: nodes }, (_, node) => node)
  const moment = (random: Random) => ({ node: random.int(0, nodes - 1), atMs: random.int(0, safetyMs) })
  return {
    network: drawNetwork(randomness.of('delay'), has),
    partitions: times(randomness.of('partition'), 3, has('partition')).map(() =>
      drawPartition(randomness.of('partition'), nodes, safetyMs),
    ),
    clogs: times(randomness.of('clog'), nodes, has('clog')).map(() => drawClog(randomness.of('clog'), nodes, safetyMs)),
    crashes: drawCrashes(randomness, { nodes, safetyMs, has, spareFaulty }),
    pauses: times(randomness.of('pause'), nodes, has('pause')).map(() => {
      const random = randomness.of('pause')
      const { node, atMs } = moment(random)
      return { node, atMs, untilMs: Math.min(safetyMs, atMs + random.int(10, 60_000)) }
    }),
    clockRates: all.map(() => (has('clock') ? 1 + random01(clock, -0.01, 0.01) : 1)),
    wallJumps: times(clock, nodes, has('clock')).map(() => ({
      ...moment(clock),
      offsetMs: clock.int(-3_600_000, 3_600_000),
    })),
    syncMsMax: has('sync') ? sync.pick([0, 2, 10, 100, 1_000]) : 0,
    syncErrors: times(randomness.of('disk'), 1, has('disk')).map(() => moment(randomness.of('disk'))),
    fullDisks: times(randomness.of('disk'), 1, has('disk')).map(() => {
      const random = randomness.of('disk')
      const { node, atMs } = moment(random)
      return { node, atMs, untilMs: atMs + random.int(1_000, 30_000) }
    }),
    executionMsMax: has('execution') ? execution.pick([0, 50, 500, 4_000, 12_000]) : 0,
    buildFailShare: has('execution') && execution.oneIn(3) ? random01(execution, 0, 1) : 0,
    byzantine,
    powerShape: has('powers') ? powers.pick(['equal', 'random', 'oneJustBelowThird']) : 'equal',
    epochBlocks: has('epochs') ? epochs.int(8, 64) : 3_600,
    replacedShare: has('epochs') ? random01(epochs, 0, 0.5) : 0,
    boundsDivisor: has('bounds') ? randomness.of('bounds').int(1, 16) : 1,
    intervalMs: randomness.of('interval').pick([200, 500, 1_000]),
    healMs: safetyMs,
  }
}

/** Two of them differ by less than a block may be ahead (consensus.md §6). */
const STEADY_MS = 1_000

/**
 * What a run of the real engine can take. Sets stay: staking decides on them, and nobody stakes or leaves. One node's
 * clock may be an hour off, and its power counts as faulty: with more, the chain stands still until clocks agree, since
 * blocks must not be ahead of a quorum's and leaders wait for their parents' time (consensus.md R3, §6).
 */
export function planForReal(plan: FaultPlan): FaultPlan {
  const wrongClock = plan.wallJumps[0]?.node
  const wallJumps = plan.wallJumps.map((jump) =>
    jump.node === wrongClock ? jump : { ...jump, offsetMs: jump.offsetMs % STEADY_MS },
  )
  return { ...plan, replacedShare: 0, wallJumps, wrongClock }
}

function random01(random: Random, least: number, most: number): number {
  return least + (random.u32() / 2 ** 32) * (most - least)
}

function drawByzantine(random: Random, members: number): Map<number, Behaviour> {
  const count = random.int(0, Math.floor((members - 1) / 3))
  const keys = Array.from({ length: members }, (_, key) => key)
  return new Map(
    Array.from({ length: count }, () => [keys.splice(random.int(0, keys.length - 1), 1)[0]!, random.pick(BEHAVIOURS)]),
  )
}

function drawNetwork(random: Random, has: (kind: FaultKind) => boolean): NetworkFaults {
  const delayMsMin = has('delay') ? random.int(1, 50) : 5
  const lossMost = has('loss') ? 0.3 : has('lightLoss') ? 0.1 : 0
  return {
    delayMsMin,
    delayMsMax: has('delay') ? random.int(delayMsMin, random.pick([60, 150, 300])) : 15,
    tailShare: has('loss') && random.oneIn(2) ? random01(random, 0, 0.05) : 0,
    lossShare: random.oneIn(3) ? 0 : random01(random, 0, lossMost),
    duplicateShare: random.oneIn(2) ? 0 : random01(random, 0, has('loss') ? 0.3 : lossMost),
  }
}

function drawPartition(random: Random, nodes: number, safetyMs: number): Partition {
  const fromMs = random.int(0, safetyMs)
  const members = Array.from({ length: nodes }, (_, node) => node).filter(() => random.oneIn(2))
  return {
    fromMs,
    untilMs: Math.min(safetyMs, fromMs + random.int(100, 60_000)),
    side: new Set(members),
    isOneWay: random.oneIn(2),
  }
}

function drawClog(random: Random, nodes: number, safetyMs: number): Clog {
  const fromMs = random.int(0, safetyMs)
  const [from, to] = [random.int(0, nodes - 1), random.int(0, nodes - 1)]
  return { fromMs, untilMs: Math.min(safetyMs, fromMs + random.int(100, 5_000)), from, to }
}

interface CrashOptions {
  readonly nodes: number
  readonly safetyMs: number
  readonly has: (kind: FaultKind) => boolean
  /** Nodes that may lose their memory for good. */
  readonly spareFaulty: number
}

function drawCrashes(randomness: Randomness, { nodes, safetyMs, has, spareFaulty }: CrashOptions): Crash[] {
  const random = randomness.of('crash')
  const wipe = randomness.of('wipe')
  const disk = randomness.of('disk crash')
  const doomed = new Set<number>()
  const draw = (node: number): Crash => {
    const atMs = random.int(0, safetyMs - 1)
    const mayLose = has('wipe') && (doomed.has(node) || doomed.size < spareFaulty) && wipe.oneIn(3)
    if (mayLose) doomed.add(node)
    const isBitFlipped = mayLose && has('disk') && disk.oneIn(4)
    return {
      node,
      atMs,
      restartMs: Math.min(safetyMs, atMs + random.pick([50, random.int(50, 2_000), random.int(50, 60_000)])),
      isProcessOnly: random.oneIn(3),
      wipe: mayLose && !isBitFlipped ? wipe.pick(WIPES) : undefined,
      isBitFlipped,
    }
  }
  if (has('oneCrash')) return random.oneIn(2) ? [draw(random.int(0, nodes - 1))] : []
  if (!has('crash')) return []
  return Array.from({ length: nodes }, (_, node) => node)
    .flatMap((node) => Array.from({ length: random.pick([0, 0, 1, 1, 2, 4]) }, () => draw(node)))
    .sort((a, b) => a.atMs - b.atMs)
}

/** How many faults of each kind a plan holds, for the closing line. */
export function countFaults(plan: FaultPlan): Record<string, number> {
  const of = (isThere: boolean | number) => Number(isThere)
  const behaviours = Object.fromEntries(
    BEHAVIOURS.map((name) => [name, [...plan.byzantine.values()].filter((own) => own === name).length]),
  )
  return {
    partition: plan.partitions.length,
    clog: plan.clogs.length,
    crash: plan.crashes.length,
    wipe: plan.crashes.filter(({ wipe }) => wipe !== undefined).length,
    bitFlip: plan.crashes.filter(({ isBitFlipped }) => isBitFlipped).length,
    pause: plan.pauses.length,
    wallJump: plan.wallJumps.length,
    syncError: plan.syncErrors.length,
    fullDisk: plan.fullDisks.length,
    slowExecution: of(plan.executionMsMax > 0),
    failingBuilds: of(plan.buildFailShare > 0),
    smallBounds: of(plan.boundsDivisor > 1),
    ...behaviours,
  }
}
