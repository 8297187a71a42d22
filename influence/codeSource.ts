/** The codes of an index, row after row: all in memory, or read by ranges where they are larger than that. */

export interface CodeSource {
  readonly rowCount: number
  readonly rowBytes: number
  /** All codes when they are in memory; `undefined` when they must be read by ranges. */
  readonly bytes: Int8Array | undefined
  /** Copies rows first … first + count − 1 into `target` (count × rowBytes). */
  read(first: number, count: number, target: Int8Array): Promise<void>
  close(): Promise<void>
}

export function memoryCodes(bytes: Int8Array, rowCount: number, rowBytes: number): CodeSource {
  return {
    rowCount,
    rowBytes,
    bytes,
    read: async (first, count, target) => target.set(bytes.subarray(first * rowBytes, (first + count) * rowBytes)),
    close: async () => {},
  }
}

/** Codes of at most `memoryBytesMax` as ones in memory; larger ones stay where they are. */
export async function holdCodes(source: CodeSource, memoryBytesMax: number): Promise<CodeSource> {
  const { rowCount, rowBytes } = source
  if (source.bytes !== undefined || rowCount * rowBytes > memoryBytesMax) return source
  const bytes = new Int8Array(rowCount * rowBytes)
  await source.read(0, rowCount, bytes)
  return memoryCodes(bytes, rowCount, rowBytes)
}

/** Rows first … first + count − 1 and their codes. */
export interface CodeTile {
  readonly first: number
  readonly count: number
  readonly codes: Int8Array
}

/**
 * All rows in order, in tiles of at most `tileBytesMax` (one row at least); codes in memory are one tile. While a tile is
 * visited the next one is read, so two are in memory: `allocate` gives the place of each.
 */
export async function* codeTiles(
  source: CodeSource,
  tileBytesMax: number,
  allocate: (bytes: number) => Int8Array = (bytes) => new Int8Array(bytes),
): AsyncGenerator<CodeTile, void, undefined> {
  const { rowCount, rowBytes, bytes } = source
  if (bytes !== undefined) {
    yield { first: 0, count: rowCount, codes: bytes }
    return
  }
  const tileRows = Math.min(rowCount, Math.max(1, Math.floor(tileBytesMax / rowBytes)))
  const buffers = [allocate(tileRows * rowBytes), allocate(tileRows < rowCount ? tileRows * rowBytes : 0)]
  const readTile = async (first: number): Promise<CodeTile | undefined> => {
    if (first >= rowCount) return undefined
    const count = Math.min(tileRows, rowCount - first)
    const codes = buffers[(first / tileRows) & 1]!.subarray(0, count * rowBytes)
    await source.read(first, count, codes)
    return { first, count, codes }
  }
  for (let tile = await readTile(0); tile !== undefined; ) {
    const next = readTile(tile.first + tileRows)
    // A consumer that stops early must not leave a rejection without a handler.
    next.catch(() => {})
    yield tile
    tile = await next
  }
}
