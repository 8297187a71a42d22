/** Steps 4 and 5 of influence.md §5 in WGSL: R from Q, the largest |R| of a block, and W as limbs. */
import { WORKGROUP_SIZE } from './dotRows.ts'
import { MULTIPLY_WIDE, WIDE_96 } from './wideArithmetic.ts'

/**
 * R = rdiv(Q·2^16·D, N·D + T) = Q·c rounded half away from zero, from c as a double M·2^−s (M of 53 bits, s = 1075 − its
 * biased exponent) that is off by less than 2^−50 of itself. c ≤ 2^16/N ≤ 16, so s ≥ 48; for s > 86, |Q|·c < 2^31·2^−34:
 * R = 0. Else |Q|·M is exact in 84 bits, and the true |Q|·c·2^s lies within |Q|·2^53·2^−50 = 8·|Q| of it. Where both ends
 * of that interval round alike, R is certain; where they do not (ties, and one in 2^23 of the rest at most) the value is
 * marked in `doubts`, and the host divides in BigInt.
 */
export const dampenSource = (): string => `
struct Shape { rowCount: u32, blockCount: u32, queryCount: u32 }
@group(0) @binding(0) var<storage, read_write> sums: array<i32>;      // Q of all queries, then R
@group(0) @binding(1) var<storage, read> ratios: array<vec2<u32>>;    // doubles by block and row; 0: not live
@group(0) @binding(2) var<storage, read_write> peaks: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> doubts: array<atomic<u32>>; // any, then one bit a value
@group(0) @binding(4) var<uniform> shape: Shape;
var<workgroup> peak: atomic<u32>;
${MULTIPLY_WIDE}
${WIDE_96}
fn subtract96(a: vec3<u32>, b: vec2<u32>) -> vec3<u32> {
  return add96(a, add96(vec3<u32>(~b.x, ~b.y, 0xffffffffu), vec3<u32>(1u, 0u, 0u)));
}
fn dampen(at: u32, size: u32, ratio: vec2<u32>) -> u32 {
  let exponent = (ratio.y >> 20u) & 0x7ffu;
  if (size == 0u || exponent < 989u) { return 0u; }
  let s = 1075u - exponent;
  let product = multiply96(vec2<u32>(ratio.x, (ratio.y & 0xfffffu) | 0x100000u), size);
  let center = add96(product, power96(s - 1u));
  let margin = vec2<u32>(size << 3u, size >> 29u);
  let least = shiftRight96(subtract96(center, margin), s);
  let most = shiftRight96(add96(center, vec3<u32>(margin, 0u)), s);
  if (least.x != most.x) {
    atomicOr(&doubts[0], 1u);
    atomicOr(&doubts[1u + at / 32u], 1u << (at & 31u));
  }
  return shiftRight96(center, s).x;
}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x * ${WORKGROUP_SIZE}u + lane;
  let part = group.z * shape.blockCount + group.y;
  if (row < shape.rowCount) {
    let at = part * shape.rowCount + row;
    let dot = sums[at];
    let size = dampen(at, bitcast<u32>(abs(dot)), ratios[group.y * shape.rowCount + row]);
    sums[shape.queryCount * shape.blockCount * shape.rowCount + at] = select(bitcast<i32>(size), -bitcast<i32>(size), dot < 0);
    atomicMax(&peak, size);
  }
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&peaks[part], atomicLoad(&peak)); }
}
`

/** t of a block from its largest |R| < 2^26, and z from the bit length of its largest |Z|: 14 bits are kept. */
export const SHIFT_OF = `
fn shiftOf(bits: u32) -> u32 { return max(bits, 14u) - 14u; }`

/** W = rha(R, t), four rows a word: rows r, r + 16, r + 32, r + 48 of a group of 64 (see \`mixRows\`), low and high limbs. */
export const narrowSource = (): string => `
struct Shape { rowCount: u32, blockCount: u32, queryCount: u32 }
@group(0) @binding(0) var<storage, read> sums: array<i32>;
@group(0) @binding(1) var<storage, read> peaks: array<u32>;
@group(0) @binding(2) var<storage, read_write> weights: array<u32>;
@group(0) @binding(3) var<uniform> shape: Shape;
${SHIFT_OF}
fn narrow(r: i32, t: u32) -> i32 {
  let half = select(0u, 1u << ((t - 1u) & 31u), t > 0u);
  let size = bitcast<i32>((bitcast<u32>(abs(r)) + half) >> (t & 31u));
  return select(size, -size, r < 0);
}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let word = group.x * ${WORKGROUP_SIZE}u + lane;
  let limbWords = shape.rowCount / 4u;
  if (word >= limbWords) { return; }
  let part = group.z * shape.blockCount + group.y;
  let t = shiftOf(32u - countLeadingZeros(peaks[part]));
  let first = (shape.queryCount * shape.blockCount + part) * shape.rowCount + (word / 16u) * 64u + (word & 15u);
  var low = 0u;
  var high = 0u;
  for (var i = 0u; i < 4u; i++) {
    let w = narrow(sums[first + 16u * i], t);
    let limb = ((w + 128) & 255) - 128;
    let by = 8u * i;
    low |= (bitcast<u32>(limb) & 255u) << (by & 31u);
    high |= (bitcast<u32>((w - limb) >> 8u) & 255u) << (by & 31u);
  }
  let at = part * 2u * limbWords + word;
  weights[at] = low;
  weights[at + limbWords] = high;
}
`
