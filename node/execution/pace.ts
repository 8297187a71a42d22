/**
 * When the leader of a view starts to build: by time (consensus.md R3), and on a devnet also when its owner asks, or as
 * soon as something waits. It decides nothing else about a block.
 */
import type { Clock } from '../agreement/ports.ts'

/** The wall clock may be set right in the meantime: a wait that it made long is looked at again. */
const LOOK_AGAIN_MS = 1_000

/** A build that waits to be started. */
export interface Turn {
  readonly height: number
  readonly parentTimestampS: number
  /** Does anything wait that no ancestor has? */
  isWaiting(): boolean
  isAbandoned(): boolean
}

export interface Pace {
  /** True once the build may start; false once it is abandoned, or a later turn has come. */
  turn(turn: Turn): Promise<boolean>
  /** Blocks by time, this long after their parent and after the build before; 0: none by time. */
  setIntervalMs(intervalMs: number): void
  /** A block as soon as something waits, and another while some is left. */
  setAutomine(isOn: boolean): void
  /** Something waits, or is left over. */
  poke(): void
  /** Starts builds until that many blocks more stand; resolves once they are committed. */
  mine(blocks: number): Promise<void>
  /** The chain's head is at this height now. */
  committed(height: number): void
  isMining(): boolean
  close(): void
}

export interface PaceOptions {
  readonly clock: Clock
  /** After what else is on its way: transactions that come together share a block. */
  readonly soon: (run: () => void) => void
  readonly height: number
}

interface Waiting {
  readonly turn: Turn
  readonly end: (isStarted: boolean) => void
}

interface Mined {
  readonly height: number
  readonly done: () => void
}

export function createPace(options: PaceOptions): Pace {
  return new BuildPace(options)
}

class BuildPace implements Pace {
  readonly #clock: Clock
  readonly #soon: (run: () => void) => void
  #waiting: Waiting | undefined
  #mined: Mined[] = []
  #cancelTimer: () => void = () => {}
  #intervalMs = 0
  #isAutomine = false
  #isPoked = false
  #isLooking = false
  #isClosed = false
  /** Of the newest build, and the height that `mine` asked for. */
  #startedHeight: number
  #wantedHeight: number
  #committedHeight: number
  #startedMs: number

  constructor({ clock, soon, height }: PaceOptions) {
    this.#clock = clock
    this.#soon = soon
    this.#startedHeight = height
    this.#wantedHeight = height
    this.#committedHeight = height
    this.#startedMs = clock.nowMs()
  }

  turn(turn: Turn): Promise<boolean> {
    this.#end(false)
    if (this.#isClosed) return Promise.resolve(false)
    return new Promise((end) => {
      this.#waiting = { turn, end }
      this.#look()
    })
  }

  setIntervalMs(intervalMs: number): void {
    this.#intervalMs = intervalMs
    this.#startedMs = this.#clock.nowMs()
    this.#look()
  }

  setAutomine(isOn: boolean): void {
    this.#isAutomine = isOn
    this.poke()
  }

  poke(): void {
    this.#isPoked = true
    if (this.#isLooking) return
    this.#isLooking = true
    this.#soon(() => {
      this.#isLooking = false
      this.#look()
    })
  }

  mine(blocks: number): Promise<void> {
    const height = Math.max(this.#wantedHeight, this.#startedHeight, this.#committedHeight) + blocks
    this.#wantedHeight = height
    if (this.#isClosed || height <= this.#committedHeight) return Promise.resolve()
    return new Promise((done) => {
      this.#mined.push({ height, done })
      this.#look()
    })
  }

  committed(height: number): void {
    this.#committedHeight = height
    for (const { done } of this.#mined.filter((one) => one.height <= height)) done()
    this.#mined = this.#mined.filter((one) => one.height > height)
    this.#look()
  }

  isMining(): boolean {
    return this.#isAutomine || this.#intervalMs > 0
  }

  close(): void {
    this.#isClosed = true
    this.#end(false)
    for (const { done } of this.#mined) done()
  }

  #end(isStarted: boolean): void {
    this.#cancelTimer()
    this.#waiting?.end(isStarted)
    this.#waiting = undefined
  }

  /** Starts the waiting build if it is due, else looks again when it is. */
  #look(): void {
    this.#cancelTimer()
    if (this.#waiting === undefined) return
    const { turn } = this.#waiting
    if (turn.isAbandoned()) return this.#end(false)
    const leftMs = this.#leftMs(turn)
    if (leftMs <= 0) {
      this.#isPoked = false
      this.#startedHeight = turn.height
      this.#startedMs = this.#clock.nowMs()
      this.#end(true)
    } else if (leftMs < Number.POSITIVE_INFINITY)
      this.#cancelTimer = this.#clock.after(Math.min(leftMs, LOOK_AGAIN_MS), () => this.#look())
  }

  #leftMs(turn: Turn): number {
    if (turn.height <= this.#wantedHeight || (this.#isAutomine && this.#isPoked && turn.isWaiting())) return 0
    if (this.#intervalMs === 0) return Number.POSITIVE_INFINITY
    const afterParentMs = turn.parentTimestampS * 1000 + this.#intervalMs - this.#clock.wallMs()
    return Math.max(afterParentMs, this.#startedMs + this.#intervalMs - this.#clock.nowMs())
  }
}
