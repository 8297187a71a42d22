/** The WGSL rules of influence.md §10.1 that a reader of the sources can enforce. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dotRowsSource } from '../../influence/gpu/dotRowsShader.ts'
import { operatorSource } from '../../influence/gpu/operatorTable.ts'

const VARIANTS = ['packed', 'shifts'] as const

/** Rule → what must not occur. */
const BANS: readonly (readonly [string, RegExp])[] = [
  ['1: integers only', /\b(f32|f16|vec[234]f|vec[234]h|mat\d)\b|\d\.\d|enable f16/],
  ['1: codes are u32 buffers', /storage, read> (codes|vectors): (?!array<vec4<u32>>)/],
  ['5: no atomics', /atomic/],
  ['6: no subgroups', /subgroup/],
  ['7: no shift count from data without a mask', /(<<|>>)\s*(?:[ab]\b|s[ab]\b)/],
]

const offences = (source: string): string[] => BANS.filter(([, ban]) => ban.test(source)).map(([rule]) => rule)

test('shaders: no kernel breaks a rule', () => {
  for (const variant of VARIANTS) {
    for (const source of [dotRowsSource(variant, 1), dotRowsSource(variant, 4), operatorSource(variant)]) {
      assert.equal(offences(source), [])
      assert.ok(source.includes('@compute'))
    }
  }
})

test('shaders: a planted offence of each rule is caught', () => {
  const plants = [
    'let x = 1.5 * y;',
    '@binding(0) var<storage, read> codes: array<i32>;',
    'let old = atomicAdd(&counter, 1u);',
    'let s = subgroupAdd(x);',
    'let y = x << b;',
  ]
  for (const [i, plant] of plants.entries()) assert.equal(offences(plant), [BANS[i]![0]])
})

test('shaders: the packed variant asks for its language feature, the other does not need it', () => {
  assert.match(dotRowsSource('packed', 4), /^requires packed_4x8_integer_dot_product;/)
  assert.not.match(dotRowsSource('shifts', 4), /packed|dot4I8Packed/)
  assert.not.match(operatorSource('shifts'), /dot4[IU]8Packed|pack4xI8Clamp/)
})

test.run()
