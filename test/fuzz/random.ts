/** Random numbers of one fuzz case: they follow from the run's seed and the case's number alone. */

export interface Random {
  /** 0 … 2^32 − 1. */
  u32(): number
  /** least … most, both included. */
  int(least: number, most: number): number
  pick<T>(choices: readonly T[]): T
  /** True once in `n`. */
  oneIn(n: number): boolean
  bytes(length: number): Uint8Array
}

/** splitmix32: every state gives another, well mixed output, so neighbouring case numbers have nothing in common. */
export function createRandom(seed: number, caseNumber: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(caseNumber + 1, 0x85ebca77)) >>> 0
  const u32 = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return (x ^ (x >>> 15)) >>> 0
  }
  const int = (least: number, most: number): number => least + Math.floor((u32() / 2 ** 32) * (most - least + 1))
  return {
    u32,
    int,
    pick: (choices) => choices[int(0, choices.length - 1)]!,
    oneIn: (n) => int(1, n) === 1,
    bytes: (length) => Uint8Array.from({ length }, () => u32() & 255),
  }
}
