/** `mixRows` in WGSL (influence.md §10.3): U = Σ W·a over rows, column by column (step 6). */
import { type DotVariant, dotSource, range } from './dotProducts.ts'

/** `limbs`: codes of four rows are turned in registers and multiplied with int8 limbs of W; `wide`: W·a as i32 products. */
export interface MixTile {
  readonly vectors: 1 | 4 | 8
  readonly products: 'limbs' | 'wide'
  /**
   * Invocations that share the rows of a slice: 16, each with every 16th row, so that a GPU reads in one piece; or 1, which
   * needs no barrier, for processors that play a GPU.
   */
  readonly lanes: 1 | 16
}

export const mixTileName = ({ vectors, products, lanes }: MixTile): string => `${vectors} ${products} ${lanes} lanes`

/** Quads of one workgroup. */
export const mixQuads = ({ lanes }: MixTile): number => 16 / lanes

export const MIX_WORKGROUP_SIZE = 64
/** Rows of one step of a workgroup: 16 lanes × 4 rows. */
export const MIX_GROUP_ROWS = 64
/** Rows of one workgroup: limbs stay below 4,096·128·127 < 2^31; wide, 1,024·2^14·127 < 2^31. */
export const mixRowsMax = ({ products }: MixTile): number => (products === 'limbs' ? 4096 : 1024)

// Four words, each four columns of one row → four words, each four rows of one column.
const TURN = `
fn turn(r0: u32, r1: u32, r2: u32, r3: u32) -> vec4<u32> {
  let even = 0x00ff00ffu;
  let a = (r0 & even) | ((r1 & even) << 8u);
  let b = ((r0 >> 8u) & even) | (r1 & ~even);
  let c = (r2 & even) | ((r3 & even) << 8u);
  let d = ((r2 >> 8u) & even) | (r3 & ~even);
  return vec4<u32>((a & 0xffffu) | (c << 16u), (b & 0xffffu) | (d << 16u), (a >> 16u) | (c & 0xffff0000u), (b >> 16u) | (d & 0xffff0000u));
}`

// A sum p as (low 16 bits, the rest): both add up in i32 over all rows, at most 2^14 workgroups of 64.
const SPLIT_LIMBS = `
fn split(low: i32, high: i32) -> vec2<i32> {
  let rest = ((high & 255) << 8u) + low;
  return vec2<i32>(rest & 0xffff, (high >> 8u) + (rest >> 16u));
}`
const SPLIT_WIDE = 'fn split(p: i32, none: i32) -> vec2<i32> { return vec2<i32>(p & 0xffff, p >> 16u); }'

const SPREAD = `
fn spreadCodes(word: u32) -> vec4<i32> {
  return (vec4<i32>(bitcast<i32>(word)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u);
}`

const PRODUCTS: Readonly<Record<MixTile['products'], { rows: string; product: (v: number) => string }>> = {
  limbs: {
    rows: '      let c = turn(codes[at], codes[at + 64u], codes[at + 128u], codes[at + 192u]);',
    product: (v) => `
    low${v} += vec4<i32>(dot4(c.x, lo${v}), dot4(c.y, lo${v}), dot4(c.z, lo${v}), dot4(c.w, lo${v}));
    high${v} += vec4<i32>(dot4(c.x, hi${v}), dot4(c.y, hi${v}), dot4(c.z, hi${v}), dot4(c.w, hi${v}));`,
  },
  wide: {
    rows: range(4)
      .map((r) => `    let row${r} = spreadCodes(codes[at + ${64 * r}u]);`)
      .join('\n'),
    product: (v) => `
    let w${v} = spreadCodes(hi${v}) * vec4<i32>(256) + spreadCodes(lo${v});
    sum${v} += row0 * w${v}.x + row1 * w${v}.y + row2 * w${v}.z + row3 * w${v}.w;`,
  },
}

/** Joins the lanes' sums after one barrier: invocation 4·v + word has those of four columns of one vector. */
function joinLanes({ vectors, products }: MixTile, names: readonly string[]): string {
  const isLimbs = products === 'limbs'
  const at = isLimbs ? '2u * v' : 'v'
  return `
${names.map((name, i) => `  joined[${MIX_WORKGROUP_SIZE * i}u + lane] = ${name};`).join('\n')}
  workgroupBarrier();
  if (lane >= ${4 * vectors}u) { return; }
  let v = lane / 4u;
  var low = vec4<i32>();
  var high = vec4<i32>();
  for (var i = 0u; i < 16u; i++) {
    low += joined[(${at}) * ${MIX_WORKGROUP_SIZE}u + i * 4u + word];
    ${isLimbs ? `high += joined[(${at} + 1u) * ${MIX_WORKGROUP_SIZE}u + i * 4u + word];` : ''}
  }
  store(vector + v, quad * 16u + word * 4u, low, high);`
}

const storeAlone = (vectors: readonly number[], isLimbs: boolean): string =>
  vectors
    .map(
      (v) =>
        `  store(vector + ${v}u, quad * 16u + word * 4u, ${isLimbs ? `low${v}, high${v}` : `sum${v}, vec4<i32>()`});`,
    )
    .join('\n')

/**
 * A workgroup owns 16/lanes quads of 16 columns in a slice of rows: each invocation four columns (one word). Weights come as
 * limbs, a word for rows r, r + 16, r + 32, r + 48 of a group of 64. The slices' sums are joined by `atomicAdd` of both
 * halves.
 */
export function mixRowsSource(variant: DotVariant, tile: MixTile): string {
  const { directive, body } = dotSource(variant)
  const vectors = range(tile.vectors)
  const isLimbs = tile.products === 'limbs'
  const names = vectors.flatMap((v) => (isLimbs ? [`low${v}`, `high${v}`] : [`sum${v}`]))
  const { rows, product } = PRODUCTS[tile.products]
  const isAlone = tile.lanes === 1
  return `${directive}
struct Shape {
  rowCount: u32,      // of this tile of codes, a multiple of 64
  firstRow: u32,      // of this tile in the index, a multiple of 64
  resultRows: u32,
  firstQuad: u32,     // of this tile in a row
  rowQuads: u32,
  blockCount: u32,
  quad: u32,          // the first of this dispatch in a row
  quadEnd: u32,
  sliceRows: u32,     // a multiple of 64
  vectorEnd: u32,
}
@group(0) @binding(0) var<storage, read> codes: array<u32>;
@group(0) @binding(1) var<storage, read> weights: array<u32>;     // vector, block, low and high limbs, group, lane
@group(0) @binding(2) var<storage, read> quadBlocks: array<u32>;
@group(0) @binding(3) var<storage, read_write> mixed: array<atomic<i32>>;
@group(0) @binding(4) var<uniform> shape: Shape;
${isAlone ? '' : `var<workgroup> joined: array<vec4<i32>, ${MIX_WORKGROUP_SIZE * names.length}>;`}
${body}
${isLimbs ? TURN + SPLIT_LIMBS : SPREAD + SPLIT_WIDE}
fn store(vector: u32, column: u32, low: vec4<i32>, high: vec4<i32>) {
  if (vector >= shape.vectorEnd) { return; }
  for (var c = 0u; c < 4u; c++) {
    let parts = split(low[c], high[c]);
    let at = (vector * shape.rowQuads * 16u + column + c) * 2u;
    atomicAdd(&mixed[at], parts.x);
    atomicAdd(&mixed[at + 1u], parts.y);
  }
}
@compute @workgroup_size(${MIX_WORKGROUP_SIZE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let word = lane & 3u;
  let quad = shape.quad + ${isAlone ? 'group.y * 16u + lane / 4u' : 'group.y'};
  if (quad >= shape.quadEnd) { return; }
  let vector = group.z * ${tile.vectors}u;
  let first = group.x * shape.sliceRows;
  let end = min(first + shape.sliceRows, shape.rowCount);
  let limbWords = shape.resultRows / 4u;
  let block = quadBlocks[quad];
${vectors
  .map(
    (v) =>
      `  let weightAt${v} = (min(vector + ${v}u, shape.vectorEnd - 1u) * shape.blockCount + block) * 2u * limbWords + shape.firstRow / 4u;`,
  )
  .join('\n')}
${names.map((name) => `  var ${name} = vec4<i32>();`).join('\n')}
  for (var row = first; row < end; row += ${MIX_GROUP_ROWS}u) {
    for (var r = ${isAlone ? '0u; r < 16u; r++' : 'lane / 4u; r < 16u; r += 16u'}) {
      let at = ((quad - shape.firstQuad) * shape.rowCount + row + r) * 4u + word;
${rows}
${vectors
  .map(
    (v) => `
      let lo${v} = weights[weightAt${v} + row / 4u + r];
      let hi${v} = weights[weightAt${v} + limbWords + row / 4u + r];${product(v)}`,
  )
  .join('\n')}
    }
  }
${isAlone ? storeAlone(vectors, isLimbs) : joinLanes(tile, names)}
}
`
}
