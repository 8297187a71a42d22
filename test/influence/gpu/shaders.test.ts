/** Every kernel source under the WGSL rules of influence.md §10.1, and the rules under planted offences. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CANDIDATES, SOFTWARE_CANDIDATES } from '../../../influence/gpu/kernelChoice.ts'
import { operatorSource } from '../../../influence/gpu/operatorTable.ts'
import { FIXED_KERNELS } from '../../../influence/gpu/pipelines.ts'
import { dotRowsSource, dotTileName } from '../../../influence/gpu/shaders/dotRows.ts'
import { matchRowsSource } from '../../../influence/gpu/shaders/matchRows.ts'
import { mixRowsSource, mixTileName } from '../../../influence/gpu/shaders/mixRows.ts'
import { offences, RULES } from './shaderLint.ts'

const VARIANTS = ['packed', 'shifts'] as const

function* kernels(): Generator<readonly [string, string]> {
  for (const [name, source] of Object.entries(FIXED_KERNELS)) yield [name, source()]
  for (const variant of VARIANTS) {
    for (const { one, two, batch, mixOne, mixBatch, matchRows } of [CANDIDATES, SOFTWARE_CANDIDATES]) {
      for (const tile of [...one, ...two, ...batch]) {
        yield [`dotRows ${variant} ${dotTileName(tile)}`, dotRowsSource(variant, tile)]
      }
      for (const tile of [...mixOne, ...mixBatch]) {
        yield [`mixRows ${variant} ${mixTileName(tile)}`, mixRowsSource(variant, tile)]
      }
      for (const result of ['mark', 'match'] as const) {
        const name = `matchRows ${variant} ${result} ${matchRows.rows}x${matchRows.vectors}`
        yield [name, matchRowsSource(variant, result, matchRows)]
      }
    }
  }
}

test('shaders: no kernel breaks a rule', () => {
  let count = 0
  for (const [name, source] of kernels()) {
    assert.equal(offences(source), [], name)
    assert.ok(source.includes('@compute'), name)
    count++
  }
  assert.ok(count > 40)
})

test('shaders: the operator table divides by data on purpose and breaks no other rule', () => {
  for (const variant of VARIANTS) {
    assert.equal(offences(operatorSource(variant), ['7: divisors are not data']), [])
    assert.match(offences(operatorSource(variant)).join(), /^7: divisors are not data: \/ b$/)
  }
})

test('shaders: a planted offence of each rule is caught', () => {
  const buffers = Array.from({ length: 9 }, (_, i) => `var<storage, read> b${i}: array<u32>;`).join('\n')
  const plants: readonly (readonly [string, string])[] = [
    ['let x = 1.5 * y;', '1: integers only'],
    ['fn f(x: f32) {}', '1: integers only'],
    ['@binding(0) var<storage, read> codes: array<i32>;', '1: codes are u32 buffers'],
    ['let s = dot4I8Packed(a, b);', '2: packed products behind their language feature'],
    ['let old = atomicAdd(&counter, 1u);', '5: no atomic whose returned value is used'],
    ['if (atomicMax(&top, 1u) > 2u) { x = 1u; }', '5: no atomic whose returned value is used'],
    ['return atomicOr(&bits[0], 1u);', '5: no atomic whose returned value is used'],
    ['atomicExchange(&lock, 1u);', '5: no exchange'],
    ['let s = atomicLoad(&sums[at]);', '5: atomics in storage are not read back'],
    ['var<workgroup> peak: u32;', '5: a barrier before workgroup memory is shared'],
    ['let s = subgroupAdd(x);', '6: no subgroups'],
    ['let y = x << b;', '7: shift counts are masked'],
    ['let y = x >> (b + 1u);', '7: shift counts are masked'],
    ['let y = x<<(b);', '7: shift counts are masked'],
    ['let y = x / count;', '7: divisors are not data'],
    ['let y = x % (n - 1u);', '7: divisors are not data'],
    [buffers, 'limits: storage buffers'],
    ['var<workgroup> a: array<vec4<u32>, 1025>;\nworkgroupBarrier();', 'limits: workgroup memory'],
    ['@compute @workgroup_size(32, 16)', 'limits: invocations'],
  ]
  for (const [plant, rule] of plants) {
    const found = offences(plant)
    assert.is(found.length, 1, `${plant}: ${found.join()}`)
    assert.ok(found[0]!.startsWith(`${rule}: `), `${plant}: ${found.join()}`)
  }
  assert.equal(new Set(plants.map(([, rule]) => rule)), new Set(RULES.map(({ name }) => name)))
})

test('shaders: the packed variant asks for its language feature, the other does not need it', () => {
  const tile = CANDIDATES.batch[0]!
  assert.match(dotRowsSource('packed', tile), /^requires packed_4x8_integer_dot_product;/)
  assert.not.match(dotRowsSource('shifts', tile), /packed|dot4I8Packed/)
  assert.not.match(operatorSource('shifts'), /dot4[IU]8Packed|pack4xI8Clamp/)
})

test.run()
