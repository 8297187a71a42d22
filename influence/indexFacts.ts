/** What the tables of an index say of it, gathered for people: rows by status, layers, exponents, levels. */
import { ACCEPTED, DUPLICATE, EMPTY, type IndexTables, NO_FLOOR } from './indexFile.ts'

export interface LayerFacts {
  readonly d: number
  readonly e0: number
  readonly eMin: number
  /** `undefined`: not clipped. */
  readonly floor: number | undefined
  /** Smallest and largest exponent among accepted rows. */
  readonly exponents: readonly [number, number]
  /** λ of the block, a float for people: T · 4^(−e0) / (10 · nA · d); 0 for a dead block. */
  readonly lambda: number
  readonly isDead: boolean
}

export interface IndexFacts {
  readonly accepted: number
  readonly duplicates: number
  readonly empty: number
  /** Row and the row that it repeats. */
  readonly repeats: readonly (readonly [row: number, of: number])[]
  /** Rows by Datanet. */
  readonly datanets: ReadonlyMap<bigint, number>
  readonly orderKeys: readonly [first: bigint, last: bigint]
  /** rho of accepted rows: smallest, lower median, largest; `undefined` without any. */
  readonly levels: readonly [bigint, bigint, bigint] | undefined
  readonly layers: readonly LayerFacts[]
}

export function gatherFacts(tables: IndexTables): IndexFacts {
  const { rows } = tables
  const counts = [0, 0, 0]
  const datanets = new Map<bigint, number>()
  const repeats: [number, number][] = []
  const levels: bigint[] = []
  for (const [row, status] of rows.status.entries()) {
    counts[status] = (counts[status] ?? 0) + 1
    const datanetId = rows.datanetIds[row]!
    datanets.set(datanetId, (datanets.get(datanetId) ?? 0) + 1)
    if (status === DUPLICATE) repeats.push([row, rows.duplicateOf[row]!])
    if (status === ACCEPTED) levels.push(rows.rho[row]!)
  }
  levels.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return {
    accepted: counts[ACCEPTED]!,
    duplicates: counts[DUPLICATE]!,
    empty: counts[EMPTY]!,
    repeats,
    datanets,
    orderKeys: [rows.orderKeys[0]!, rows.orderKeys.at(-1)!],
    levels: levels.length === 0 ? undefined : [levels[0]!, levels[(levels.length - 1) >> 1]!, levels.at(-1)!],
    layers: gatherLayers(tables),
  }
}

function gatherLayers({ header, layers, rows, exponents }: IndexTables): LayerFacts[] {
  return layers.map(({ d, e0, eMin, floor, sum }, l) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let row = 0; row < header.rowCount; row++) {
      if (rows.status[row] !== ACCEPTED) continue
      const exponent = exponents[row * header.blockCount + l]!
      least = Math.min(least, exponent)
      most = Math.max(most, exponent)
    }
    return {
      d,
      e0,
      eMin,
      floor: floor === NO_FLOOR ? undefined : floor,
      exponents: least > most ? [0, 0] : [least, most],
      lambda: sum === 0n ? 0 : (Number(sum) * 4 ** -e0) / (10 * header.acceptedCount * d),
      isDead: sum === 0n,
    }
  })
}
