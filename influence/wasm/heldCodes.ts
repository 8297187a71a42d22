/** The codes of an index as the lanes see them: all in the shared memory, or two tiles of it at a time. */
import { type CodeSource, codeTiles } from '../codeSource.ts'
import { alignTo, type LaneMemory } from './lanes/laneMemory.ts'

/** A tile of a streamed index: reads of this size reach a disk's full speed. */
const TILE_BYTES_MAX = 2 ** 25
/** Kernels read groups of four rows; what stands behind the last row counts for nothing. */
const GROUP_ROWS = 4

/** Rows that are in memory now. */
export interface HeldRows {
  readonly first: number
  readonly count: number
  /** Of row `first`. */
  readonly address: number
}

export interface HeldCodes {
  readonly isResident: boolean
  /** Goes once over all rows, in order. */
  passes(): AsyncIterable<HeldRows>
}

/** Reads all codes into the memory when they are at most `bytesMax`; else makes room for two tiles. */
export async function holdCodes(memory: LaneMemory, codes: CodeSource, bytesMax: number): Promise<HeldCodes> {
  const { rowCount, rowBytes } = codes
  const bytes = alignTo(rowCount, GROUP_ROWS) * rowBytes
  const isResident = bytes <= bytesMax
  if (!isResident) return streamCodes(memory, codes, Math.min(TILE_BYTES_MAX, bytesMax / 2))
  const address = memory.allocate(bytes)
  await codes.read(0, rowCount, memory.int8(address, rowCount * rowBytes))
  const all = [{ first: 0, count: rowCount, address }]
  return {
    isResident,
    passes: async function* () {
      yield* all
    },
  }
}

function streamCodes(memory: LaneMemory, codes: CodeSource, tileBytesMax: number): HeldCodes {
  const { rowCount, rowBytes } = codes
  const tileRows = Math.max(GROUP_ROWS, GROUP_ROWS * Math.floor(tileBytesMax / rowBytes / GROUP_ROWS))
  const tileBytes = tileRows * rowBytes
  const addresses = [0, 1].map(() => memory.allocate(tileBytes))
  // Even codes that are in the host's memory come by tiles: the lanes see only their own.
  const source: CodeSource = {
    rowCount,
    rowBytes,
    bytes: undefined,
    read: (first, count, target) => codes.read(first, count, target),
    close: async () => {},
  }
  return {
    isResident: false,
    passes: async function* () {
      const places = [...addresses]
      for await (const tile of codeTiles(source, tileBytes, (bytes) => memory.int8(places.shift()!, bytes))) {
        yield { first: tile.first, count: tile.count, address: tile.codes.byteOffset }
      }
    },
  }
}
