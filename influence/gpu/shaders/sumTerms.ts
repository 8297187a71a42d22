/** Step 9 of influence.md §5 in WGSL: the largest exponent of a query's terms, and the sum of the terms of each row. */
import { SHIFT_OF } from './dampen.ts'
import { WORKGROUP_SIZE } from './dotRows.ts'
import { MULTIPLY_WIDE, WIDE_64, WIDE_96 } from './wideArithmetic.ts'

/** Added to exponents so that they are above 0 as u32: bl(P) + 31 + x − e stays within ±2^12. */
export const EXPONENT_BIAS = 2 ** 16

/** P = 256·Σ a·hi + Σ a·lo, below 2^38; 0 where (row, block) is not live. Vector 2q has the low limbs, 2q + 1 the high. */
const PRODUCT = `
struct Shape { rowCount: u32, blockCount: u32 }
@group(0) @binding(0) var<storage, read> sums: array<i32>;
@group(0) @binding(1) var<storage, read> ratios: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read> exponents: array<i32>;       // e by block and row
@group(0) @binding(3) var<storage, read> offsets: array<i32>;         // by query and block: x − z
@group(0) @binding(4) var<storage, read> bits: array<u32>;
${WIDE_64}
${SHIFT_OF}
fn product(query: u32, block: u32, row: u32) -> vec2<u32> {
  let ratio = ratios[block * shape.rowCount + row];
  if ((ratio.x | ratio.y) == 0u) { return vec2<u32>(0u, 0u); }
  let low = sums[(query * 2u * shape.blockCount + block) * shape.rowCount + row];
  let high = sums[((query * 2u + 1u) * shape.blockCount + block) * shape.rowCount + row];
  return add64(widen(high, 8u), widen(low, 0u));
}
// x − e of step 9.
fn termExponent(query: u32, block: u32, row: u32) -> i32 {
  let part = query * shape.blockCount + block;
  return bitcast<i32>(shiftOf(bits[part])) + offsets[part] - exponents[block * shape.rowCount + row];
}`

export const findTopSource = (): string => `
@group(0) @binding(5) var<storage, read_write> tops: array<atomic<u32>>; // biased; 0: all P are 0
@group(0) @binding(6) var<uniform> shape: Shape;
var<workgroup> top: atomic<u32>;
${PRODUCT}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x * ${WORKGROUP_SIZE}u + lane;
  if (row < shape.rowCount) {
    let size = bitcast<i32>(bitLength64(size64(product(group.z, group.y, row))));
    if (size > 0) { atomicMax(&top, bitcast<u32>(size + 31 + termExponent(group.z, group.y, row) + ${EXPONENT_BIAS})); }
  }
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&tops[group.z], atomicLoad(&top)); }
}
`

/** S = Σ rha(P·M31, s) with s = e − x − G = e − x − 50 + top ≥ bl(P) − 19; every term is at most 2^50, the sum 2^62. */
export const sumTermsSource = (): string => `
@group(0) @binding(5) var<storage, read> tops: array<u32>;
@group(0) @binding(6) var<storage, read> scales: array<u32>;
@group(0) @binding(7) var<storage, read_write> scores: array<vec2<u32>>;
@group(0) @binding(8) var<uniform> shape: Shape;
${PRODUCT}
${MULTIPLY_WIDE}
${WIDE_96}
fn term(p: vec2<u32>, scale: u32, s: i32) -> vec2<u32> {
  let exact = multiply96(size64(p), scale);  // below 2^69
  if (s > 69) { return vec2<u32>(0u, 0u); }
  var size = exact.xy;
  if (s > 0) {
    let by = bitcast<u32>(s);
    size = shiftRight96(add96(exact, power96(by - 1u)), by).xy;
  } else {
    size = shiftLeft64(size, bitcast<u32>(-s) & 31u);
  }
  return select(size, negate64(size), isNegative(p));
}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x * ${WORKGROUP_SIZE}u + lane;
  let query = group.z;
  if (row >= shape.rowCount) { return; }
  let top = bitcast<i32>(tops[query]) - ${EXPONENT_BIAS};
  var sum = vec2<u32>(0u, 0u);
  for (var block = 0u; block < shape.blockCount; block++) {
    let p = product(query, block, row);
    if ((p.x | p.y) == 0u) { continue; }
    sum = add64(sum, term(p, scales[block], top - 50 - termExponent(query, block, row)));
  }
  scores[query * shape.rowCount + row] = sum;
}
`
