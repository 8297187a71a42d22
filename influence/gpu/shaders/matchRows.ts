/** The duplicate test of influence.md §3.5 in WGSL: which earlier rows' guard vectors are like a row's. */
import { type DotVariant, dotSource, range } from './dotProducts.ts'
import { WORKGROUP_SIZE } from './dotRows.ts'
import { MULTIPLY_WIDE } from './wideArithmetic.ts'

/** How many pairs one invocation multiplies. */
export interface MatchTile {
  readonly rows: 1 | 4
  readonly vectors: 1 | 4
}

/** `mark`: one bit for a vector that has any match; `match`: one bit for every match of a vector. */
export type MatchResult = 'mark' | 'match'

const STORE: Readonly<Record<MatchResult, string>> = {
  mark: 'atomicOr(&bits[vector / 32u], 1u << (vector & 31u));',
  match: 'atomicOr(&bits[vector * shape.wordsPerVector + row / 32u], 1u << (row & 31u));',
}

/**
 * g·h < 2^22 and norms < 2^22, so 256·(g·h)² ≤ 2^52 and tau·N·N ≤ 2^52: both exact in two words. Matches are few; the
 * rest costs no write. Work above the diagonal is skipped a workgroup
 * at a time.
 */
export function matchRowsSource(variant: DotVariant, result: MatchResult, tile: MatchTile): string {
  const { directive, body } = dotSource(variant)
  const rows = range(tile.rows)
  const vectors = range(tile.vectors)
  return `${directive}
struct Shape {
  rowCount: u32,
  firstRow: u32,
  firstVector: u32,
  vectorEnd: u32,
  tau: u32,
  wordsPerVector: u32,
}
@group(0) @binding(0) var<storage, read> codes: array<vec4<u32>>;     // 16 quads of all rows of the tile
@group(0) @binding(1) var<storage, read> vectors: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> vectorRows: array<u32>;      // which rows the vectors are, ascending
@group(0) @binding(3) var<storage, read> norms: array<u32>;
@group(0) @binding(4) var<storage, read_write> bits: array<atomic<u32>>;
@group(0) @binding(5) var<uniform> shape: Shape;
${body}
${MULTIPLY_WIDE}
fn isLike(sum: i32, normA: u32, normB: u32) -> bool {
  if (sum <= 0) { return false; }
  let square = multiplyWide(bitcast<u32>(sum), bitcast<u32>(sum));
  let product = multiplyWide(normA, normB);
  let low = multiplyWide(product.x, shape.tau);
  let left = vec2<u32>(square.x << 8u, (square.y << 8u) | (square.x >> 24u));
  let right = vec2<u32>(low.x, low.y + product.y * shape.tau);
  return left.y > right.y || (left.y == right.y && left.x >= right.x);
}
fn store(vector: u32, local: u32, sum: i32) {
  if (vector >= shape.vectorEnd || local >= shape.rowCount) { return; }
  let own = vectorRows[vector];
  let row = shape.firstRow + local;
  if (row >= own || !isLike(sum, norms[row], norms[own])) { return; }
  ${STORE[result]}
}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let vector = shape.firstVector + group.x * ${tile.vectors}u;
  let last = vectorRows[min(vector + ${tile.vectors - 1}u, shape.vectorEnd - 1u)];
  if (shape.firstRow + group.y * ${WORKGROUP_SIZE * tile.rows}u >= last) { return; }
  let row = group.y * ${WORKGROUP_SIZE * tile.rows}u + lane;
${vectors.map((v) => `  let vectorAt${v} = min(vector + ${v}u, shape.vectorEnd - 1u) * 16u;`).join('\n')}
${rows.map((r) => `  let row${r} = min(row + ${r * WORKGROUP_SIZE}u, shape.rowCount - 1u);`).join('\n')}
${vectors.flatMap((v) => rows.map((r) => `  var sum${v}_${r} = 0;`)).join('\n')}
  for (var k = 0u; k < 16u; k++) {
${rows.map((r) => `    let a${r} = unpack(codes[k * shape.rowCount + row${r}]);`).join('\n')}
${vectors
  .map((v) =>
    [
      `    let b${v} = unpack(vectors[vectorAt${v} + k]);`,
      ...rows.map((r) => `    sum${v}_${r} += dot16(a${r}, b${v});`),
    ].join('\n'),
  )
  .join('\n')}
  }
${vectors.flatMap((v) => rows.map((r) => `  store(vector + ${v}u, row + ${r * WORKGROUP_SIZE}u, sum${v}_${r});`)).join('\n')}
}
`
}
