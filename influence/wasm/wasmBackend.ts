/** The WebAssembly SIMD twin as a back end: threads started, self-tested, or refused with the reason (influence.md §10.4). */
import { availableParallelism } from 'node:os'
import type { ComputeBackend, Kernels } from '../backends/kernels.ts'
import {
  checkPipelines,
  expectEqual,
  PRODUCT_COLUMNS,
  PRODUCT_ROWS,
  productCodes,
  readSelfTestVectors,
  SelfTestMismatch,
  sha256Of,
} from '../backends/selfTest.ts'
import { memoryCodes } from '../codeSource.ts'
import { flagRowsOn } from './guardFlags.ts'
import { LANES_MAX, Lanes, WasmError } from './lanes.ts'
import { openWasmKernels } from './wasmKernels.ts'

export interface WasmBackendOptions {
  /** The host and its threads together; by default what the machine has. */
  readonly lanes?: number
}

/** Starts the threads and tests the kernels; throws a `WasmError` with the reason when they cannot be used. */
export async function openWasmBackend(options: WasmBackendOptions = {}): Promise<ComputeBackend> {
  const lanes = await Lanes.open(Math.min(LANES_MAX, Math.max(1, options.lanes ?? availableParallelism())))
  const backend = createWasmBackend(lanes)
  try {
    await selfTest(backend)
    return backend
  } catch (error) {
    lanes.close()
    throw error instanceof SelfTestMismatch ? new WasmError('WasmSelfTest', error.message) : error
  }
}

function createWasmBackend(lanes: Lanes): ComputeBackend {
  return {
    backend: 'wasm',
    description: `WebAssembly SIMD, ${lanes.count === 1 ? 'one thread' : `${lanes.count} threads`}`,
    flagRows: flagRowsOn(lanes),
    openKernels: (index, options) => openWasmKernels(lanes, index, options),
    close: () => lanes.close(),
  }
}

/** The product T4 by every kernel that computes one, and whole pipelines. */
async function selfTest(backend: ComputeBackend): Promise<void> {
  const vectors = readSelfTestVectors()
  const codes = productCodes(vectors.T4.start)
  const expect = (kernel: string, product: Int32Array | Float64Array) =>
    expectEqual(`T4, ${kernel}`, vectors.T4.productSha256, sha256Of(Int32Array.from(product)))
  const rows = await openProduct(backend, codes, PRODUCT_ROWS, PRODUCT_COLUMNS)
  expect('dotRows', await rows.dotRows(codes, PRODUCT_ROWS))
  expect('dotRowsWide', await rows.dotRowsWide(Int16Array.from(codes), PRODUCT_ROWS))
  rows.close()
  const columns = await openProduct(backend, transpose(codes), PRODUCT_COLUMNS, PRODUCT_ROWS)
  expect('mixRows', await columns.mixRows(Int16Array.from(codes), PRODUCT_ROWS))
  columns.close()
  await checkPipelines(vectors, backend)
}

function openProduct(backend: ComputeBackend, codes: Int8Array, rowCount: number, rowBytes: number): Promise<Kernels> {
  const source = memoryCodes(codes, rowCount, rowBytes)
  return backend.openKernels({ rowCount, rowBytes, offsets: [0], paddedDims: [rowBytes], codes: source })
}

function transpose(codes: Int8Array): Int8Array {
  const out = new Int8Array(codes.length)
  for (let i = 0; i < PRODUCT_ROWS; i++) {
    for (let j = 0; j < PRODUCT_COLUMNS; j++) out[j * PRODUCT_ROWS + i] = codes[i * PRODUCT_COLUMNS + j]!
  }
  return out
}
