/** Step 7 of influence.md §5 in WGSL: Z from U and the query, its bit length by block, and H as i16 and as limbs. */
import { SHIFT_OF } from './dampen.ts'
import { WORKGROUP_SIZE } from './dotRows.ts'
import { WIDE_64 } from './wideArithmetic.ts'

/** Z = nA·b·2^16 − U·2^t below 2^54, in two words; an invocation has the 16 columns of a quad. */
const CORRECT = `
struct Shape { blockCount: u32, rowQuads: u32, acceptedCount: u32, firstSegment: u32 }
@group(0) @binding(0) var<storage, read> mixed: array<vec2<i32>>;     // U as (low 16 bits summed, the rest)
@group(0) @binding(1) var<storage, read> queries: array<u32>;
@group(0) @binding(2) var<storage, read> segments: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> peaks: array<u32>;
${WIDE_64}
${SHIFT_OF}
fn correct(query: u32, column: u32, t: u32) -> vec2<u32> {
  let at = query * shape.rowQuads * 16u + column;
  let parts = mixed[at];
  let u = add64(widen(parts.y, 16u), vec2<u32>(bitcast<u32>(parts.x), 0u));
  let by = (3u - (column & 3u)) * 8u;
  let code = bitcast<i32>(queries[at / 4u] << (by & 31u)) >> 24u;
  return add64(widen(code * bitcast<i32>(shape.acceptedCount), 16u), negate64(shiftLeft64(u, t)));
}`

export const correctSource = (): string => `
@group(0) @binding(4) var<storage, read_write> bits: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read> scales: array<u32>;          // M31 by block; 0: a dead block
@group(0) @binding(6) var<uniform> shape: Shape;
var<workgroup> peak: atomic<u32>;
${CORRECT}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let segment = segments[shape.firstSegment + group.x];
  let part = group.y * shape.blockCount + segment.x;
  if (lane < segment.z && scales[segment.x] != 0u) {
    let t = shiftOf(bitLength32(peaks[part]));
    var most = 0u;
    for (var c = 0u; c < 16u; c++) {
      most = max(most, bitLength64(size64(correct(group.y, (segment.y + lane) * 16u + c, t))));
    }
    atomicMax(&peak, most);
  }
  workgroupBarrier();
  if (lane == 0u) { atomicMax(&bits[part], atomicLoad(&peak)); }
}
`

export const narrowDirectionSource = (): string => `
@group(0) @binding(4) var<storage, read> bits: array<u32>;
@group(0) @binding(5) var<storage, read> scales: array<u32>;
@group(0) @binding(6) var<storage, read_write> directions: array<u32>; // H, two columns a word
@group(0) @binding(7) var<storage, read_write> limbs: array<u32>;      // of query q: low limbs as vector 2q, high as 2q + 1
@group(0) @binding(8) var<uniform> shape: Shape;
${CORRECT}
// rha(v, z) for |v| < 2^54 and a result of at most 2^14.
fn narrow(v: vec2<u32>, z: u32) -> i32 {
  var size = size64(v);
  if (z > 0u) {
    let half = z - 1u;
    size = add64(size, vec2<u32>(select(0u, 1u << (half & 31u), half < 32u), select(0u, 1u << (half & 31u), half >= 32u)));
  }
  let by = z & 31u;
  let joined = (size.x >> (by & 31u)) | select(size.y << ((32u - by) & 31u), 0u, by == 0u);
  let result = bitcast<i32>(select(joined, size.y >> (by & 31u), z >= 32u));
  return select(result, -result, isNegative(v));
}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let segment = segments[shape.firstSegment + group.x];
  if (lane >= segment.z) { return; }
  let part = group.y * shape.blockCount + segment.x;
  let t = shiftOf(bitLength32(peaks[part]));
  let z = shiftOf(bits[part]);
  let isAlive = scales[segment.x] != 0u;
  let quad = segment.y + lane;
  let rowWords = shape.rowQuads * 4u;
  for (var word = 0u; word < 4u; word++) {
    var h: vec4<i32>;
    for (var c = 0u; c < 4u; c++) {
      h[c] = select(0, narrow(correct(group.y, quad * 16u + word * 4u + c, t), z), isAlive);
    }
    let low = ((h + vec4<i32>(128)) & vec4<i32>(255)) - vec4<i32>(128);
    let high = (h - low) >> vec4<u32>(8u);
    let at = quad * 4u + word;
    limbs[group.y * 2u * rowWords + at] = packBytes(low);
    limbs[(group.y * 2u + 1u) * rowWords + at] = packBytes(high);
    directions[(group.y * rowWords + at) * 2u] = packPair(h.x, h.y);
    directions[(group.y * rowWords + at) * 2u + 1u] = packPair(h.z, h.w);
  }
}
fn packBytes(v: vec4<i32>) -> u32 {
  let b = bitcast<vec4<u32>>(v) & vec4<u32>(255u);
  return b.x | (b.y << 8u) | (b.z << 16u) | (b.w << 24u);
}
fn packPair(a: i32, b: i32) -> u32 { return (bitcast<u32>(a) & 0xffffu) | (bitcast<u32>(b) << 16u); }
`
