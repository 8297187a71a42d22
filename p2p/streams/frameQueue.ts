/** What waits to be sent to one peer: bounded, and beyond the bound the oldest gives way (consensus.md §9). */

export interface FrameQueue {
  push(frame: Uint8Array): void
  /** The oldest frames, together at most `bytesMax`, but one at least; empty if none waits. */
  take(bytesMax: number): Uint8Array[]
  readonly frames: number
  readonly bytes: number
  readonly dropped: number
}

export function createFrameQueue(framesMax: number, bytesMax: number): FrameQueue {
  let queue: Uint8Array[] = []
  let bytes = 0
  let dropped = 0
  return {
    get frames() {
      return queue.length
    },
    get bytes() {
      return bytes
    },
    get dropped() {
      return dropped
    },
    push(frame) {
      queue.push(frame)
      bytes += frame.length
      while (queue.length > framesMax || bytes > bytesMax) {
        bytes -= queue.shift()!.length
        dropped++
      }
    },
    take(takenMax) {
      let count = 0
      let taken = 0
      while (count < queue.length && (count === 0 || taken + queue[count]!.length <= takenMax)) {
        taken += queue[count]!.length
        count++
      }
      const frames = queue.slice(0, count)
      queue = queue.slice(count)
      bytes -= taken
      return frames
    },
  }
}
