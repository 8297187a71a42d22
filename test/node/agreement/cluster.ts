/** Nodes of agreement in one process, in virtual time, over the simulator's disk and network: started, crashed, wiped. */

import { createAgreement } from '../../../node/agreement/agreement.ts'
import type { FinalizedCandidate } from '../../../node/agreement/ports.ts'
import type { Agreement } from '../../../node/agreement/surface.ts'
import type { Network } from '../../../p2p/surface.ts'
import { toHex } from '../../../primitives/bytes.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'
import { createRandom } from '../../fuzz/random.ts'
import { secretOf, taggedBls } from '../../simulator/standIns/taggedBls.ts'
import { validatorOf } from '../../simulator/standIns/validatorPool.ts'
import { createEventQueue, type Process, quiet } from '../../simulator/world/eventQueue.ts'
import { createRandomness } from '../../simulator/world/randomness.ts'
import { createTrace } from '../../simulator/world/trace.ts'
import { createVirtualClock } from '../../simulator/world/virtualClock.ts'
import { createVirtualDisk, type VirtualDiskOptions } from '../../simulator/world/virtualDisk.ts'
import { createVirtualNetwork } from '../../simulator/world/virtualNetwork.ts'
import { createPlainChain } from './plainChain.ts'

const GENESIS_HASH = new Uint8Array(32).fill(7)

export interface ClusterOptions {
  readonly nodes: number
  readonly epochBlocks?: number
  /** Key numbers of each epoch's members; all nodes unless given. */
  readonly membersOf?: (epoch: number) => readonly number[]
  readonly mayForgetVotes?: boolean
  /** Stands between a node and its network. */
  readonly disguise?: (node: number, network: Network) => Network
  readonly onDisk?: VirtualDiskOptions['onOperation']
}

export function createCluster(options: ClusterOptions) {
  const { nodes: count, epochBlocks = 3_600 } = options
  const all = Array.from({ length: count }, (_, i) => i)
  const members = options.membersOf ?? (() => all)
  const setOf = (epoch: number): ValidatorSet => members(epoch).map((number) => validatorOf(number, 1n))
  const queue = createEventQueue()
  const log: string[] = []
  const network = createVirtualNetwork({
    queue,
    random: createRandomness(1).of('network'),
    trace: createTrace(),
    faults: { delayMsMin: 2, delayMsMax: 6, tailShare: 0, lossShare: 0, duplicateShare: 0 },
    peerIds: all.map((i) => toHex(validatorOf(i, 1n).p2pKey)),
    peerIdOf: (key) => toHex(key),
    tap: { onSend() {}, onPublish() {}, onBan: (by, banned, reason) => log.push(`${by} bans ${banned}: ${reason}`) },
  })
  const createNode = (i: number) => {
    const diskFaults = { syncMsMax: 1, isSyncBroken: false, isFull: false, failures: 0 }
    const disk = createVirtualDisk({
      queue,
      random: createRandom(i, 1),
      faults: diskFaults,
      ...(options.onDisk === undefined ? {} : { onOperation: options.onDisk }),
    })
    const blocks: FinalizedCandidate[] = []
    const random = createRandom(i, 2)
    let process: Process = { isAlive: false, pausedUntilMs: 0 }
    let agreement: Agreement | undefined
    const start = () => {
      process = { isAlive: true, pausedUntilMs: 0 }
      const own = process
      const clock = createVirtualClock(queue, own, { rate: 1, wallOffsetMs: 0 })
      const attached = network.attach(i, own)
      agreement = createAgreement({
        chain: { chainId: 1n, genesisHash: GENESIS_HASH },
        params: { blockIntervalMs: 100, epochBlocks, bodyBytesMax: 600_000 },
        clock,
        disk: disk.mount(own),
        network: options.disguise?.(i, attached) ?? attached,
        execution: createPlainChain({
          blocks,
          genesisHash: GENESIS_HASH,
          intervalMs: 100,
          setOf,
          salt: random.u32,
          after: clock.after,
        }),
        bls: taggedBls,
        blsSecret: secretOf(i),
        random: () => random.u32() / 2 ** 32,
        mayForgetVotes: options.mayForgetVotes ?? false,
        log: (line) => log.push(`${i}: ${line}`),
        onFinal() {},
        onEvidence: (_, conflict) => log.push(`${i} evidence: ${conflict.kind}`),
        onAttestation: (epoch, signer, bytes) => log.push(`${i} attestation ${epoch} ${signer} ${bytes[0]}`),
        onStop: (reason) => log.push(`${i} stops: ${reason}`),
        onTransaction: async () => 'ignore',
      })
      agreement.start().catch((error: Error) => log.push(`${i} fails: ${error.message}`))
    }
    return {
      start,
      disk,
      diskFaults,
      blocks,
      agreement: () => agreement!,
      height: () => Math.max(0, blocks.length - 1),
      isAlive: () => process.isAlive,
      /** Power loss, unless only the process dies. */
      crash(isProcessOnly = false) {
        process.isAlive = false
        network.detach(i)
        disk.crash(isProcessOnly)
      },
    }
  }
  const nodes = all.map(createNode)
  return {
    nodes,
    log,
    network,
    queue,
    /** Until it holds, but no longer than `withinMs` of virtual time; says whether it does. */
    async until(isDone: () => boolean, withinMs = 60_000): Promise<boolean> {
      const endMs = queue.nowMs() + withinMs
      await quiet()
      while (!isDone() && queue.nowMs() < endMs) if (!(await queue.step())) break
      return isDone()
    },
  }
}

export type Cluster = ReturnType<typeof createCluster>

/** Hashes of the blocks that all of the nodes have, once each height has one. */
export function commonHeight(cluster: Cluster): number {
  const heights = cluster.nodes.map(({ height }) => height())
  const least = Math.min(...heights)
  for (let height = 1; height <= least; height++) {
    const hashes = new Set(cluster.nodes.map(({ blocks }) => toHex(blocks[height]!.candidate.blockHash)))
    if (hashes.size > 1) throw new Error(`two blocks at height ${height}`)
  }
  return least
}
