/** Executions at work, each with what makes it pointless: nobody asks any more, or its parent's state is gone. */

/** Thrown out of the EVM to end a pointless execution; leaves `run` as 'abandoned'. */
class Abandoned extends Error {
  constructor() {
    super('nobody needs this execution')
    this.name = 'Abandoned'
  }
}

export interface Work {
  /** Throws when the work is pointless. */
  readonly tick: () => void
  /** Its parent is gone: what it has read may be of two states. */
  readonly isDoomed: () => boolean
}

export interface Works {
  /** `askers` may grow: the work goes on while one of them says that it is not abandoned. */
  run<T>(
    parentHash: string,
    askers: readonly (() => boolean)[],
    body: (work: Work) => Promise<T>,
  ): Promise<T | 'abandoned'>
  /** Dooms the work on parents that are gone. */
  doom(isGone: (parentHash: string) => boolean): void
}

export function createWorks(): Works {
  const atWork = new Set<{ readonly parentHash: string; isDoomed: boolean }>()
  return {
    async run(parentHash, askers, body) {
      const entry = { parentHash, isDoomed: false }
      const tick = () => {
        if (entry.isDoomed || askers.every((isAbandoned) => isAbandoned())) throw new Abandoned()
      }
      atWork.add(entry)
      try {
        const outcome = await body({ tick, isDoomed: () => entry.isDoomed })
        return entry.isDoomed ? 'abandoned' : outcome
      } catch (error) {
        // Two states under one execution may trip any assertion in it: no bug then.
        if (entry.isDoomed || error instanceof Abandoned) return 'abandoned'
        throw error
      } finally {
        atWork.delete(entry)
      }
    },
    doom(isGone) {
      for (const entry of atWork) if (isGone(entry.parentHash)) entry.isDoomed = true
    },
  }
}
