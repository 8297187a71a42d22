/** Counts the requests that each remote address has at work, so that one client cannot take all there is. */

export interface InFlight {
  /** Takes places for that many requests, or takes none and answers `false`. */
  enter(client: string, requests: number): boolean
  leave(client: string, requests: number): void
}

export function createInFlight(max: number): InFlight {
  const atWork = new Map<string, number>()
  return {
    enter(client, requests) {
      const now = atWork.get(client) ?? 0
      if (now + requests > max) return false
      atWork.set(client, now + requests)
      return true
    },
    leave(client, requests) {
      const left = (atWork.get(client) ?? 0) - requests
      if (left > 0) atWork.set(client, left)
      else atWork.delete(client)
    },
  }
}
