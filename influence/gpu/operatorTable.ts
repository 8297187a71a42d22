/** T1 of influence.md §13: 24 integer operations on 65,536 pairs; the first thing that a device must reproduce. */
import { type DotVariant, dotSource } from './shaders/dotProducts.ts'
import { MULTIPLY_WIDE } from './shaders/wideArithmetic.ts'

export const OPERATOR_PAIRS = 65_536
export const OPERATORS = 24
const START = 12345

const VALUES = [
  0, 1, 2, 3, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe,
  0xffffffff, 0x7f7f7f7f, 0x80808080, 0x81818181, 0x01020304, 0xdeadbeef, 0x12345678, 46341, 46340, 1000003,
]

/** xorshift32 from a start state. */
export function createXorshift(state: number): () => number {
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** a, b, a, b …: the table of values with itself, then random pairs. */
export function operatorInputs(): Uint32Array {
  const next = createXorshift(START)
  const inputs = new Uint32Array(2 * OPERATOR_PAIRS)
  let at = 0
  for (const a of VALUES) {
    for (const b of VALUES) {
      inputs[at++] = a
      inputs[at++] = b
    }
  }
  while (at < inputs.length) inputs[at++] = next()
  return inputs
}

const PACKED_OPERATORS = `
fn dotUnsigned(a: u32, b: u32) -> u32 { return dot4U8Packed(a, b); }
fn packClamped(v: vec4<i32>) -> u32 { return pack4xI8Clamp(v); }`

const SHIFTS_OPERATORS = `
fn dotUnsigned(a: u32, b: u32) -> u32 {
  return (a & 255u) * (b & 255u) + ((a >> 8u) & 255u) * ((b >> 8u) & 255u)
    + ((a >> 16u) & 255u) * ((b >> 16u) & 255u) + (a >> 24u) * (b >> 24u);
}
fn packClamped(v: vec4<i32>) -> u32 {
  let c = vec4<u32>(clamp(v, vec4<i32>(-128), vec4<i32>(127))) & vec4<u32>(255u);
  return c.x | (c.y << 8u) | (c.z << 16u) | (c.w << 24u);
}`

const WIDE_ARITHMETIC = `
${MULTIPLY_WIDE}
fn multiplyWideSigned(a: i32, b: i32) -> vec2<u32> {
  let r = multiplyWide(bitcast<u32>(a), bitcast<u32>(b));
  var high = r.y;
  if (a < 0) { high -= bitcast<u32>(b); }
  if (b < 0) { high -= bitcast<u32>(a); }
  return vec2<u32>(r.x, high);
}
// 64 / 32 → quotient and remainder by restoring division; needs high < divisor.
fn divideWide(low: u32, high: u32, divisor: u32) -> vec2<u32> {
  var rest = high;
  var quotient = 0u;
  for (var i = 0u; i < 32u; i++) {
    let top = rest >> 31u;
    rest = (rest << 1u) | ((low >> ((31u - i) & 31u)) & 1u);
    quotient = quotient << 1u;
    if (top == 1u || rest >= divisor) { rest -= divisor; quotient |= 1u; }
  }
  return vec2<u32>(quotient, rest);
}
fn squareRoot(v: u32) -> u32 {
  var n = v;
  var root = 0u;
  var bit = 1u << 30u;
  for (var i = 0u; i < 16u; i++) {
    if (n >= root + bit) { n -= root + bit; root = (root >> 1u) + bit; } else { root = root >> 1u; }
    bit = bit >> 2u;
  }
  return root;
}`

/** Writes 24 words a pair, in the order of §13. */
export function operatorSource(variant: DotVariant): string {
  const { directive, body } = dotSource(variant)
  return `${directive}
@group(0) @binding(0) var<storage, read> pairs: array<vec2<u32>>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;
${body}
${variant === 'packed' ? PACKED_OPERATORS : SHIFTS_OPERATORS}
${WIDE_ARITHMETIC}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= ${OPERATOR_PAIRS}u) { return; }
  let a = pairs[id.x].x;
  let b = pairs[id.x].y;
  let sa = bitcast<i32>(a);
  let sb = bitcast<i32>(b);
  let at = id.x * ${OPERATORS}u;
  results[at] = a + b;
  results[at + 1u] = a - b;
  results[at + 2u] = a * b;
  results[at + 3u] = bitcast<u32>(sa * sb);
  results[at + 4u] = a / b;
  results[at + 5u] = a % b;
  results[at + 6u] = bitcast<u32>(sa / sb);
  results[at + 7u] = bitcast<u32>(sa % sb);
  results[at + 8u] = a << (b & 31u);
  results[at + 9u] = a >> (b & 31u);
  results[at + 10u] = bitcast<u32>(sa >> (b & 31u));
  results[at + 11u] = bitcast<u32>(dot4(a, b));
  results[at + 12u] = dotUnsigned(a, b);
  let product = multiplyWide(a, b);
  results[at + 13u] = product.x;
  results[at + 14u] = product.y;
  let signedProduct = multiplyWideSigned(sa, sb);
  results[at + 15u] = signedProduct.x;
  results[at + 16u] = signedProduct.y;
  let divisor = max(b, 1u);
  results[at + 17u] = divideWide(a, b % divisor, divisor).x;
  let divided = divideWide(a, a % divisor, divisor);
  results[at + 18u] = divided.x;
  results[at + 19u] = divided.y;
  results[at + 20u] = squareRoot(a);
  results[at + 21u] = countLeadingZeros(a);
  results[at + 22u] = packClamped(vec4<i32>(sa, sb, sa >> 8u, sb >> 16u));
  let low = a + b;
  results[at + 23u] = b + a + select(0u, 1u, low < a);
}
`
}
