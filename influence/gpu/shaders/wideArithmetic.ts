/** Integers of 64 and 96 bits in WGSL, as words from the lowest: sums, products, shifts and bit lengths. */

export const MULTIPLY_WIDE = `
// 32 × 32 → 64 bits from 16-bit limbs: (low, high).
fn multiplyWide(a: u32, b: u32) -> vec2<u32> {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  let ll = al * bl; let lh = al * bh; let hl = ah * bl; let hh = ah * bh;
  let mid = (ll >> 16u) + (lh & 0xffffu) + (hl & 0xffffu);
  return vec2<u32>((ll & 0xffffu) | (mid << 16u), hh + (lh >> 16u) + (hl >> 16u) + (mid >> 16u));
}`

export const WIDE_64 = `
fn add64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}
fn negate64(a: vec2<u32>) -> vec2<u32> { return add64(~a, vec2<u32>(1u, 0u)); }
fn isNegative(a: vec2<u32>) -> bool { return (a.y >> 31u) == 1u; }
fn size64(a: vec2<u32>) -> vec2<u32> { return select(a, negate64(a), isNegative(a)); }
// v · 2^s of a signed word, 0 ≤ s ≤ 31.
fn widen(v: i32, s: u32) -> vec2<u32> {
  let high = v >> 31u;
  return shiftLeft64(vec2<u32>(bitcast<u32>(v), bitcast<u32>(high)), s);
}
fn shiftLeft64(a: vec2<u32>, s: u32) -> vec2<u32> {
  let carried = select(a.x >> ((32u - s) & 31u), 0u, s == 0u);
  return vec2<u32>(a.x << (s & 31u), (a.y << (s & 31u)) | carried);
}
fn bitLength32(v: u32) -> u32 { return 32u - countLeadingZeros(v); }
fn bitLength64(a: vec2<u32>) -> u32 { return select(bitLength32(a.x), 32u + bitLength32(a.y), a.y != 0u); }`

export const WIDE_96 = `
fn add96(a: vec3<u32>, b: vec3<u32>) -> vec3<u32> {
  let x = a.x + b.x;
  let carryX = select(0u, 1u, x < a.x);
  let y = a.y + b.y;
  let z = y + carryX;
  let carryY = select(0u, 1u, y < a.y) + select(0u, 1u, z < y);
  return vec3<u32>(x, z, a.z + b.z + carryY);
}
fn power96(s: u32) -> vec3<u32> {
  let bit = 1u << (s & 31u);
  return vec3<u32>(select(0u, bit, s < 32u), select(0u, bit, s >= 32u && s < 64u), select(0u, bit, s >= 64u));
}
// a ≫ s for 0 ≤ s < 96; word by word first, then by the rest.
fn shiftRight96(a: vec3<u32>, s: u32) -> vec3<u32> {
  var v = a;
  if (s >= 64u) { v = vec3<u32>(a.z, 0u, 0u); } else if (s >= 32u) { v = vec3<u32>(a.y, a.z, 0u); }
  let by = s & 31u;
  if (by == 0u) { return v; }
  let back = (32u - by) & 31u;
  return vec3<u32>((v.x >> (by & 31u)) | (v.y << (back & 31u)), (v.y >> (by & 31u)) | (v.z << (back & 31u)), v.z >> (by & 31u));
}
// a · b of 64 and 32 bits whose product is below 2^96.
fn multiply96(a: vec2<u32>, b: u32) -> vec3<u32> {
  let low = multiplyWide(a.x, b);
  let high = multiplyWide(a.y, b);
  return add96(vec3<u32>(low, 0u), vec3<u32>(0u, high));
}`
