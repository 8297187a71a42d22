/** The committed kernels.wasm: what the sources give, integers only, and nothing that a runtime would need. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileKernels, WASM_FILE } from '../../../influence/wasm/compileKernels.ts'
import { KERNELS } from '../../../influence/wasm/lanes/laneControl.ts'

/** influence.md §10.4: SIMD without the relaxed instructions, integer instructions only. */
const BANNED = /\b(f32|f64|f32x4|f64x2)\b|relaxed/

const compiled = await compileKernels()

test('kernels.wasm: is what npm run wasm makes of kernels/*.as', () => {
  assert.ok(Buffer.from(readFileSync(WASM_FILE)).equals(compiled.wasm), 'run npm run wasm and commit kernels.wasm')
})

test('kernels.wasm: has no float, no relaxed SIMD, and SIMD', () => {
  assert.is(BANNED.exec(compiled.text), null)
  assert.match(compiled.text, /i32x4\.dot_i16x8_s/)
  assert.ok(BANNED.test('(f64.add)') && BANNED.test('(i16x8.relaxed_q15mulr_s)'))
})

/**
 * V8's pass that joins neighbours takes the address of a widening load from whichever of the two stands first, and
 * Binaryen may turn them round: codes are loaded whole and widened by extend_low and extend_high, which have one source.
 */
test('kernels.wasm: widens no neighbour of another widening load', () => {
  assert.is(/load(8x8|16x4|32x2)_[su] offset=/.exec(compiled.text), null)
})

test('kernels.wasm: imports a shared memory, exports the kernels, no more', () => {
  const module = new WebAssembly.Module(readFileSync(WASM_FILE))
  assert.equal(WebAssembly.Module.imports(module), [{ module: 'env', name: 'memory', kind: 'memory' }])
  const names = WebAssembly.Module.exports(module).map(({ name }) => name)
  assert.equal(names.sort(), [...KERNELS].sort())
})

test.run()
