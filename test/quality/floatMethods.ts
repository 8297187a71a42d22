/**
 * The methods that the product's integers are measured against, in float64 from the same f32 gradients (influence.md §2,
 * §14). Every method gives benefits: larger means that the row lowered the loss of the answer more.
 */

/** Gradients of n rows and m queries, block by block; block l of the rows is n × dims[l], row by row. */
export interface GradientSet {
  readonly dims: readonly number[]
  readonly rowCount: number
  readonly queryCount: number
  readonly rows: readonly Float32Array[]
  readonly queries: readonly Float32Array[]
}

export const FLOAT_METHODS = [
  'DataInf',
  'dot',
  'cosine 1/λ',
  'exact inverse',
  'printed, as printed',
  'printed, sign repaired',
] as const
export type FloatMethod = (typeof FLOAT_METHODS)[number]

/** λ = mean square of a block's coordinates / 10. */
const LAMBDA_DIVISOR = 10

/** One block with what all methods share. */
export interface PreparedBlock {
  readonly d: number
  readonly n: number
  readonly rows: Float32Array
  readonly lambda: number
  /** ‖g_i‖². */
  readonly norms: Float64Array
  readonly mean: Float64Array
}

export function prepareBlocks(set: GradientSet, lambdaFactor = 1): PreparedBlock[] {
  return set.dims.map((d, l) => {
    const rows = set.rows[l]!
    const n = set.rowCount
    const norms = new Float64Array(n)
    const mean = new Float64Array(d)
    for (let i = 0; i < n; i++) {
      norms[i] = dotAt(rows, i * d, rows, i * d, d)
      for (let j = 0; j < d; j++) mean[j]! += rows[i * d + j]! / n
    }
    const total = norms.reduce((sum, x) => sum + x, 0)
    return { d, n, rows, norms, mean, lambda: (lambdaFactor * total) / (n * d * LAMBDA_DIVISOR) }
  })
}

export function dotAt(a: ArrayLike<number>, aFrom: number, b: ArrayLike<number>, bFrom: number, d: number): number {
  let [even, odd] = [0, 0]
  let j = 0
  for (; j + 1 < d; j += 2) {
    even += a[aFrom + j]! * b[bFrom + j]!
    odd += a[aFrom + j + 1]! * b[bFrom + j + 1]!
  }
  if (j < d) even += a[aFrom + j]! * b[bFrom + j]!
  return even + odd
}

/** g_k · direction for every row. */
export function project({ rows, d, n }: PreparedBlock, direction: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: n }, (_, k) => dotAt(rows, k * d, direction, 0, d))
}

/** v − (1/n) Σ L_i/(λ+N_i) g_i, which DataInf multiplies with every row (and divides by λ). */
export function dataInfDirection(block: PreparedBlock, query: ArrayLike<number>, products: Float64Array): Float64Array {
  const { d, n, rows, lambda, norms } = block
  const out = Float64Array.from({ length: d }, (_, j) => query[j]!)
  for (let i = 0; i < n; i++) {
    const weight = products[i]! / (lambda + norms[i]!) / n
    for (let j = 0; j < d; j++) out[j]! -= weight * rows[i * d + j]!
  }
  return out
}

/** Benefits of all rows for each query, by method. */
export function floatScores(
  set: GradientSet,
  methods: readonly FloatMethod[] = FLOAT_METHODS,
): Record<FloatMethod, Float64Array[]> {
  const out = Object.fromEntries(FLOAT_METHODS.map((method) => [method, [] as Float64Array[]])) as Record<
    FloatMethod,
    Float64Array[]
  >
  for (const method of methods)
    for (let q = 0; q < set.queryCount; q++) out[method].push(new Float64Array(set.rowCount))
  const lengths = levelLengths(set)
  for (const [l, block] of prepareBlocks(set).entries()) {
    const solve = methods.includes('exact inverse') ? inverseOf(block) : undefined
    for (let q = 0; q < set.queryCount; q++) {
      const query = set.queries[l]!.subarray(q * block.d, (q + 1) * block.d)
      const products = project(block, query)
      const terms = blockTerms(block, query, products, lengths, solve)
      for (const method of methods) {
        const sum = out[method][q]!
        for (let k = 0; k < sum.length; k++) sum[k]! += terms(method, k)
      }
    }
  }
  return out
}

/** √Σ_l ‖g_l‖²/λ_l of every row: what levelling and the cosine divide by. */
export function levelLengths(set: GradientSet): Float64Array {
  const squares = new Float64Array(set.rowCount)
  for (const { lambda, norms } of prepareBlocks(set))
    for (const [i, norm] of norms.entries()) squares[i]! += norm / lambda
  return squares.map(Math.sqrt)
}

function blockTerms(
  block: PreparedBlock,
  query: Float32Array,
  products: Float64Array,
  lengths: Float64Array,
  solve: ((v: Float32Array) => Float64Array) | undefined,
): (method: FloatMethod, k: number) => number {
  const { lambda, norms } = block
  const dataInf = project(block, dataInfDirection(block, query, products))
  const exact = solve && project(block, solve(query))
  const toMean = project(block, block.mean)
  const printed = (k: number) => (toMean[k]! / (lambda + norms[k]!) - products[k]!) / lambda
  return (method, k) => {
    switch (method) {
      case 'DataInf':
        return dataInf[k]! / lambda
      case 'dot':
        return products[k]!
      case 'cosine 1/λ':
        return products[k]! / lambda / (lengths[k]! || 1)
      case 'exact inverse':
        return exact![k]!
      case 'printed, as printed':
        return printed(k)
      case 'printed, sign repaired':
        return -printed(k)
    }
  }
}

/** v → (G + λ)⁻¹ v with G = (1/n) Σ g gᵀ, by Cholesky. */
export function inverseOf({ d, n, rows, lambda }: PreparedBlock): (v: ArrayLike<number>) => Float64Array {
  const a = new Float64Array(d * d)
  for (let i = 0; i < n; i++)
    for (let r = 0; r < d; r++) {
      const x = rows[i * d + r]! / n
      if (x !== 0) for (let c = 0; c <= r; c++) a[r * d + c]! += x * rows[i * d + c]!
    }
  for (let r = 0; r < d; r++) a[r * d + r]! += lambda
  for (let r = 0; r < d; r++)
    for (let c = 0; c <= r; c++) {
      const rest = a[r * d + c]! - dotAt(a, r * d, a, c * d, c)
      a[r * d + c] = r === c ? Math.sqrt(rest) : rest / a[c * d + c]!
    }
  return (v) => {
    const x = Float64Array.from({ length: d }, (_, j) => v[j]!)
    for (let r = 0; r < d; r++) x[r] = (x[r]! - dotAt(a, r * d, x, 0, r)) / a[r * d + r]!
    for (let r = d - 1; r >= 0; r--) {
      x[r]! /= a[r * d + r]!
      for (let c = 0; c < r; c++) x[c]! -= a[r * d + c]! * x[r]!
    }
    return x
  }
}

export interface PayOptions {
  readonly k?: number
  /** Divides by the row's length first, as level 1 does; lengths below a sixteenth of the median count as that. */
  readonly lengths?: Float64Array
}

/** Shares of pay by §6 without the guard: positive benefits, levelled, the first k. */
export function payShares(benefits: Float64Array, { k = 64, lengths }: PayOptions = {}): Float64Array {
  const median = lengths ? [...lengths].filter((x) => x > 0).sort((a, b) => a - b)[(lengths.length - 1) >> 1]! : 1
  const levelled = benefits.map((x, i) => (x > 0 ? x / (lengths ? Math.max(lengths[i]!, median / 16) : 1) : 0))
  const paid = Array.from(levelled.keys())
    .sort((i, j) => levelled[j]! - levelled[i]! || i - j)
    .slice(0, k)
  const total = paid.reduce((sum, i) => sum + levelled[i]!, 0)
  const shares = new Float64Array(benefits.length)
  if (total > 0) for (const i of paid) shares[i] = levelled[i]! / total
  return shares
}
