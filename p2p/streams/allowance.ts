/** A rate with a burst: what is taken beyond it must be waited for. */

export interface Allowance {
  /** Takes it in any case, and says for how many milliseconds no more should be taken. */
  take(amount: number): number
}

export function createAllowance(perSecond: number, burst: number, nowMs: () => number): Allowance {
  let left = burst
  let atMs = nowMs()
  return {
    take(amount) {
      const now = nowMs()
      left = Math.min(burst, left + ((now - atMs) * perSecond) / 1000) - amount
      atMs = now
      return left >= 0 ? 0 : Math.ceil((-left * 1000) / perSecond)
    },
  }
}
