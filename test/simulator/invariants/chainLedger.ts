/** What nodes committed, compared over all of them and over their restarts: I1, I2, I10 and I11. */
import type { Report } from './offence.ts'

export interface SeenCommit {
  readonly height: number
  readonly epoch: number
  readonly view: number
  readonly parentView: number
  /** Candidate id, block hash and the state after it, in hex. */
  readonly id: string
  readonly blockHash: string
  readonly stateHash: string
}

export interface ChainLedger {
  onCommit(node: number, commit: SeenCommit): void
  /** A quorum of finalize votes is there. */
  onFinal(epoch: number, view: number, id: string): void
  /** A node came back and says where its chain ends. */
  onRestart(node: number, height: number, blockHash: string): void
  /** It lost all of its disk: its chain begins anew. */
  onWipe(node: number): void
  heightOf(node: number): number
  /** Newest height that any node committed. */
  height(): number
}

export function createChainLedger(report: Report): ChainLedger {
  const byHeight: SeenCommit[] = []
  /** By `epoch/view`: the id that the final chain has there, '' for a view that it passes over. */
  const chainAt = new Map<string, string>()
  const finals = new Map<string, string>()
  const heights = new Map<number, number>()

  const settle = (epoch: number, view: number, id: string) => {
    const key = `${epoch}/${view}`
    chainAt.set(key, id)
    const final = finals.get(key)
    if (final !== undefined && final !== id)
      report('I2', `epoch ${epoch} view ${view}: final ${final}, and the final chain has ${id || 'nothing'} there`)
  }

  return {
    onCommit(node, commit) {
      const { height, epoch, view, parentView, id, blockHash, stateHash } = commit
      const expected = (heights.get(node) ?? 0) + 1
      if (height !== expected) report('I11', `node ${node} committed height ${height} after ${expected - 1}`)
      heights.set(node, height)
      const known = byHeight[height]
      if (known === undefined) {
        byHeight[height] = commit
        for (let between = parentView + 1; between < view; between++) settle(epoch, between, '')
        settle(epoch, view, id)
        return
      }
      if (known.blockHash !== blockHash || known.id !== id)
        report('I1', `height ${height}: node ${node} has ${id}, another ${known.id}`)
      else if (known.stateHash !== stateHash) report('I10', `height ${height}: node ${node} has another state`)
    },
    onFinal(epoch, view, id) {
      finals.set(`${epoch}/${view}`, id)
      const settled = chainAt.get(`${epoch}/${view}`)
      if (settled !== undefined && settled !== id)
        report(
          'I2',
          `epoch ${epoch} view ${view}: ${id} is final, and the final chain has ${settled || 'nothing'} there`,
        )
    },
    onRestart(node, height, blockHash) {
      const before = heights.get(node) ?? 0
      if (height < before) report('I11', `node ${node} had committed ${before} and came back at ${height}`)
      const known = byHeight[height]
      if (height > 0 && known?.blockHash !== blockHash)
        report('I11', `node ${node} came back with another block at height ${height}`)
      heights.set(node, Math.max(before, height))
    },
    onWipe(node) {
      heights.set(node, 0)
    },
    heightOf: (node) => heights.get(node) ?? 0,
    height: () => Math.max(0, byHeight.length - 1),
  }
}
