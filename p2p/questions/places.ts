/** A few places for each peer, and a queue before them. */
import type { PeerId } from '../surface.ts'

export interface Places {
  /** False: the queue is full. Rejects with the signal's reason. Whoever entered must leave. */
  enter(peer: PeerId, signal: AbortSignal): Promise<boolean>
  leave(peer: PeerId): void
}

interface Crowd {
  inside: number
  readonly waiting: (() => void)[]
}

export function createPlaces(insideMax: number, waitingMax: number): Places {
  const crowds = new Map<PeerId, Crowd>()
  return {
    async enter(peer, signal) {
      const crowd = crowds.get(peer) ?? { inside: 0, waiting: [] }
      crowds.set(peer, crowd)
      if (crowd.inside < insideMax) {
        crowd.inside++
        return true
      }
      if (crowd.waiting.length >= waitingMax) return false
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          crowd.waiting.splice(crowd.waiting.indexOf(go), 1)
          reject(signal.reason)
        }
        const go = () => {
          signal.removeEventListener('abort', onAbort)
          resolve(true)
        }
        crowd.waiting.push(go)
        signal.addEventListener('abort', onAbort, { once: true })
      })
    },
    leave(peer) {
      const crowd = crowds.get(peer)!
      const next = crowd.waiting.shift()
      // The place passes on to whoever waited longest.
      if (next !== undefined) return next()
      crowd.inside--
      if (crowd.inside === 0) crowds.delete(peer)
    },
  }
}
