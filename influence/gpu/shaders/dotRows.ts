/** `dotRows` in WGSL (influence.md §10.3): int8 dot products of rows with vectors, block by block (steps 3 and 8). */
import { type DotVariant, dotSource, range } from './dotProducts.ts'

export const WORKGROUP_SIZE = 64
/**
 * A quad is 16 codes, four words. A block is cut into segments of at most this many quads, so that a long block keeps many
 * workgroups busy; one invocation of a workgroup can fetch one quad of a segment.
 */
export const SEGMENT_QUADS = 64

/** How much one invocation sums, and where the vectors wait: in registers only, or for all 64 in workgroup memory. */
export interface DotTile {
  readonly rows: 1 | 2 | 4
  readonly vectors: 1 | 2 | 4 | 8
  readonly isStaged: boolean
}

export const dotTileName = ({ rows, vectors, isStaged }: DotTile): string =>
  `${rows}x${vectors} ${isStaged ? 'workgroup' : 'registers'}`

/**
 * Codes lie quad by quad: quad k of all rows of the tile, then quad k + 1. So 64 neighbouring invocations, each with its own
 * row, read 1 KiB in one piece, and no sum is shared between them. Sums run over at most 131,072 products of a code with a
 * limb of at most 128, below 2^31; the parts of a block that has several segments are below that as well, and `atomicAdd`
 * joins them.
 */
export function dotRowsSource(variant: DotVariant, tile: DotTile): string {
  const { directive, body } = dotSource(variant)
  const rows = range(tile.rows)
  const vectors = range(tile.vectors)
  const pairs = vectors.flatMap((v) => rows.map((r) => [v, r] as const))
  const staged = `var<workgroup> staged: array<vec4<u32>, ${tile.vectors * SEGMENT_QUADS}>;`
  const stage = `
  if (lane < segment.z) {
${vectors.map((v) => `    staged[lane * ${tile.vectors}u + ${v}u] = vectors[vectorAt${v} + lane];`).join('\n')}
  }
  workgroupBarrier();`
  const vector = (v: number) => (tile.isStaged ? `staged[k * ${tile.vectors}u + ${v}u]` : `vectors[vectorAt${v} + k]`)
  return `${directive}
struct Shape {
  rowCount: u32,      // of this tile of codes
  firstRow: u32,      // of this tile in the results
  resultRows: u32,
  firstQuad: u32,     // of this tile in a row
  rowQuads: u32,
  blockCount: u32,
  firstSegment: u32,
  firstVector: u32,
  vectorEnd: u32,
}
@group(0) @binding(0) var<storage, read> codes: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> segments: array<vec4<u32>>;  // block, first quad, quads, 1 if the only one
@group(0) @binding(3) var<storage, read_write> sums: array<atomic<i32>>;
@group(0) @binding(4) var<uniform> shape: Shape;
${body}
${tile.isStaged ? staged : ''}
fn store(vector: u32, row: u32, block: u32, isOnly: u32, sum: i32) {
  if (vector >= shape.vectorEnd || row >= shape.rowCount) { return; }
  let at = (vector * shape.blockCount + block) * shape.resultRows + shape.firstRow + row;
  if (isOnly == 1u) { atomicStore(&sums[at], sum); } else { atomicAdd(&sums[at], sum); }
}
@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let segment = segments[shape.firstSegment + group.z];
  let vector = shape.firstVector + group.x * ${tile.vectors}u;
  let row = group.y * ${WORKGROUP_SIZE * tile.rows}u + lane;
${vectors.map((v) => `  let vectorAt${v} = min(vector + ${v}u, shape.vectorEnd - 1u) * shape.rowQuads + segment.y;`).join('\n')}
${rows.map((r) => `  let row${r} = min(row + ${r * WORKGROUP_SIZE}u, shape.rowCount - 1u);`).join('\n')}
${tile.isStaged ? stage : ''}
  var at = (segment.y - shape.firstQuad) * shape.rowCount;
${pairs.map(([v, r]) => `  var sum${v}_${r} = 0;`).join('\n')}
  for (var k = 0u; k < segment.z; k++) {
${rows.map((r) => `    let a${r} = unpack(codes[at + row${r}]);`).join('\n')}
${vectors
  .map((v) =>
    [`    let b${v} = unpack(${vector(v)});`, ...rows.map((r) => `    sum${v}_${r} += dot16(a${r}, b${v});`)].join(
      '\n',
    ),
  )
  .join('\n')}
    at += shape.rowCount;
  }
${pairs.map(([v, r]) => `  store(vector + ${v}u, row + ${r * WORKGROUP_SIZE}u, segment.x, segment.w, sum${v}_${r});`).join('\n')}
}
`
}
