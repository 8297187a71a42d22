/** What a validator's work costs on this machine, measured where it is used; the model charges it to its nodes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openFileDisk } from '../../../node/agreement/durability/fileDisk.ts'
import { probeCrypto } from '../../../node/crypto.ts'
import { uintToBytes } from '../../../primitives/bytes.ts'
import { openExecutionWorld } from '../../node/execution/executionWorld.ts'
import { openTestNetwork, until } from '../../p2p/openNetworks.ts'
import { quantile } from '../consensus/heads.ts'
import { cpuMsSince } from '../cpuTime.ts'
import { measureSteps } from '../steps/coreSteps.ts'

/** Milliseconds of processor time, all threads; `syncMs` is waited for instead. */
export interface Costs {
  readonly signMs: number
  /** Of one aggregate, and beside it for each of its signers. */
  readonly verifyMs: number
  readonly verifySignerMs: number
  /** For each signature that is added. */
  readonly aggregateMs: number
  /** One input of the pure core. */
  readonly stepMs: number
  /** One frame over libp2p on loopback: half of it at the sender, half at the receiver. */
  readonly frameMs: number
  /** An empty block. */
  readonly buildMs: number
  readonly checkMs: number
  readonly commitMs: number
  /** One small append and its fsync. */
  readonly syncMs: number
}

const CRYPTO_ROUNDS = 100
/** A quorum of 100. */
const SIGNERS = 67
const FRAMES = 4_000
/** A vote's frame. */
const FRAME_BYTES = 210
const BLOCKS = 40
const SYNCS = 60
const STEP_SET = 31

export async function measureCosts(): Promise<Costs> {
  const crypto = await measureCrypto()
  const blocks = await measureBlocks()
  return {
    ...crypto,
    stepMs: 1_000 / measureSteps(STEP_SET).inputsPerS,
    frameMs: await measureFrames(),
    ...blocks,
    syncMs: await measureSyncs(),
  }
}

/** Checking is linear in the signers, through one and a quorum of 100; medians of interleaved rounds. */
async function measureCrypto() {
  const { bls } = await probeCrypto()
  const secrets = Array.from({ length: SIGNERS }, (_, i) => uintToBytes(BigInt(i + 1), 32))
  const keys = secrets.map((secret) => bls.publicKey(secret))
  const hash = new Uint8Array(32).fill(7)
  const signatures = secrets.map((secret) => bls.sign(secret, hash))
  const aggregate = bls.aggregate(signatures)
  const [signMs, verifyOneMs, verifyAllMs, aggregateAllMs] = mediansOf([
    () => bls.sign(secrets[0]!, hash),
    () => bls.verify(keys.slice(0, 1), hash, signatures[0]!),
    () => bls.verify(keys, hash, aggregate),
    () => bls.aggregate(signatures),
  ]) as [number, number, number, number]
  const verifySignerMs = Math.max(0, (verifyAllMs - verifyOneMs) / (SIGNERS - 1))
  return { signMs, verifyMs: verifyOneMs - verifySignerMs, verifySignerMs, aggregateMs: aggregateAllMs / SIGNERS }
}

function mediansOf(operations: readonly (() => unknown)[]): number[] {
  const samples = operations.map(() => [] as number[])
  for (let round = 0; round < CRYPTO_ROUNDS; round++)
    for (const [i, run] of operations.entries()) {
      const before = process.cpuUsage()
      run()
      samples[i]!.push(cpuMsSince(before))
    }
  return samples.map((each) => quantile(each, 0.5)!)
}

/** One each way in a turn, as votes go: to every peer one, on a connection of its own. */
async function measureFrames(): Promise<number> {
  let missing = 0
  let onBoth = () => {}
  const message = () => {
    if (--missing === 0) onBoth()
  }
  const one = await openTestNetwork(1, {}, { message })
  const other = await openTestNetwork(2, { bootstrap: [...one.addresses()] }, { message })
  const frame = new Uint8Array(FRAME_BYTES)
  const exchange = async () => {
    for (let turn = 0; turn < FRAMES / 2; turn++)
      await new Promise<void>((resolve) => {
        missing = 2
        onBoth = resolve
        one.send(other.self, frame)
        other.send(one.self, frame)
      })
  }
  try {
    await until('connected', () => one.peers().length === 1 && other.peers().length === 1)
    // The first ones compile.
    await exchange()
    const before = process.cpuUsage()
    await exchange()
    return cpuMsSince(before) / FRAMES
  } finally {
    await Promise.all([one.close(), other.close()])
  }
}

async function measureBlocks(): Promise<Pick<Costs, 'buildMs' | 'checkMs' | 'commitMs'>> {
  const [leader, validator] = [await openExecutionWorld(), await openExecutionWorld()]
  const spent = { buildMs: 0, checkMs: 0, commitMs: 0 }
  const spend = async <T>(part: keyof typeof spent, view: number, work: () => Promise<T>) => {
    const before = process.cpuUsage()
    const result = await work()
    // The first blocks compile what the others run.
    if (view > BLOCKS) spent[part] += cpuMsSince(before) / BLOCKS
    return result
  }
  try {
    let parent: string = leader.genesis
    for (let view = 1; view <= 2 * BLOCKS; view++) {
      const block = await spend('buildMs', view, () => leader.build(view, parent))
      validator.held.set(block.blockHash, block)
      const { kind } = await spend('checkMs', view, () => validator.check(block))
      if (kind !== 'valid') throw new Error(`an empty block is ${kind}`)
      await spend('commitMs', view, () => validator.commit(block))
      await leader.commit(block)
      parent = block.blockHash
    }
    return spent
  } finally {
    await Promise.all([leader.close(), validator.close()])
  }
}

async function measureSyncs(): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openledger-bench-'))
  const disk = await openFileDisk(folder)
  try {
    const file = await disk.open('log')
    const tookMs: number[] = []
    for (let i = 0; i < SYNCS; i++) {
      const startMs = performance.now()
      await file.append(new Uint8Array(FRAME_BYTES))
      await file.sync()
      tookMs.push(performance.now() - startMs)
    }
    await file.close()
    return quantile(tookMs, 0.5)!
  } finally {
    await disk.close()
    await rm(folder, { recursive: true, force: true })
  }
}
