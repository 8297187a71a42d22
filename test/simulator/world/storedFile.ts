/** One file of the simulated disk: what was written, and how much of it a crash cannot take. */
import type { Random } from '../../fuzz/random.ts'

/** What the disk loses or keeps as a whole when unsynced pages are written in any order. */
const PAGE_BYTES = 512
/** About a record of the signer log. */
const NEWEST_BYTES = 128

export class StoredFile {
  #bytes = new Uint8Array(256)
  sizeBytes = 0
  /** Bytes of the front that fsync has promised. */
  #durableBytes = 0
  /** Durable content that an unsynced cut has hidden: a crash may bring it back. */
  #uncut: Uint8Array | undefined

  append(bytes: Uint8Array): void {
    const sizeBytes = this.sizeBytes + bytes.length
    if (sizeBytes > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(sizeBytes, 2 * this.#bytes.length))
      grown.set(this.#bytes.subarray(0, this.sizeBytes))
      this.#bytes = grown
    }
    this.#bytes.set(bytes, this.sizeBytes)
    this.sizeBytes = sizeBytes
  }

  cut(sizeBytes: number): void {
    if (sizeBytes >= this.sizeBytes) return
    if (sizeBytes < this.#durableBytes) this.#uncut ??= this.#bytes.slice(0, this.#durableBytes)
    this.sizeBytes = sizeBytes
    this.#durableBytes = Math.min(this.#durableBytes, sizeBytes)
  }

  content(): Uint8Array {
    return this.#bytes.slice(0, this.sizeBytes)
  }

  /** What was there when fsync was called is durable once it returns. */
  promise(sizeBytes: number): void {
    this.#durableBytes = Math.max(this.#durableBytes, Math.min(sizeBytes, this.sizeBytes))
    this.#uncut = undefined
  }

  /** The power fails: of what was not synced, any length and any pages are left. */
  crash(random: Random): void {
    if (this.#uncut !== undefined && random.oneIn(2)) {
      this.#bytes = this.#uncut.slice()
      this.sizeBytes = this.#bytes.length
    } else {
      const keptBytes = random.int(this.#durableBytes, this.sizeBytes)
      for (let from = this.#durableBytes; from < keptBytes; ) {
        const to = Math.min(keptBytes, from - (from % PAGE_BYTES) + PAGE_BYTES)
        if (random.oneIn(3)) this.#bytes.fill(0, from, to)
        from = to
      }
      this.sizeBytes = keptBytes
    }
    this.#durableBytes = this.sizeBytes
    this.#uncut = undefined
  }

  /** Only the process ends: the system still writes what it took. */
  flush(): void {
    this.promise(this.sizeBytes)
  }

  /** One of two falls where it costs a log most: among the newest bytes. */
  flipBit(random: Random): void {
    const from = random.oneIn(2) ? Math.max(0, this.sizeBytes - NEWEST_BYTES) : 0
    if (this.sizeBytes > 0) this.#bytes[random.int(from, this.sizeBytes - 1)]! ^= 1 << random.int(0, 7)
  }
}
