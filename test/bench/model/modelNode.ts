/** A validator of a model: the real host and core, whose cryptography, disk and blocks take the time that was measured. */
import { timingOf } from '../../../consensus/timers.ts'
import { createAgreement } from '../../../node/agreement/agreement.ts'
import type { Clock, Disk, Execution } from '../../../node/agreement/ports.ts'
import type { Agreement, FinalNotice } from '../../../node/agreement/surface.ts'
import { createPace } from '../../../node/execution/pace.ts'
import type { Network } from '../../../p2p/surface.ts'
import type { Bls } from '../../../primitives/bls.ts'
import type { SimulatedChain } from '../../simulator/run/simulatedChain.ts'
import { secretOf, taggedBls } from '../../simulator/standIns/taggedBls.ts'
import type { EventQueue } from '../../simulator/world/eventQueue.ts'
import type { Randomness } from '../../simulator/world/randomness.ts'
import { WALL_START_MS } from '../../simulator/world/virtualClock.ts'
import { createVirtualDisk } from '../../simulator/world/virtualDisk.ts'
import type { Costs } from './costs.ts'
import type { Processor } from './processor.ts'

const BODY_BYTES_MAX = 600_000

export interface Header {
  readonly height: number
  readonly timestampS: number
}

export interface ModelNodeOptions {
  readonly index: number
  readonly queue: EventQueue
  readonly randomness: Randomness
  readonly processor: Processor
  readonly network: Network
  readonly chain: SimulatedChain
  readonly costs: Costs
  readonly intervalMs: number
  /** By block hash, of all nodes: what the header of a real block says. */
  readonly headers: Map<string, Header>
  readonly onFinal: (final: FinalNotice) => void
}

export function createModelNode(options: ModelNodeOptions): Agreement {
  const { index, processor, network, chain, costs, intervalMs, randomness } = options
  const clock = clockOf(processor)
  const choice = randomness.of(`choice ${index}`)
  const stop = (reason: string) => {
    throw new Error(`node ${index} of the model stops: ${reason}`)
  }
  return createAgreement({
    chain: chain.context,
    params: { blockIntervalMs: intervalMs, epochBlocks: chain.epochBlocks, bodyBytesMax: BODY_BYTES_MAX },
    clock,
    disk: slowDisk(options, clock),
    network: {
      ...network,
      listen: (events) =>
        network.listen({
          ...events,
          message(peer, frame) {
            processor.spend('core', costs.stepMs)
            events.message(peer, frame)
          },
        }),
    },
    execution: slowExecution(options, clock),
    bls: slowBls(processor, costs),
    blsSecret: secretOf(index),
    random: () => choice.u32() / 2 ** 32,
    mayForgetVotes: false,
    log: () => {},
    onFinal: options.onFinal,
    onEvidence: () => stop('evidence'),
    onAttestation: () => {},
    onStop: stop,
    onTransaction: async () => 'ignore',
    timing: timingOf(intervalMs),
  })
}

function clockOf(processor: Processor): Clock {
  return {
    nowMs: processor.nowMs,
    wallMs: () => Math.floor(WALL_START_MS + processor.nowMs()),
    after(delayMs, run) {
      let isCancelled = false
      processor.at(processor.nowMs() + delayMs, () => {
        if (!isCancelled) run()
      })
      return () => {
        isCancelled = true
      }
    },
  }
}

const waitOf = (clock: Clock) => (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))

/** Only fsync takes time, and no processor. */
function slowDisk({ index, queue, randomness, costs: { syncMs } }: ModelNodeOptions, clock: Clock): Disk {
  const faults = { syncMsMax: 0, isSyncBroken: false, isFull: false, failures: 0 }
  const disk = createVirtualDisk({ queue, random: randomness.of(`disk ${index}`), faults }).mount({
    isAlive: true,
    pausedUntilMs: 0,
  })
  const wait = waitOf(clock)
  return {
    ...disk,
    async open(name, sizeBytes) {
      const file = await disk.open(name, sizeBytes)
      return {
        get sizeBytes() {
          return file.sizeBytes
        },
        append: file.append,
        sync: () => wait(syncMs).then(file.sync),
        close: file.close,
      }
    },
    syncFolder: () => wait(syncMs).then(disk.syncFolder),
  }
}

function slowBls(processor: Processor, costs: Costs): Bls {
  return {
    publicKey: taggedBls.publicKey,
    sign(secret, hash) {
      processor.spend('crypto', costs.signMs)
      return taggedBls.sign(secret, hash)
    },
    aggregate(signatures) {
      processor.spend('crypto', signatures.length * costs.aggregateMs)
      return taggedBls.aggregate(signatures)
    },
    verify(keys, hash, signature) {
      processor.spend('crypto', costs.verifyMs + keys.length * costs.verifySignerMs)
      return taggedBls.verify(keys, hash, signature)
    },
  }
}

/** The stand-in's blocks, started by the pace of a real leader, at the price of empty real ones. */
function slowExecution(options: ModelNodeOptions, clock: Clock): Execution {
  const { index, processor, chain, costs, headers, randomness } = options
  const nodeChain = chain.createNodeChain({
    index,
    random: randomness.of(`execution ${index}`),
    faults: { delayMsMax: 0, failShare: 0, commitMsMax: 0, intervalMs: 0 },
    onCommit: () => {},
  })
  const blocks = nodeChain.open({ clock, isAlive: () => true })
  const pace = createPace({ clock, soon: (run) => void clock.after(0, run), height: 0 })
  // As a node does: 0 is as fast as blocks become final.
  pace.setIntervalMs(Math.max(1, options.intervalMs))
  const wait = waitOf(clock)
  return {
    ...blocks,
    async build(request) {
      const parent = headers.get(request.parentHash)!
      const height = parent.height + 1
      const { isAbandoned } = request
      const { timestampS: parentTimestampS } = parent
      if (!(await pace.turn({ height, parentTimestampS, isWaiting: () => true, isAbandoned }))) return null
      const timestampS = Math.max(parentTimestampS, Math.floor(clock.wallMs() / 1_000))
      processor.spend('blocks', costs.buildMs)
      const built = await blocks.build(request)
      if (built !== null) headers.set(built.blockHash, { height, timestampS })
      return built
    },
    check(request) {
      processor.spend('blocks', costs.checkMs)
      return blocks.check(request)
    },
    async commit(block) {
      processor.spend('blocks', costs.commitMs)
      await wait(costs.syncMs)
      await blocks.commit(block)
      pace.committed(blocks.head().height)
    },
  }
}
