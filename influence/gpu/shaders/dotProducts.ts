/** Dot products of four and of sixteen int8 codes in WGSL, in the two ways that influence.md §10.1 no. 2 allows. */

export type DotVariant = 'packed' | 'shifts'

const PACKED_DOT = `
alias Codes = vec4<u32>;
fn unpack(words: vec4<u32>) -> Codes { return words; }
fn dot16(a: Codes, b: Codes) -> i32 {
  return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}
fn dot4(a: u32, b: u32) -> i32 { return dot4I8Packed(a, b); }`

// Each operand of dot16 is spread once and used in many products.
const SHIFTS_DOT = `
struct Codes { a: vec4<i32>, b: vec4<i32>, c: vec4<i32>, d: vec4<i32> }
fn unpack(words: vec4<u32>) -> Codes {
  let w = bitcast<vec4<i32>>(words);
  let by24 = vec4<u32>(24u);
  return Codes((w << by24) >> by24, (w << vec4<u32>(16u)) >> by24, (w << vec4<u32>(8u)) >> by24, w >> by24);
}
fn dot16(x: Codes, y: Codes) -> i32 {
  let sum = x.a * y.a + x.b * y.b + x.c * y.c + x.d * y.d;
  return sum.x + sum.y + sum.z + sum.w;
}
fn spread(word: u32) -> vec4<i32> {
  return (vec4<i32>(bitcast<i32>(word)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u);
}
fn dot4(a: u32, b: u32) -> i32 {
  let product = spread(a) * spread(b);
  return product.x + product.y + product.z + product.w;
}`

/** The directive that must stand before everything else, and `unpack`, `dot16` and `dot4` of this variant. */
export const dotSource = (variant: DotVariant): { directive: string; body: string } =>
  variant === 'packed'
    ? { directive: 'requires packed_4x8_integer_dot_product;', body: PACKED_DOT }
    : { directive: '', body: SHIFTS_DOT }

/** 0 … count − 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
