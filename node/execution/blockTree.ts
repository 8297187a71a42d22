/**
 * Executed blocks that are not committed yet, by hash, over the committed head (runtime.md §4): children read through
 * their parent's layer, competing children share nothing but ancestors, and the layers are a cache.
 */
import assert from 'node:assert/strict'
import { toHex } from '../../primitives/bytes.ts'
import type { ExecutedBlock, ParentBlock } from '../../runtime/execution/openBlock.ts'
import type { StateRoot } from '../../runtime/state/stateRoot.ts'

/** Runtime.md §15: beyond these the least recently used are executed again when they are needed. */
export const LAYERS_MAX = 64

export interface BlockTree {
  /** What everything here descends from: the newest block given to `finalize`. */
  root(): ParentBlock
  /** The root or a held block, to build on. */
  parent(hash: string): ParentBlock | undefined
  block(hash: string): ExecutedBlock | undefined
  /** Blocks down to this one, oldest first, of which the pool has not heard: those after the root, and it until `settle`. */
  unsettled(hash: string): ExecutedBlock[]
  /** Its parent must be the root or held. */
  add(block: ExecutedBlock): void
  /** A held child of the root takes its place; what does not descend from it is dropped. */
  finalize(hash: string): void
  /** The store now holds the root's state: layers read through to it. */
  settle(state: StateRoot): void
  readonly size: number
}

export function createBlockTree(first: ParentBlock, layersMax = LAYERS_MAX): BlockTree {
  /** Least recently used first. */
  const held = new Map<string, ExecutedBlock>()
  let root = first
  let rootKey: string = toHex(first.hash)
  let unsettledRoot: ExecutedBlock | undefined

  const touch = (hash: string): ExecutedBlock | undefined => {
    const block = held.get(hash)
    if (block === undefined) return undefined
    held.delete(hash)
    held.set(hash, block)
    return block
  }
  /** After the root. */
  const path = (hash: string): ExecutedBlock[] => {
    const blocks: ExecutedBlock[] = []
    for (let block = held.get(hash); block !== undefined; block = held.get(toHex(block.header.parentHash)))
      blocks.unshift(block)
    return blocks
  }
  /** A layer that others read through cannot go; nor does the newest block's line, or a long one would never grow. */
  const evict = (newest: string): void => {
    while (held.size > layersMax) {
      const kept = new Set<string>(path(newest).map((block) => toHex(block.hash)))
      for (const block of held.values()) kept.add(toHex(block.header.parentHash))
      const victim = [...held.keys()].find((key) => !kept.has(key))
      if (victim === undefined) return
      held.delete(victim)
    }
  }
  return {
    root: () => root,
    parent(hash) {
      if (hash === rootKey) return root
      const block = touch(hash)
      return block && { hash: block.hash, header: block.header, state: block.layer }
    },
    block: touch,
    unsettled: (hash) => [...(unsettledRoot === undefined ? [] : [unsettledRoot]), ...path(hash)],
    add(block) {
      const key = toHex(block.hash)
      const parentKey = toHex(block.header.parentHash)
      assert(parentKey === rootKey || held.has(parentKey), 'a block is held on its parent')
      held.set(key, block)
      evict(key)
    },
    finalize(hash) {
      const block = held.get(hash)
      assert(block !== undefined && toHex(block.header.parentHash) === rootKey, 'blocks become final in order')
      const kept = [...held].filter(([key]) => path(key)[0] === block)
      held.clear()
      for (const [key, descendant] of kept) if (key !== hash) held.set(key, descendant)
      root = { hash: block.hash, header: block.header, state: block.layer }
      rootKey = hash
      unsettledRoot = block
    },
    settle(state) {
      if (root.state.kind === 'layer') root.state.flatten(state)
      root = { ...root, state }
      unsettledRoot = undefined
    },
    get size() {
      return held.size
    },
  }
}
