/** I15: once healed, every honest node finalizes within a number of views, and all of them go on (testing.md §2). */
import type { Report } from '../invariants/offence.ts'
import type { SimulatedNode } from './simulatedNode.ts'

const HEALED_BLOCKS = 8
const VIEWS_MAX = 32
const LARGE_VIEWS_MAX = 64
const LARGE_N = 7
/** 64 views at the timers' cap. */
const HEALED_MS_MAX = 64 * 30_000

export interface Liveness {
  heal(nowMs: number): void
  /** After every event. */
  check(nowMs: number): void
  isDone(): boolean
}

export interface LivenessOptions {
  readonly n: number
  /** The honest ones. */
  readonly nodes: () => readonly SimulatedNode[]
  readonly report: Report
  /** Views that anybody voted in, over all epochs. */
  readonly viewsSeen: () => number
}

export function createLiveness({ n, nodes: judged, report, viewsSeen }: LivenessOptions): Liveness {
  const viewsMax = n > LARGE_N ? LARGE_VIEWS_MAX : VIEWS_MAX
  let healedMs: number | undefined
  let targetHeight = 0
  let viewsAtHeal = 0
  let isDone = false

  return {
    heal(nowMs) {
      healedMs = nowMs
      targetHeight = Math.max(...judged().map((node) => node.height()))
      viewsAtHeal = viewsSeen()
    },
    check(nowMs) {
      if (healedMs === undefined || isDone) return
      const nodes = judged()
      const late = nodes.filter((node) => node.height() <= targetHeight)
      isDone = nodes.every((node) => node.height() >= targetHeight + HEALED_BLOCKS)
      const names = late.map(({ index, height }) => `${index} at ${height()}`).join(', ')
      if (late.length > 0 && viewsSeen() - viewsAtHeal > viewsMax)
        report('I15', `${viewsMax} views after healing at height ${targetHeight}, late are ${names}`)
      if (nowMs - healedMs > HEALED_MS_MAX) {
        const heights = nodes.map((node) => node.height()).join(' ')
        report('I15', `${HEALED_MS_MAX / 1_000} s after healing at height ${targetHeight} heights are ${heights}`)
      }
    },
    isDone: () => isDone,
  }
}
