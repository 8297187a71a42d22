/** Execution of next to nothing: a block is its parent's hash, its height and a salt. */
import { createHash } from 'node:crypto'
import type { Execution, FinalizedCandidate, ParentRequest } from '../../../node/agreement/ports.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'

const BLOCK_BYTES = 32 + 4 + 4

export interface PlainChainOptions {
  /** By height, 0 absent: what the disk keeps of the chain. */
  readonly blocks: FinalizedCandidate[]
  readonly genesisHash: Uint8Array
  readonly intervalMs: number
  readonly setOf: (epoch: number) => ValidatorSet
  readonly salt: () => number
  readonly after: (delayMs: number, run: () => void) => void
}

const hashOf = (bytes: Uint8Array) => `0x${createHash('sha256').update(bytes).digest('hex')}`
const heightIn = (bytes: Uint8Array) => Buffer.from(bytes).readUInt32BE(32)

export function createPlainChain(options: PlainChainOptions): Execution {
  const { blocks } = options
  const head = () => {
    const last = blocks.at(-1)
    return last === undefined
      ? { height: 0, hash: toHex(options.genesisHash) }
      : { height: blocks.length - 1, hash: toHex(last.candidate.blockHash) }
  }
  const parentHeight = ({ parentHash, heldBlock }: ParentRequest) => {
    const own = head()
    if (own.hash === parentHash) return own.height
    const held = heldBlock(parentHash)
    return held && heightIn(held.bytes)
  }
  return {
    head,
    hashOf: (bytes) => (bytes.length === BLOCK_BYTES ? hashOf(bytes) : undefined),
    build: (request) =>
      new Promise((resolve) => {
        options.after(options.intervalMs, () => {
          const height = parentHeight(request)
          if (height === undefined || request.isAbandoned()) return resolve(null)
          const bytes = new Uint8Array(BLOCK_BYTES)
          bytes.set(fromHex(request.parentHash))
          new DataView(bytes.buffer).setUint32(32, height + 1)
          new DataView(bytes.buffer).setUint32(36, options.salt())
          resolve({ blockHash: hashOf(bytes), bytes })
        })
      }),
    async check(request) {
      const height = parentHeight(request)
      if (height === undefined) return { kind: 'early', retryAfterMs: 50 }
      const isChild = toHex(request.bytes.subarray(0, 32)) === request.parentHash
      return isChild && heightIn(request.bytes) === height + 1
        ? { kind: 'valid' }
        : { kind: 'invalid', reason: 'no child' }
    },
    async commit(block) {
      if (toHex(block.bytes.subarray(0, 32)) !== head().hash) throw new Error('a commit that does not follow the head')
      blocks[head().height + 1] = block
    },
    validatorsOf: options.setOf,
    stored: (height) => blocks[height],
  }
}
