/** Rows as they lie in the file → tiles quad by quad, as `dotRows` and `mixRows` read them. */

export const SPREAD_SIDE = 8

/** 8 × 8 invocations: eight quads of a row are read in one piece of 128 bytes, and eight rows of a quad written. */
export const spreadQuadsSource = (): string => `
struct Shape {
  rowCount: u32,      // of this part of the file
  rowQuads: u32,
  firstQuad: u32,     // of the tile in a row
  quadCount: u32,     // of the tile
  tileRows: u32,
  tileRow: u32,       // where the first row goes
}
@group(0) @binding(0) var<storage, read> rows: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> codes: array<vec4<u32>>;
@group(0) @binding(2) var<uniform> shape: Shape;
@compute @workgroup_size(${SPREAD_SIDE}, ${SPREAD_SIDE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let row = group.x * ${SPREAD_SIDE}u + local.y;
  let quad = (group.y + group.z * 65535u) * ${SPREAD_SIDE}u + local.x;
  if (row >= shape.rowCount || quad >= shape.quadCount) { return; }
  codes[quad * shape.tileRows + shape.tileRow + row] = rows[row * shape.rowQuads + shape.firstQuad + quad];
}
`
