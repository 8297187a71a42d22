/** What happened, in order, as one hash (I16), and as lines for whoever replays a seed. */

export interface Trace {
  /** `who` is a node's index, −1 for the world; `bytes` are what was moved. */
  note(atMs: number, who: number, what: string, bytes?: Uint8Array): void
  hash(): string
}

/** `print` gets every note of a replay; without it only the hash is kept. */
export function createTrace(print?: (atMs: number, who: number, what: string, bytes?: Uint8Array) => void): Trace {
  // Two lanes of FNV-1a with different primes: 64 bits, of which no adversary chooses the input.
  let a = 0x811c9dc5
  let b = 0x7ee3623b
  const time = new Float64Array(1)
  const words = new Uint32Array(time.buffer)
  const fold = (word: number) => {
    a = Math.imul(a ^ word, 0x01000193)
    b = Math.imul(b ^ word, 0x85ebca6b)
    b ^= b >>> 15
  }
  return {
    note(atMs, who, what, bytes) {
      time[0] = atMs
      fold(words[0]!)
      fold(words[1]!)
      fold(who)
      for (let i = 0; i < what.length; i++) fold(what.charCodeAt(i))
      if (bytes !== undefined) for (let i = 0; i < bytes.length; i++) fold(bytes[i]!)
      print?.(atMs, who, what, bytes)
    },
    hash: () => (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0'),
  }
}
