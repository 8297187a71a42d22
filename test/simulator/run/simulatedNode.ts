/** A node of a run: a disk and a chain that outlive its processes, and the process of the moment with the real host. */
import { BOUNDS } from '../../../consensus/bounds.ts'
import type { Conflict } from '../../../consensus/step.ts'
import { timingOf } from '../../../consensus/timers.ts'
import { createAgreement } from '../../../node/agreement/agreement.ts'
import type { FinalizedCandidate } from '../../../node/agreement/ports.ts'
import type { Agreement } from '../../../node/agreement/surface.ts'
import type { Network } from '../../../p2p/surface.ts'
import type { ExecutionFaults } from '../standIns/nodeChain.ts'
import type { EventQueue, Process } from '../world/eventQueue.ts'
import type { Randomness } from '../world/randomness.ts'
import { type ClockFaults, createVirtualClock } from '../world/virtualClock.ts'
import { createVirtualDisk, type DiskFaults, type VirtualDisk, type VirtualDiskOptions } from '../world/virtualDisk.ts'
import type { VirtualNetwork } from '../world/virtualNetwork.ts'
import type { SimulatedChain } from './simulatedChain.ts'

const BODY_BYTES_MAX = 600_000

export interface NodeEvents {
  onCommit(node: number, height: number, block: FinalizedCandidate, stateHash: string): void
  onEvidence(node: number, epoch: number, conflict: Conflict): void
  /** Its agreement stands still; `isDisk`: since its disk failed, as a disk may. */
  onStop(node: number, reason: string, isDisk: boolean): void
  onRestart(node: number, height: number, hash: string): void
  log(node: number, line: string): void
}

export interface NodeOptions {
  readonly index: number
  readonly key: number
  readonly queue: EventQueue
  readonly randomness: Randomness
  readonly network: VirtualNetwork
  readonly chain: SimulatedChain
  readonly events: NodeEvents
  readonly diskFaults: DiskFaults
  readonly clockFaults: ClockFaults
  readonly executionFaults: ExecutionFaults
  readonly boundsDivisor: number
  readonly isKeyShared: boolean
  /** What a Byzantine node does to what it says. */
  readonly disguise?: (network: Network) => Network
  readonly onOperation?: VirtualDiskOptions['onOperation']
}

export interface SimulatedNode {
  readonly index: number
  readonly key: number
  readonly disk: VirtualDisk
  readonly diskFaults: DiskFaults
  readonly clockFaults: ClockFaults
  readonly executionFaults: ExecutionFaults
  /** Undefined while it is down. */
  agreement(): Agreement | undefined
  height(): number
  start(): void
  /** SIGKILL, or a power loss. */
  crash(isProcessOnly: boolean): void
  pause(untilMs: number): void
  /** Its chain is gone too. */
  wipeChain(): void
}

function divided<T extends { readonly [name in keyof T]: number }>(bounds: T, divisor: number): T {
  const cut = (bound: number) => Math.max(1, Math.floor(bound / divisor))
  return Object.fromEntries(Object.entries<number>(bounds).map(([name, bound]) => [name, cut(bound)])) as T
}

export function createSimulatedNode(options: NodeOptions): SimulatedNode {
  const { index, key, queue, randomness, network, chain, events, diskFaults, clockFaults } = options
  const disk = createVirtualDisk({
    queue,
    random: randomness.of(`disk ${index}`),
    faults: diskFaults,
    ...(options.onOperation === undefined ? {} : { onOperation: options.onOperation }),
  })
  const choice = randomness.of(`choice ${index}`)
  const nodeChain = chain.createNodeChain({
    index,
    random: randomness.of(`execution ${index}`),
    faults: options.executionFaults,
    onCommit: (height, block, stateHash) => events.onCommit(index, height, block, stateHash),
  })
  let life: { readonly process: Process; readonly agreement: Agreement } | undefined

  const begin = () => {
    if (life !== undefined) return
    const process: Process = { isAlive: true, pausedUntilMs: 0 }
    const clock = createVirtualClock(queue, process, clockFaults)
    const hands = network.attach(index, process)
    const failuresBefore = diskFaults.failures
    const stopped = (reason: string) => {
      if (process.isAlive) events.onStop(index, reason, diskFaults.failures > failuresBefore)
    }
    const execution = nodeChain.open({ clock, isAlive: () => process.isAlive })
    const { height, hash } = execution.head()
    events.onRestart(index, height, hash)
    const agreement = createAgreement({
      chain: chain.context,
      params: {
        blockIntervalMs: options.executionFaults.intervalMs,
        epochBlocks: chain.epochBlocks,
        bodyBytesMax: BODY_BYTES_MAX,
      },
      clock,
      disk: disk.mount(process),
      network: options.disguise?.(hands) ?? hands,
      execution,
      bls: chain.keys.bls,
      blsSecret: chain.keys.secretOf(key),
      random: () => choice.u32() / 2 ** 32,
      mayForgetVotes: false,
      log: (line) => events.log(index, line),
      onFinal: () => {},
      onEvidence: (epoch, conflict) => events.onEvidence(index, epoch, conflict),
      onAttestation: () => {},
      onStop: stopped,
      onTransaction: async () => 'ignore',
      epochFrom: chain.epochFrom,
      bounds: divided(BOUNDS, options.boundsDivisor),
      hostBounds: divided(chain.hostBounds, options.boundsDivisor),
      timing: timingOf(options.executionFaults.intervalMs),
      isKeyShared: options.isKeyShared,
    })
    life = { process, agreement }
    agreement.start().catch((error: Error) => stopped(`start: ${error.message}`))
  }

  return {
    index,
    key,
    disk,
    diskFaults,
    clockFaults,
    executionFaults: options.executionFaults,
    agreement: () => life?.agreement,
    height: nodeChain.height,
    start() {
      if (life === undefined) queue.at(queue.nowMs(), undefined, begin)
    },
    crash(isProcessOnly) {
      if (life === undefined) return
      life.process.isAlive = false
      life = undefined
      network.detach(index)
      disk.crash(isProcessOnly)
    },
    pause(untilMs) {
      if (life !== undefined) life.process.pausedUntilMs = untilMs
    },
    wipeChain: nodeChain.wipe,
  }
}
