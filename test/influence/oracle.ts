/** DataInf-Z by the book: influence.md §3.3, §5 and §6 in BigInt, with no filter, no limb and no double; slow on purpose. */

export interface OracleInput {
  readonly dims: readonly number[]
  /** Float values of rows and query, coordinate by coordinate. */
  readonly rows: readonly (readonly number[])[]
  readonly query: readonly number[]
  readonly tau: number
  readonly clip: number
}

export interface OracleOutput {
  readonly status: number[]
  readonly dupOf: (number | undefined)[]
  readonly rho: bigint[]
  readonly rhoRef: bigint
  readonly S: bigint[]
  readonly G: number
  readonly B: bigint[]
}

const size = (x: bigint): bigint => (x < 0n ? -x : x)
const bl = (x: bigint): number => (x === 0n ? 0 : size(x).toString(2).length)
const sign = (x: bigint): bigint => (x < 0n ? -1n : 1n)
const rdiv = (a: bigint, b: bigint): bigint => sign(a) * ((2n * size(a) + b) / (2n * b))
const rha = (x: bigint, s: number): bigint => (s <= 0 ? x << BigInt(-s) : rdiv(x, 1n << BigInt(s)))
const maxOf = (values: readonly bigint[]): bigint => [0n, ...values.map(size)].sort((a, b) => (a < b ? 1 : -1))[0]!
const dot = (a: readonly bigint[], b: readonly bigint[]): bigint => a.reduce((sum, x, j) => sum + x * b[j]!, 0n)
const median = <T>(values: readonly T[], order: (a: T, b: T) => number): T | undefined =>
  [...values].sort(order)[Math.floor((values.length - 1) / 2)]

function root(x: bigint): bigint {
  let low = 0n
  let high = 1n << BigInt(bl(x))
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (middle * middle <= x) low = middle
    else high = middle - 1n
  }
  return low
}

/** The exact value of a finite float times 2^149. */
function scaled(value: number): bigint {
  let exponent = 0
  let mantissa = value
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    exponent++
  }
  return (BigInt(mantissa) << 149n) >> BigInt(exponent)
}

/** Codes and exponent such that the largest |code| is 64 … 127, by dividing exact values. */
function quantise(values: readonly number[]): { codes: bigint[]; e: number } {
  const exact = values.map(scaled)
  const largest = maxOf(exact)
  if (largest === 0n) return { codes: exact.map(() => 0n), e: 0 }
  const e = 6 - (bl(largest) - 1 - 149)
  const codes = exact.map((value) => {
    const code = e - 149 >= 0 ? value << BigInt(e - 149) : rdiv(value, 1n << BigInt(149 - e))
    return size(code) > 127n ? sign(code) * 127n : code
  })
  return { codes, e }
}

const split = <T>(values: readonly T[], dims: readonly number[]): T[][] => {
  let at = 0
  return dims.map((d) => {
    at += d
    return values.slice(at - d, at)
  })
}

/** Needs D ≤ 256, where the guard vector is the codes. */
export function oracle({ dims, rows, query, tau, clip }: OracleInput): OracleOutput {
  const blocks = rows.map((row) => split(row, dims).map(quantise))
  const codes = blocks.map((row) => row.map((block) => block.codes))
  const e = blocks.map((row) => row.map((block) => block.e))
  const N = codes.map((row) => row.map((a) => dot(a, a)))
  const { status, dupOf } = flag(
    codes.map((row) => row.flat()),
    tau,
  )
  const accepted = [...rows.keys()].filter((i) => status[i] === 0)
  for (const l of dims.keys()) {
    if (clip === 255) break
    const own = accepted.filter((i) => N[i]![l]! > 0n).map((i) => e[i]![l]!)
    const middle = median(own, (a, b) => a - b)
    if (middle === undefined) continue
    for (const i of rows.keys()) if (N[i]![l]! > 0n) e[i]![l] = Math.max(e[i]![l]!, middle - clip)
  }
  const nA = BigInt(accepted.length)
  const layers = dims.map((d, l) => {
    const own = accepted.filter((i) => N[i]![l]! > 0n)
    const eMin = Math.min(...own.map((i) => e[i]![l]!))
    const live = own.filter((i) => e[i]![l]! <= eMin + 40)
    const e0 = Math.max(...live.map((i) => e[i]![l]!))
    const T = live.reduce((sum, i) => sum + N[i]![l]! * 4n ** BigInt(e0 - e[i]![l]!), 0n)
    return { d: BigInt(d), live: new Set(live), e0, T }
  })
  const rho = rows.map((_, i) => {
    if (status[i] !== 0) return 0n
    const terms = layers.map(({ d, live, e0, T }, l) =>
      live.has(i) ? (N[i]![l]! * 4n ** BigInt(e0 - e[i]![l]!) * 10n * nA * d * 2n ** 32n) / T : 0n,
    )
    return root(terms.reduce((sum, term) => sum + term, 0n))
  })
  const rhoRef =
    median(
      accepted.map((i) => rho[i]!).filter((r) => r > 0n),
      (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    ) ?? 0n
  const b = split(query, dims).map(quantise)
  const P = layers.map((layer, l) =>
    products(
      layer,
      b[l]!,
      codes.map((row) => row[l]!),
      N.map((row) => row[l]!),
      e.map((row) => row[l]!),
      nA,
    ),
  )
  const { S, G } = assemble(P, e)
  const rhoMin = rhoRef / 16n > 1n ? rhoRef / 16n : 1n
  const B = S.map((s, k) => (s > 0n ? (s * rhoRef) / (rho[k]! > rhoMin ? rho[k]! : rhoMin) : 0n))
  return { status, dupOf, rho, rhoRef, S, G, B }
}

function flag(
  guards: readonly (readonly bigint[])[],
  tau: number,
): { status: number[]; dupOf: (number | undefined)[] } {
  const status: number[] = []
  const dupOf: (number | undefined)[] = []
  for (const [j, g] of guards.entries()) {
    const isEmpty = g.every((code) => code === 0n)
    const of = [...guards.keys()].find((i) => {
      if (tau === 0 || isEmpty || i >= j || status[i] !== 0) return false
      const own = guards[i]!
      const product = dot(own, g)
      return product > 0n && 256n * product ** 2n >= BigInt(tau) * dot(own, own) * dot(g, g)
    })
    dupOf.push(of)
    status.push(isEmpty ? 2 : of === undefined ? 0 : 1)
  }
  return { status, dupOf }
}

interface OracleLayer {
  readonly d: bigint
  readonly live: ReadonlySet<number>
  readonly e0: number
  readonly T: bigint
}

/** Steps 3 to 8 of one block: P and the exponent x, and M31. */
function products(
  { d, live, e0, T }: OracleLayer,
  query: { codes: bigint[]; e: number },
  a: readonly (readonly bigint[])[],
  N: readonly bigint[],
  e: readonly number[],
  nA: bigint,
): { P: bigint[]; x: number; M31: bigint } {
  if (live.size === 0) return { P: a.map(() => 0n), x: 0, M31: 0n }
  const R = a.map((row, i) => {
    if (!live.has(i)) return 0n
    const D = 10n * nA * d * 4n ** BigInt(e0 - e[i]!)
    return rdiv(dot(row, query.codes) * 65536n * D, N[i]! * D + T)
  })
  const t = Math.max(0, bl(maxOf(R)) - 14)
  const W = R.map((r) => rha(r, t))
  const Z = query.codes.map(
    (b, j) => nA * b * 65536n - a.reduce((sum, row, i) => sum + W[i]! * row[j]!, 0n) * 2n ** BigInt(t),
  )
  const z = Math.max(0, bl(maxOf(Z)) - 14)
  const H = Z.map((value) => rha(value, z))
  const P = a.map((row, k) => (live.has(k) ? dot(row, H) : 0n))
  const M = (10n * d * 2n ** BigInt(bl(T) + 31)) / T
  const M31 = M / 2n ** BigInt(bl(M) - 31)
  const xl = bl(M) - 62 - bl(T)
  return { P, x: z - 16 - query.e + 2 * e0 + xl, M31 }
}

function assemble(blocks: readonly { P: bigint[]; x: number; M31: bigint }[], e: readonly (readonly number[])[]) {
  const bits = blocks.flatMap(({ P, x }, l) => P.flatMap((p, k) => (p === 0n ? [] : [bl(p) + 31 + x - e[k]![l]!])))
  const G = bits.length === 0 ? 0 : 50 - Math.max(...bits)
  const S = e.map((own, k) =>
    bits.length === 0 ? 0n : blocks.reduce((sum, { P, x, M31 }, l) => sum + rha(P[k]! * M31, -(x - own[l]! + G)), 0n),
  )
  return { S, G }
}
