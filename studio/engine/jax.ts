/**
 * jax-js in deterministic mode: relaxed SIMD is switched off before the first kernel, so that WebAssembly's IEEE
 * arithmetic gives the same bits on every machine and Node version. Imported inside the studio's worker thread (and by
 * the base's training script) only: it changes `WebAssembly.validate` for the whole thread.
 */
import { defaultDevice, init, type Array as JaxArray, numpy as np } from '@jax-js/jax'

// jax-js probes for fused multiply-add with this one call and uses it for nothing else; compiling modules is unaffected.
WebAssembly.validate = () => false
await init('wasm')
defaultDevice('wasm')

/** A tree of named device arrays. */
export type Tensors = { [name: string]: JaxArray }

export const f32 = (data: Float32Array, shape: readonly number[]): JaxArray =>
  np.array(data as Float32Array<ArrayBuffer>, { shape: [...shape], dtype: np.float32 })

export const i32 = (data: Int32Array, shape: readonly number[]): JaxArray =>
  np.array(data as Int32Array<ArrayBuffer>, { shape: [...shape], dtype: np.int32 })

/** Reads a device array and frees it. */
export async function take(array: JaxArray): Promise<Float32Array> {
  return (await array.data()) as Float32Array
}
