/** Kernels over one index in WebAssembly: what the lanes need is laid out in their memory, and tasks of rows shared out. */
import assert from 'node:assert/strict'
import type { KernelInput, KernelOptions, Kernels } from '../backends/kernels.ts'
import { dotRows } from './dotRows.ts'
import { holdCodes } from './heldCodes.ts'
import { LaneMemory } from './laneMemory.ts'
import type { Lanes } from './lanes.ts'
import { mixRows } from './mixRows.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** Codes that stay in memory by default: 4 GiB less room for operands, results and working memory. */
const CODES_BYTES_MAX = 3.5 * 2 ** 30

/** Opens kernels over an index; its codes are read here unless they are to be streamed. */
export async function openWasmKernels(
  lanes: Lanes,
  input: KernelInput,
  { memoryBytesMax = CODES_BYTES_MAX }: KernelOptions = {},
): Promise<Kernels> {
  const memory = new LaneMemory(lanes)
  try {
    const codes = await holdCodes(memory, input.codes, Math.min(memoryBytesMax, CODES_BYTES_MAX))
    return createWasmKernels({ ...input, lanes, memory, codes })
  } catch (error) {
    memory.close()
    throw error
  }
}

function createWasmKernels(index: WasmIndex): Kernels {
  const { lanes, memory, rowCount, rowBytes, offsets } = index
  let isClosed = false
  const fill = <T>(sums: T, work: () => Promise<void>) =>
    lanes.alone(async () => {
      assert(!isClosed, 'kernels were used after their close')
      await work()
      return sums
    })
  const dots = <T extends Int32Array | Float64Array>(vectors: Int8Array | Int16Array, count: number, sums: T) =>
    fill(sums, () => dotRows(index, vectors, count, sums))
  const valueCount = offsets.length * rowCount
  return {
    backend: 'wasm',
    dotRows: (vectors, count) => dots(vectors, count, new Int32Array(count * valueCount)),
    dotRowsWide: (vectors, count) => dots(vectors, count, new Float64Array(count * valueCount)),
    mixRows: (weights, count) => {
      const sums = new Float64Array(count * rowBytes)
      return fill(sums, () => mixRows(index, weights, count, sums))
    },
    // Behind the work that is under way.
    close: () =>
      void lanes.alone(async () => {
        if (!isClosed) memory.close()
        isClosed = true
      }),
  }
}
