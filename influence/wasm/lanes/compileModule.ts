/** Compiles `kernels.wasm` once and for all: optimised before its first call, and for 256-bit registers where V8 can. */
import { readFileSync } from 'node:fs'
import { arch } from 'node:process'
import { setFlagsFromString } from 'node:v8'

/**
 * V8 joins neighbouring pairs of 128-bit operations into one of 256 bits on x64 only; elsewhere it stays with 128. So it does
 * where the processor has no AVX2, which V8 does not tell.
 */
export type VectorBits = 128 | 256
export const VECTOR_BITS_MAX: VectorBits = arch === 'x64' ? 256 : 128

/** Every function by the optimising compiler and before it is called: what the self-test has run is what scores. */
const EAGER = ['liftoff', 'wasm-lazy-compilation'] as const
const JOIN = 'experimental-wasm-revectorize'
/** A custom section without a name: V8 gives the same code again for the same bytes, whatever the flags have become. */
const EMPTY_SECTION = [0, 1, 0]

/** V8's flags are the whole process's: they are set for the time of this call, which waits for nothing. */
export function compileModule(vectorBits: VectorBits): WebAssembly.Module {
  const kernels = readFileSync(new URL('../kernels.wasm', import.meta.url))
  const bytes = vectorBits === 256 ? kernels : Uint8Array.of(...kernels, ...EMPTY_SECTION)
  for (const flag of EAGER) setFlagsFromString(`--no-${flag}`)
  if (vectorBits === 256) setFlagsFromString(`--${JOIN}`)
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    for (const flag of EAGER) setFlagsFromString(`--${flag}`)
    if (vectorBits === 256) setFlagsFromString(`--no-${JOIN}`)
  }
}
