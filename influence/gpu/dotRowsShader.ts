/** `dotRows` in WGSL (influence.md §10.3): int8 dot products of rows with vectors, under the rules of §10.1. */

export type DotVariant = 'packed' | 'shifts'

/** Rows that one invocation sums side by side. */
export const ROWS_PER_INVOCATION = 4
export const WORKGROUP_SIZE = 64

const PACKED_DOT = `
alias Codes = vec4<u32>;
fn unpack(words: vec4<u32>) -> Codes { return words; }
fn dot16(a: Codes, b: Codes) -> i32 {
  return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}
fn dot4(a: u32, b: u32) -> i32 { return dot4I8Packed(a, b); }`

// Each operand is spread once and used in many products.
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
fn dot4(a: u32, b: u32) -> i32 { return dot16(unpack(vec4<u32>(a, 0u, 0u, 0u)), unpack(vec4<u32>(b, 0u, 0u, 0u))); }`

/** The directive that must stand before everything else, and `unpack`, `dot16` and `dot4` of this variant. */
export const dotSource = (variant: DotVariant): { directive: string; body: string } =>
  variant === 'packed'
    ? { directive: 'requires packed_4x8_integer_dot_product;', body: PACKED_DOT }
    : { directive: '', body: SHIFTS_DOT }

/**
 * Words of the uniform `Shape`. A quad is four words: 16 codes. Sums run over at most 131,072 products of a code with a
 * limb of at most 128, below 2^31.
 */
export const SHAPE_WORDS = 8

/** One invocation: four rows × `vectorsPerInvocation` vectors; rows and vectors past the end repeat the last one unstored. */
export function dotRowsSource(variant: DotVariant, vectorsPerInvocation: 1 | 4): string {
  const { directive, body } = dotSource(variant)
  const V = vectorsPerInvocation
  return `${directive}
struct Shape {
  rowCount: u32,      // of this tile
  vectorEnd: u32,
  blockQuads: u32,
  rowQuads: u32,
  offsetQuads: u32,
  firstVector: u32,
  outFirst: u32,      // first row of this tile in the result
  outRows: u32,
}
@group(0) @binding(0) var<storage, read> codes: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<i32>;
@group(0) @binding(3) var<uniform> shape: Shape;
${body}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.x * ${ROWS_PER_INVOCATION}u;
  let vector = shape.firstVector + id.y * ${V}u;
  if (row >= shape.rowCount || vector >= shape.vectorEnd) { return; }
  var rowAt: array<u32, ${ROWS_PER_INVOCATION}>;
  for (var i = 0u; i < ${ROWS_PER_INVOCATION}u; i++) {
    rowAt[i] = min(row + i, shape.rowCount - 1u) * shape.rowQuads + shape.offsetQuads;
  }
  var vectorAt: array<u32, ${V}>;
  for (var v = 0u; v < ${V}u; v++) { vectorAt[v] = min(vector + v, shape.vectorEnd - 1u) * shape.blockQuads; }
  var sum: array<vec4<i32>, ${V}>;
  for (var k = 0u; k < shape.blockQuads; k++) {
    let a0 = unpack(codes[rowAt[0] + k]);
    let a1 = unpack(codes[rowAt[1] + k]);
    let a2 = unpack(codes[rowAt[2] + k]);
    let a3 = unpack(codes[rowAt[3] + k]);
    for (var v = 0u; v < ${V}u; v++) {
      let b = unpack(vectors[vectorAt[v] + k]);
      sum[v] += vec4<i32>(dot16(a0, b), dot16(a1, b), dot16(a2, b), dot16(a3, b));
    }
  }
  for (var v = 0u; v < ${V}u && vector + v < shape.vectorEnd; v++) {
    let out = (vector + v) * shape.outRows + shape.outFirst + row;
    for (var i = 0u; i < ${ROWS_PER_INVOCATION}u && row + i < shape.rowCount; i++) { sums[out + i] = sum[v][i]; }
  }
}
`
}
