/** Execution without an EVM: a block is its parent's hash and a few numbers, its state the hash of all before it. */
import assert from 'node:assert/strict'
import { hash as digest } from 'node:crypto'
import type { Hash } from '../../../consensus/step.ts'
import { HOST_BOUNDS } from '../../../node/agreement/bounds.ts'
import type {
  CheckRequest,
  Execution,
  FinalizedCandidate,
  ParentRequest,
  Verdict,
} from '../../../node/agreement/ports.ts'
import { equal, fromHex, toHex } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'
import { chance } from '../world/randomness.ts'
import { type ChainProcess, createLater, type Engine, type NodeChain, type NodeChainOptions } from './nodeChain.ts'
import { taggedKeys } from './taggedBls.ts'

/** parentHash[32] ‖ epochHash[32] ‖ height[4] ‖ salt[4] ‖ isSound[1]. */
const BLOCK_BYTES = 73
/** The longest real ones that fit the host's bound of loose blocks. */
const LOOSE_BLOCKS = 53

interface HashBlock {
  readonly parentHash: Hash
  readonly epochHash: Uint8Array
  readonly height: number
  /** Makes blocks of one parent differ. */
  readonly salt: number
  /** False: every honest check refuses it. */
  readonly isSound: boolean
}

function blockHashOf(bytes: Uint8Array): Hash {
  return `0x${digest('sha256', bytes, 'hex')}`
}

function encodeHashBlock(block: HashBlock): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES)
  bytes.set(fromHex(block.parentHash), 0)
  bytes.set(block.epochHash, 32)
  const view = new DataView(bytes.buffer)
  view.setUint32(64, block.height)
  view.setUint32(68, block.salt)
  bytes[72] = block.isSound ? 1 : 0
  return bytes
}

function decodeHashBlock(bytes: Uint8Array): HashBlock | undefined {
  if (bytes.length !== BLOCK_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    parentHash: toHex(bytes.subarray(0, 32)),
    epochHash: bytes.slice(32, 64),
    height: view.getUint32(64),
    salt: view.getUint32(68),
    isSound: bytes[72] === 1,
  }
}

export const hashEngine: Engine = {
  keys: taggedKeys,
  found({ seed, epochBlocks, setOf }) {
    const context = { chainId: 31_337n, genesisHash: keccak256(Uint8Array.of(seed & 255)) }
    const genesisHash = toHex(context.genesisHash)
    return {
      context,
      createNodeChain: (options) => createHashChain({ ...options, genesisHash, epochBlocks, setOf }),
      hostBounds: { ...HOST_BOUNDS, looseBytes: LOOSE_BLOCKS * BLOCK_BYTES },
      transactions: () => 0,
      forgeBlock(random, parentHash, epochHash) {
        const [height, salt, isSound] = [random.int(1, 200), random.u32(), random.oneIn(2)]
        const bytes = encodeHashBlock({ parentHash, epochHash, height, salt, isSound })
        return { hash: blockHashOf(bytes), bytes }
      },
    }
  },
}

interface HashChainOptions extends NodeChainOptions {
  readonly genesisHash: Hash
  readonly epochBlocks: number
  readonly setOf: (epoch: number) => ValidatorSet
}

function createHashChain(options: HashChainOptions): NodeChain {
  let store = createStore()
  return {
    height: () => store.blocks.length - 1,
    wipe() {
      store = createStore()
    },
    open: (process) => openExecution(options, store, process),
  }
}

interface HashChainStore {
  /** By height; 0 is genesis, and nothing is there. */
  readonly blocks: (FinalizedCandidate | undefined)[]
  readonly stateHashes: string[]
}

function createStore(): HashChainStore {
  return { blocks: [undefined], stateHashes: [''] }
}

function openExecution(options: HashChainOptions, store: HashChainStore, process: ChainProcess): Execution {
  const { random, faults } = options
  const later = createLater(process, random)
  const head = () => {
    const last = store.blocks.at(-1)
    return last === undefined
      ? { height: 0, hash: options.genesisHash }
      : { height: store.blocks.length - 1, hash: toHex(last.candidate.blockHash) }
  }
  /** Of a block that is committed or held; undefined where neither. */
  const heightOf = ({ parentHash, heldBlock }: Pick<ParentRequest, 'parentHash' | 'heldBlock'>): number | undefined => {
    const own = head()
    if (parentHash === own.hash) return own.height
    const held = heldBlock(parentHash)
    return held === undefined ? undefined : decodeHashBlock(held.bytes)?.height
  }
  const verdictOf = (request: CheckRequest): Verdict => {
    if (request.isAbandoned()) return { kind: 'abandoned' }
    const parentHeight = heightOf(request)
    if (parentHeight === undefined) return { kind: 'early', retryAfterMs: 250 }
    const block = decodeHashBlock(request.bytes)
    if (block === undefined) return { kind: 'invalid', reason: 'no block' }
    const isMeant = block.parentHash === request.parentHash && equal(block.epochHash, request.epoch.epochHash)
    const isValid = isMeant && block.isSound && block.height === parentHeight + 1
    return isValid ? { kind: 'valid' } : { kind: 'invalid', reason: 'an unsound block' }
  }

  return {
    hashOf: (bytes) => (decodeHashBlock(bytes) === undefined ? undefined : blockHashOf(bytes)),
    head,
    build: (request) =>
      later(faults.delayMsMax, faults.intervalMs, () => {
        const height = heightOf(request)
        if (height === undefined || chance(random, faults.failShare)) return null
        const { parentHash, epoch } = request
        const block = { parentHash, epochHash: epoch.epochHash, height: height + 1, salt: random.u32(), isSound: true }
        const bytes = encodeHashBlock(block)
        return { blockHash: blockHashOf(bytes), bytes }
      }),
    check: (request) => later(faults.delayMsMax, 0, () => verdictOf(request)),
    commit: (block) =>
      later(faults.commitMsMax, 0, () => {
        const own = head()
        const content = decodeHashBlock(block.bytes)
        assert.equal(content?.parentHash, own.hash, 'a commit follows the head')
        assert.equal(blockHashOf(block.bytes), toHex(block.candidate.blockHash), 'a commit is of its own bytes')
        const stateHash = digest('sha256', `${store.stateHashes.at(-1)}${toHex(block.candidate.blockHash)}`, 'hex')
        store.blocks[own.height + 1] = block
        store.stateHashes.push(stateHash)
        options.onCommit(own.height + 1, block, stateHash)
      }),
    validatorsOf(epoch) {
      const height = epoch * options.epochBlocks
      assert(height <= head().height, 'the root block of an asked epoch is committed')
      return options.setOf(epoch)
    },
    stored: (height) => store.blocks[height],
  }
}
