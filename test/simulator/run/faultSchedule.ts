/** Puts a run's plan onto its clock: when what breaks, and when all is mended. */
import type { EventQueue } from '../world/eventQueue.ts'
import type { FlippedBit } from '../world/virtualDisk.ts'
import type { NetworkFaults, VirtualNetwork } from '../world/virtualNetwork.ts'
import type { Crash, FaultPlan, Wipe } from './faultPlan.ts'
import type { SimulatedNode } from './simulatedNode.ts'

/** Whoever watches a process starts it again. */
const SUPERVISOR_MS = 1_000

export interface ScheduleOptions {
  readonly queue: EventQueue
  readonly network: VirtualNetwork
  readonly networkFaults: NetworkFaults
  readonly nodes: readonly SimulatedNode[]
  readonly plan: FaultPlan
  readonly onWipe: (node: number, wipe: Wipe) => void
  readonly onBitFlip: (node: number, flipped: FlippedBit) => void
  readonly onHeal: () => void
  readonly say: (node: number, what: string) => void
}

/** What a wipe takes of agreement's folder, by file names. */
const isDoomed = {
  wal: (name: string) => name.startsWith('wal'),
  signer: (name: string) => name.startsWith('signer'),
  both: (name: string) => name.startsWith('wal') || name.startsWith('signer'),
  disk: () => true,
} as const

export function scheduleFaults(options: ScheduleOptions): void {
  const { queue, network, nodes, plan, say } = options
  const at = (atMs: number, run: () => void) => queue.at(atMs, undefined, run)
  const cut = (side: ReadonlySet<number>, isOneWay: boolean, isOpen: boolean) => {
    for (const from of nodes.keys())
      for (const to of nodes.keys()) {
        const isCut = isOneWay ? side.has(from) && !side.has(to) : side.has(from) !== side.has(to)
        if (isCut) network.setOpen(from, to, isOpen)
      }
  }
  for (const { fromMs, untilMs, side, isOneWay } of plan.partitions) {
    at(fromMs, () => {
      say(-1, `partition${isOneWay ? ' one way' : ''}: ${[...side]}`)
      cut(side, isOneWay, false)
    })
    at(untilMs, () => cut(side, isOneWay, true))
  }
  for (const { fromMs, untilMs, from, to } of plan.clogs) at(fromMs, () => network.clog(from, to, untilMs))
  for (const crash of plan.crashes) at(crash.atMs, () => crashNode(options, crash))
  for (const { node, atMs, untilMs } of plan.pauses) at(atMs, () => nodes[node]!.pause(untilMs))
  for (const { node, atMs, offsetMs } of plan.wallJumps)
    at(atMs, () => {
      nodes[node]!.clockFaults.wallOffsetMs = offsetMs
    })
  for (const { node, atMs } of plan.syncErrors)
    at(atMs, () => {
      nodes[node]!.diskFaults.isSyncBroken = true
    })
  for (const { node, atMs, untilMs } of plan.fullDisks) {
    at(atMs, () => {
      nodes[node]!.diskFaults.isFull = true
    })
    at(untilMs, () => {
      nodes[node]!.diskFaults.isFull = false
    })
  }
  at(plan.healMs, () => heal(options))
}

function crashNode({ queue, nodes, onWipe, onBitFlip, say }: ScheduleOptions, crash: Crash): void {
  const node = nodes[crash.node]!
  if (node.agreement() === undefined) return
  say(crash.node, `crash${crash.wipe === undefined ? '' : `, wiped ${crash.wipe}`}`)
  node.crash(crash.isProcessOnly)
  if (crash.wipe !== undefined) {
    node.disk.wipe(isDoomed[crash.wipe])
    if (crash.wipe === 'disk') node.wipeChain()
    onWipe(crash.node, crash.wipe)
  }
  if (crash.isBitFlipped) {
    const flipped = node.disk.flipBit(() => true)
    if (flipped !== undefined) onBitFlip(crash.node, flipped)
  }
  queue.at(crash.restartMs, undefined, () => node.start())
}

/** After its agreement stopped with its disk, a process ends and is started again. */
export function superviseStop({ queue, nodes, say }: ScheduleOptions, index: number): void {
  const node = nodes[index]!
  say(index, 'stopped with its disk')
  queue.at(queue.nowMs(), undefined, () => {
    node.crash(true)
    queue.at(queue.nowMs() + SUPERVISOR_MS, undefined, () => node.start())
  })
}

/** Loss of at most 5 %, delays of at most 300 ms, every node up, every link open (testing.md §2). */
function heal({ network, networkFaults, nodes, onHeal, say }: ScheduleOptions): void {
  say(-1, 'healed')
  networkFaults.lossShare = Math.min(networkFaults.lossShare, 0.05)
  networkFaults.delayMsMax = Math.min(networkFaults.delayMsMax, 300)
  networkFaults.tailShare = 0
  for (const from of nodes.keys()) for (const to of nodes.keys()) network.setOpen(from, to, true)
  for (const node of nodes) {
    node.clockFaults.wallOffsetMs = 0
    node.diskFaults.isFull = false
    node.diskFaults.isSyncBroken = false
    node.diskFaults.syncMsMax = Math.min(node.diskFaults.syncMsMax, 20)
    node.pause(0)
    node.start()
  }
  network.forgetBans()
  onHeal()
}
