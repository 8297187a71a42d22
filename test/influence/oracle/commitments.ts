/** Bytes and roots by the book: index file, query hash, scores, context and result of influence.md §4 and §6.6. */
import type { Hasher } from '../../../primitives/hashes.ts'
import type { OracleEntry, OracleOptions } from './attribution.ts'
import type { OracleBlock, OracleGuard, OracleIndex } from './gradientIndex.ts'
import type { OracleScores } from './scores.ts'

export interface PaidIds {
  readonly datanetIds: readonly bigint[]
  readonly rowIds: readonly bigint[]
}

export interface OracleIds extends PaidIds {
  readonly orderKeys: readonly bigint[]
  readonly modelVersion: Uint8Array
  readonly guardSeed: Uint8Array
}

/** Values one after another, each little-endian, two's complement. */
export function listed(values: readonly (bigint | number)[], length: number): Uint8Array {
  const out = new Uint8Array(values.length * length)
  for (const [i, value] of values.entries()) {
    let rest = BigInt.asUintN(8 * length, BigInt(value))
    for (let at = i * length; rest > 0n; at++) {
      out[at] = Number(rest & 255n)
      rest >>= 8n
    }
  }
  return out
}

export const le = (value: bigint | number, length: number): Uint8Array => listed([value], length)

export const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))

/** Blocks one after another, each filled up to a multiple of 16 values of `length` bytes. */
export const padded = (blocks: readonly (readonly bigint[])[], length: number): Uint8Array =>
  listed(
    blocks.flatMap((block) => [...block, ...Array<bigint>((16 - (block.length % 16)) % 16).fill(0n)]),
    length,
  )

const upTo64 = (bytes: Uint8Array): Uint8Array => join(bytes, new Uint8Array((64 - (bytes.length % 64)) % 64))

export interface Commitments {
  tree(leaves: readonly Uint8Array[]): Uint8Array
  hashOf(domain: number, ...parts: readonly Uint8Array[]): Uint8Array
  bytesRoot(domain: number, bytes: Uint8Array, chunkBytes: number): Uint8Array
}

export function commitmentsWith(hash: Hasher): Commitments {
  const hashOf = (domain: number, ...parts: readonly Uint8Array[]) => hash(join(Uint8Array.of(domain), ...parts))
  const tree = (leaves: readonly Uint8Array[]): Uint8Array => {
    let level = leaves.length === 0 ? [hashOf(0)] : [...leaves]
    while (!Number.isInteger(Math.log2(level.length))) level.push(hashOf(0))
    while (level.length > 1) {
      const below = level
      level = below.filter((_, i) => i % 2 === 0).map((left, i) => hashOf(1, left, below[2 * i + 1]!))
    }
    return hashOf(2, le(leaves.length, 4), level[0]!)
  }
  const bytesRoot = (domain: number, bytes: Uint8Array, chunkBytes: number): Uint8Array => {
    const count = Math.ceil(bytes.length / chunkBytes)
    const chunk = (j: number) => bytes.subarray(j * chunkBytes, (j + 1) * chunkBytes)
    return tree(Array.from({ length: count }, (_, j) => hashOf(domain, le(j, 4), chunk(j))))
  }
  return { tree, hashOf, bytesRoot }
}

function rowEntry(index: OracleIndex, ids: OracleIds, row: number): Uint8Array {
  const identity = [ids.datanetIds[row]!, ids.rowIds[row]!, ids.orderKeys[row]!, index.rho[row]!]
  const dupOf = index.dupOf[row] ?? 0xffffffff
  return join(listed(identity, 8), le(dupOf, 4), le(index.status[row]!, 1), new Uint8Array(3))
}

const guardBytes = ({ values }: OracleGuard): Uint8Array => join(listed(values, 1), new Uint8Array(256 - values.length))

/** The whole file of §4.1. */
export function oracleIndexFile(index: OracleIndex, ids: OracleIds, commit: Commitments, kind = 1): Uint8Array {
  const { dims, codes, e, guards, layers } = index
  const n = codes.length
  const layerTable = join(
    ...layers.map(({ d, e0, eMin, floor, T }) =>
      join(le(d, 4), le(e0, 2), le(eMin, 2), le(floor, 2), le(0, 2), le(T, 20)),
    ),
  )
  const entries = codes.map((_, row) => rowEntry(index, ids, row))
  const rowCodes = codes.map((blocks) => padded(blocks, 1))
  const leaves = codes.map((_, row) => {
    const codeRoot = commit.bytesRoot(0x10, rowCodes[row]!, 4096)
    return commit.hashOf(0x11, le(row, 4), entries[row]!, listed(e[row]!, 2), guardBytes(guards[row]!), codeRoot)
  })
  const head = join(
    Buffer.from('DZI1'),
    le(1, 2),
    le(kind, 1),
    le(index.clip, 1),
    listed([n, index.nA, dims.length], 4),
    le(index.tau, 2),
    le(0, 2),
    listed([rowCodes[0]!.length, index.rhoRef, 0n], 8),
    ids.modelVersion,
    ids.guardSeed,
    commit.hashOf(0x13, layerTable),
    commit.tree(leaves),
  )
  const front = join(head, layerTable, ...entries, listed(e.flat(), 2), ...guards.map(guardBytes))
  return join(upTo64(front), ...rowCodes)
}

export interface OracleRoots {
  readonly queryHash: Uint8Array
  readonly scoresRoot: Uint8Array
  readonly contextRoot: Uint8Array
}

export function oracleQueryHash(
  query: readonly OracleBlock[],
  jobId: bigint,
  modelVersion: Uint8Array,
  commit: Commitments,
): Uint8Array {
  const exponents = listed(
    query.map(({ e }) => e),
    2,
  )
  const codes = padded(
    query.map(({ codes }) => codes),
    1,
  )
  const codeRoot = commit.bytesRoot(0x10, codes, 4096)
  return commit.hashOf(0x14, modelVersion, le(jobId, 32).reverse(), le(query.length, 4), exponents, codeRoot)
}

export function oracleScoresRoot(S: readonly bigint[], commit: Commitments): Uint8Array {
  const leaf = (j: number) => commit.hashOf(0x15, le(128 * j, 4), listed(S.slice(128 * j, 128 * (j + 1)), 8))
  return commit.tree(Array.from({ length: Math.ceil(S.length / 128) }, (_, j) => leaf(j)))
}

export function oracleRoots(
  scores: OracleScores,
  jobId: bigint,
  modelVersion: Uint8Array,
  commit: Commitments,
): OracleRoots {
  const { query, S, G, x, H } = scores
  const queryHash = oracleQueryHash(query, jobId, modelVersion, commit)
  const scoresRoot = oracleScoresRoot(S, commit)
  const contextRoot = commit.hashOf(0x17, queryHash, le(G, 4), listed(x, 4), commit.bytesRoot(0x16, padded(H, 2), 8192))
  return { queryHash, scoresRoot, contextRoot }
}

export interface OracleResult {
  /** 1 datainf (default), 2 span, 3 rag. */
  readonly method?: number
  readonly options: OracleOptions
  readonly rowCount: number
  readonly G: number
  readonly roots: OracleRoots
  readonly entries: readonly OracleEntry[]
}

/** The result bytes of §6.6. */
export function oracleResultBytes(result: OracleResult, sourceRoot: Uint8Array, ids: PaidIds): Uint8Array {
  const { method = 1, options, rowCount, G, roots, entries } = result
  const head = join(
    Buffer.from('ATR1'),
    le(1, 2),
    le(method, 1),
    le(options.level, 1),
    listed([options.k, options.tau], 2),
    listed([rowCount, G], 4),
    listed([entries.length, 0], 2),
    sourceRoot,
    roots.queryHash,
    roots.scoresRoot,
    roots.contextRoot,
  )
  const body = entries.map(({ row, score, weight }) =>
    join(listed([row, 0], 4), listed([ids.datanetIds[row]!, ids.rowIds[row]!, score, weight], 8)),
  )
  return join(head, ...body)
}
