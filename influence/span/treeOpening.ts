/** Trees of which a proof opens several leaves at once: one set of siblings, ordered from left to right (influence.md §7). */
import type { Hasher } from '../../primitives/hashes.ts'
import type { SuffixNode } from '../surface.ts'
import { DOMAIN, hashTagged, treeHeight, u32, u64 } from '../tree.ts'

/** How the nodes of a tree are made. */
export interface TreeRule<T> {
  /** What stands for a missing leaf. */
  readonly padding: T
  join(left: T, right: T): T
}

/** The trees of influence.md §4, before the count is hashed in. */
export const hashRule = (hash: Hasher): TreeRule<Uint8Array> => ({
  padding: hash(Uint8Array.of(DOMAIN.padding)),
  join: (left, right) => hashTagged(DOMAIN.node, hash, left, right),
})

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}

/** The suffix-array tree: every node carries the smallest position below it. */
export const suffixRule = (hash: Hasher): TreeRule<SuffixNode> => ({
  padding: { hash: hash(Uint8Array.of(DOMAIN.padding)), min: 2n ** 64n - 1n },
  join: (left, right) => ({
    hash: hashTagged(DOMAIN.suffixNode, hash, left.hash, u64(left.min), right.hash, u64(right.min)),
    min: smaller(left.min, right.min),
  }),
})

export const rootOfTop = (count: number, top: Uint8Array, hash: Hasher): Uint8Array =>
  hashTagged(DOMAIN.root, hash, u32(count), top)

export const suffixRootOf = (textLength: number, top: SuffixNode, hash: Hasher): Uint8Array =>
  hashTagged(DOMAIN.suffixRoot, hash, u64(BigInt(textLength)), top.hash, u64(top.min))

/** All levels of a tree from the leaves up, without its padding; the last level is the top. */
export function growTree<T>(leaves: readonly T[], rule: TreeRule<T>): T[][] {
  const levels: T[][] = [[...leaves]]
  let padding = rule.padding
  for (let height = treeHeight(leaves.length); height > 0; height--) {
    const level = levels.at(-1)!
    const next: T[] = []
    for (let i = 0; i < level.length; i += 2) next.push(rule.join(level[i]!, level[i + 1] ?? padding))
    levels.push(next)
    padding = rule.join(padding, padding)
  }
  return levels
}

/** A subtree that an opening leaves closed. */
export interface ClosedNode {
  readonly level: number
  /** Leaves first … end−1 of the tree, padding left out. */
  readonly first: number
  readonly end: number
}

/** The subtrees beside the paths to the opened leaves (ascending, at least one), from left to right. */
export function closedNodes(leafCount: number, opened: readonly number[]): ClosedNode[] {
  const closed: ClosedNode[] = []
  const visit = (level: number, first: number): void => {
    const end = first + 2 ** level
    if (first >= leafCount) return
    if (!opened.some((leaf) => leaf >= first && leaf < end)) {
      closed.push({ level, first, end: Math.min(end, leafCount) })
    } else if (level > 0) {
      visit(level - 1, first)
      visit(level - 1, first + 2 ** (level - 1))
    }
  }
  visit(treeHeight(leafCount), 0)
  return closed
}

/** The siblings that open these leaves. */
export function openLeaves<T>(levels: readonly (readonly T[])[], opened: readonly number[]): T[] {
  return closedNodes(levels[0]!.length, opened).map(({ level, first }) => levels[level]![first / 2 ** level]!)
}

/** The siblings of one leaf from the leaf upwards, padding included: what `rootFromProof` takes. */
export function pathOf<T>(levels: readonly (readonly T[])[], position: number, rule: TreeRule<T>): T[] {
  const path: T[] = []
  let padding = rule.padding
  for (const level of levels.slice(0, -1)) {
    path.push(level[position ^ 1] ?? padding)
    padding = rule.join(padding, padding)
    position >>= 1
  }
  return path
}

/** The top that opened leaves and siblings lead to; `siblings` must be as many as `closedNodes` says. */
export function topFromOpening<T>(
  leafCount: number,
  opened: ReadonlyMap<number, T>,
  siblings: readonly T[],
  rule: TreeRule<T>,
): T {
  const places = [...opened.keys()]
  let used = 0
  const visit = (level: number, first: number): T => {
    if (first >= leafCount) return paddingOf(level, rule)
    const end = first + 2 ** level
    if (!places.some((leaf) => leaf >= first && leaf < end)) return siblings[used++]!
    if (level === 0) return opened.get(first)!
    const left = visit(level - 1, first)
    return rule.join(left, visit(level - 1, first + 2 ** (level - 1)))
  }
  return visit(treeHeight(leafCount), 0)
}

function paddingOf<T>(level: number, rule: TreeRule<T>): T {
  let padding = rule.padding
  for (; level > 0; level--) padding = rule.join(padding, padding)
  return padding
}
