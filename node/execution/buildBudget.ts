/** How long a leader may fill a block: it adapts to what its slower peers accept in time (runtime.md §7). */
import { toHex } from '../../primitives/bytes.ts'

const FIRST_MS = 350
/** E of consensus.md §6: timers leave an honest builder that much. */
const BUDGET_MS_MAX = 500
/** Room for a few hundred transfers, from which thirty own blocks lead back to the first budget. */
const BUDGET_MS_MIN = 20
const GROWTH = 1.1

export interface BuildBudget {
  readonly ms: number
  /** A block of ours was built. */
  built(hash: Uint8Array, height: number): void
  /** A block became final: ours at its height or below were skipped, or it is one of them. */
  committed(hash: Uint8Array, height: number): void
}

export function createBuildBudget(): BuildBudget {
  /** Own blocks that are neither final nor skipped → height. */
  const waiting = new Map<string, number>()
  let ms = FIRST_MS
  return {
    get ms() {
      return ms
    },
    built(hash, height) {
      waiting.set(toHex(hash), height)
    },
    committed(hash, height) {
      for (const [own, ownHeight] of waiting) {
        if (ownHeight > height) continue
        waiting.delete(own)
        ms = own === toHex(hash) ? Math.min(ms * GROWTH, BUDGET_MS_MAX) : Math.max(ms / 2, BUDGET_MS_MIN)
      }
    },
  }
}
