/** keccak256 in WebAssembly, for trees of megabytes; the same digest as `primitives/hashes.ts`. */
import { createKeccak } from 'hash-wasm'
import type { Hasher } from '../../primitives/hashes.ts'

export async function createFastKeccak(): Promise<Hasher> {
  const state = await createKeccak(256)
  return (data) => state.init().update(data).digest('binary')
}
