/** What a listener knows of agreement in epoch 0, and on what the leader of a view may build by it (consensus.md R3). */

import { toHex } from '../../../primitives/bytes.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Candidate } from '../../../primitives/validatorSet.ts'
import type { Block } from '../../../runtime/block/block.ts'

export type HeardBlock = Pick<Block, 'hash' | 'header'>

export interface Parent {
  readonly view: number
  readonly id: Uint8Array
  readonly block: HeardBlock
  /** Its own, and the skips of the views between. */
  readonly certificates: readonly Certificate[]
}

export interface HeardChain {
  /** The lowest view that may be current. */
  readonly current: number
  certificate(certificate: Certificate): void
  candidate(id: Uint8Array, candidate: Candidate): void
  block(block: HeardBlock): void
  /** Undefined: too little was heard. */
  parentOf(view: number): Parent | undefined
}

export function createHeardChain(): HeardChain {
  const notarized = new Map<number, Certificate>()
  const skipped = new Map<number, Certificate>()
  const candidates = new Map<string, Candidate>()
  const blocks = new Map<string, HeardBlock>()
  let current = 1
  return {
    get current() {
      return current
    },
    certificate(certificate) {
      const { kind, view } = certificate
      if (kind === 'skip') skipped.set(view, certificate)
      else notarized.set(view, certificate)
      current = Math.max(current, view + 1)
    },
    candidate: (id, candidate) => void candidates.set(toHex(id), candidate),
    block: (block) => void blocks.set(toHex(block.hash), block),
    parentOf(view) {
      const skips: Certificate[] = []
      for (let below = view - 1; below > 0; below--) {
        const own = notarized.get(below)
        const skip = skipped.get(below)
        if (own === undefined && skip === undefined) return undefined
        if (own === undefined) {
          skips.unshift(skip!)
          continue
        }
        const candidate = candidates.get(toHex(own.id))
        const block = candidate && blocks.get(toHex(candidate.blockHash))
        return block && { view: below, id: own.id, block, certificates: [own, ...skips] }
      }
      return undefined
    },
  }
}
