/** Run by `gpu.test.ts` in a child that has a driver: device rules and kernel shapes; prints one JSON line a check. */
import { createJsKernels } from '../../influence/backends/jsBackend.ts'
import { memoryCodes } from '../../influence/codeSource.ts'
import type { DotVariant } from '../../influence/gpu/dotRowsShader.ts'
import { type GpuDevice, openGpuDevice } from '../../influence/gpu/gpuDevice.ts'
import { createDotPipelines, dotMatrix, uploadCodes } from '../../influence/gpu/gpuKernels.ts'
import { createXorshift } from '../../influence/gpu/operatorTable.ts'

const print = (name: string, value: unknown): void => console.log(JSON.stringify({ name, value }))

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? String(error),
  )

const next = createXorshift(7)
const randomCodes = (length: number): Int8Array => Int8Array.from({ length }, () => (next() % 255) - 127)

/** Differences between device and twin over shapes that are no multiples of a tile, a workgroup or a register block. */
async function compareShapes(gpu: GpuDevice, variant: DotVariant): Promise<{ sums: number; differ: number }> {
  const pipelines = await createDotPipelines(gpu, variant)
  let sums = 0
  let differ = 0
  for (const [rowCount, widths, count, tileRows] of [
    [1, [16], 1, 100],
    [3, [32, 16], 2, 1],
    [257, [16, 48, 112], 5, 100],
    [300, [64, 16], 7, 299],
    [65, [1040], 4, 64],
  ] as const) {
    const rowBytes = widths.reduce((sum, width) => sum + width, 0)
    const offsets = widths.map((_, l) => widths.slice(0, l).reduce<number>((sum, width) => sum + width, 0))
    const codes = randomCodes(rowCount * rowBytes)
    const twin = createJsKernels({
      rowCount,
      rowBytes,
      offsets,
      paddedDims: widths,
      codes: memoryCodes(codes, rowCount, rowBytes),
    })
    const matrix = await uploadCodes(gpu, codes, rowCount, rowBytes, tileRows)
    const vectors = randomCodes(count * rowBytes)
    const expected = await twin.dotRows(vectors, count)
    for (const [l, width] of widths.entries()) {
      const parts = Array.from({ length: count }, (_, q) => q * rowBytes + offsets[l]!)
      const block = Int8Array.from(parts.flatMap((start) => [...vectors.subarray(start, start + width)]))
      const own = await dotMatrix(gpu, pipelines, matrix, { offset: offsets[l]!, length: width }, block, count)
      for (const [i, sum] of own.entries()) {
        const q = Math.floor(i / rowCount)
        if (sum !== expected[(q * widths.length + l) * rowCount + (i % rowCount)]) differ++
      }
      sums += own.length
    }
    matrix.destroy()
  }
  return { sums, differ }
}

print('software refused', await codeOf(openGpuDevice(false)))
const gpu = await openGpuDevice(true)
print('software', gpu.isSoftware)
for (const variant of ['packed', 'shifts'] as const) print(`shapes, ${variant}`, await compareShapes(gpu, variant))

const tooLarge = gpu.device.limits.maxBufferSize * 2
const large = gpu.scoped('a buffer beyond the limit', () => {
  gpu.device.createBuffer({ size: tooLarge, usage: GPUBufferUsage.STORAGE })
})
print('beyond the limit', await codeOf(large))

const waiting = codeOf(gpu.orLost(new Promise(() => {})))
gpu.close()
print('lost while waiting', await waiting)
print('lost before', await codeOf(gpu.scoped('anything', () => {})))
