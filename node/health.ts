/** What monitors are told: faults that stopped the node, and what it waits for now. */
import type { NodeHealth } from '../rpc/backend.ts'

export interface Health {
  /** The node has stopped making or following blocks because of this. */
  stop(error: unknown): void
  read(): NodeHealth
}

/** `waitsFor` is asked at each read. */
export function createHealth(waitsFor: () => readonly string[]): Health {
  const faults: string[] = []
  return {
    stop: (error) => void faults.push(error instanceof Error ? error.message : String(error)),
    read: () => ({ faults: [...faults], waitsFor: faults.length > 0 ? [] : waitsFor() }),
  }
}
