/** The undo log of one layer: what each change replaced, and a stack of its lengths, one per open checkpoint. */
import assert from 'node:assert/strict'

/** Puts back what one change replaced. */
export type Undo = () => void

export interface UndoLog {
  readonly depth: number
  /** Records one change; nothing is kept while no checkpoint is open. */
  push(undo: Undo): void
  /** Opens a checkpoint; returns the depth before it. */
  begin(): number
  /** Closes the newest checkpoint and keeps its changes. */
  keep(): void
  /** Closes the newest checkpoint and takes its changes back, newest first. */
  undo(): void
  /** Takes back every checkpoint opened since the depth was `depth`. */
  undoTo(depth: number): void
}

export function createUndoLog(): UndoLog {
  const log: Undo[] = []
  const marks: number[] = []
  const undo = () => {
    const mark = marks.pop()
    assert(mark !== undefined, 'undo without a checkpoint')
    while (log.length > mark) log.pop()!()
  }
  return {
    get depth() {
      return marks.length
    },
    push(entry) {
      if (marks.length > 0) log.push(entry)
    },
    begin: () => marks.push(log.length) - 1,
    keep() {
      assert(marks.pop() !== undefined, 'keep without a checkpoint')
      if (marks.length === 0) log.length = 0
    },
    undo,
    undoTo(depth) {
      assert(depth >= 0 && depth <= marks.length, `checkpoint depth ${depth} of ${marks.length}`)
      while (marks.length > depth) undo()
    },
  }
}
