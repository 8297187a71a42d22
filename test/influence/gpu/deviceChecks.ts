/** Run by `gpu.test.ts` in a child that has a driver: device rules, kernels and tiles; prints one JSON line a check. */
import { createJsKernels } from '../../../influence/backends/jsBackend.ts'
import type { KernelInput, Kernels } from '../../../influence/backends/kernels.ts'
import { type CodeSource, memoryCodes } from '../../../influence/codeSource.ts'
import type { BandOptions } from '../../../influence/gpu/codeBands.ts'
import { flagRowsOnDevice } from '../../../influence/gpu/flagRows.ts'
import { type GpuDevice, openGpuDevice } from '../../../influence/gpu/gpuDevice.ts'
import { openGpuKernels } from '../../../influence/gpu/gpuKernels.ts'
import { CANDIDATES, choosePipelines, SOFTWARE_CANDIDATES } from '../../../influence/gpu/kernelChoice.ts'
import { createXorshift } from '../../../influence/gpu/operatorTable.ts'
import { compileDot, compileMix, type Pipelines } from '../../../influence/gpu/pipelines.ts'
import { dotTileName } from '../../../influence/gpu/shaders/dotRows.ts'
import { type MixTile, mixTileName } from '../../../influence/gpu/shaders/mixRows.ts'
import { flagRows } from '../../../influence/gradients/guard.ts'
import { propertyRuns } from '../../propertyRuns.ts'

const print = (name: string, value: unknown): void => console.log(JSON.stringify({ name, value }))

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? String(error),
  )

const next = createXorshift(7)
const randomCodes = (length: number): Int8Array => Int8Array.from({ length }, () => (next() % 255) - 127)
const randomWide = (length: number): Int16Array => Int16Array.from({ length }, () => (next() % (2 ** 15 + 1)) - 2 ** 14)

/** Macs a millisecond for tests: so few that calls are cut into several dispatches. */
const SLOW = 2 ** 12

interface Shape {
  readonly rowCount: number
  readonly widths: readonly number[]
  readonly count: number
  readonly bands?: BandOptions
}

/** No multiples of a tile, a workgroup or a register block; rows cut into parts; bands that stay and that are streamed. */
const SHAPES: readonly Shape[] = [
  { rowCount: 1, widths: [16], count: 1 },
  { rowCount: 67, widths: [32, 16], count: 2, bands: { bandRowsMax: 64 } },
  { rowCount: 257, widths: [16, 48, 1120], count: 9 },
  { rowCount: 130, widths: [1040, 64], count: 3, bands: { bindingBytesMax: 64 * 16 * 9 } },
  { rowCount: 200, widths: [48, 2064], count: 2, bands: { memoryBytesMax: 1, bandRowsMax: 64 } },
  { rowCount: 300, widths: [64], count: 1, bands: { memoryBytesMax: 64 * 200, bandRowsMax: 64 } },
]

function inputOf({ rowCount, widths }: Shape): KernelInput {
  const rowBytes = widths.reduce((sum, width) => sum + width, 0)
  const offsets = widths.map((_, l) => widths.slice(0, l).reduce((sum, width) => sum + width, 0))
  const codes = memoryCodes(randomCodes(rowCount * rowBytes), rowCount, rowBytes)
  return { rowCount, rowBytes, offsets, paddedDims: widths, codes }
}

const differences = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).filter((value, i) => value !== b[i]).length + Math.abs(a.length - b.length)

/** A source that is read by ranges, as a file is. */
const ranged = (source: CodeSource): CodeSource => ({ ...source, bytes: undefined })

interface Tally {
  sums: number
  differ: number
}

async function compareDots(
  own: Kernels,
  twin: Kernels,
  input: KernelInput,
  count: number,
  tally: Tally,
): Promise<void> {
  const vectors = randomCodes(count * input.rowBytes)
  const wide = randomWide(count * input.rowBytes)
  for (const [got, expected] of [
    [await own.dotRows(vectors, count), await twin.dotRows(vectors, count)],
    [await own.dotRowsWide(wide, count), await twin.dotRowsWide(wide, count)],
  ] as const) {
    tally.sums += expected.length
    tally.differ += differences(expected, got)
  }
}

async function compareMixes(
  own: Kernels,
  twin: Kernels,
  input: KernelInput,
  count: number,
  tally: Tally,
): Promise<void> {
  const weights = randomWide(count * input.offsets.length * input.rowCount)
  const expected = await twin.mixRows(weights, count)
  tally.sums += expected.length
  tally.differ += differences(expected, await own.mixRows(weights, count))
}

async function compareShapes(gpu: GpuDevice, pipelines: Pipelines, compare: typeof compareDots): Promise<Tally> {
  const tally = { sums: 0, differ: 0 }
  for (const shape of SHAPES) {
    const input = inputOf(shape)
    const twin = createJsKernels(input)
    const source = { ...input, codes: shape.bands?.memoryBytesMax === undefined ? input.codes : ranged(input.codes) }
    const own = await openGpuKernels(gpu, pipelines, SLOW, source, shape.bands ?? {})
    await compare(own, twin, input, shape.count, tally)
    own.close()
  }
  return tally
}

/** SwiftShader takes seven seconds to compile it, as long as six others: a long campaign does. */
const isLongCampaign = propertyRuns(1) > 1
const isQuick = ({ vectors, lanes }: MixTile): boolean => vectors < 8 || lanes < 16

/** Every variant that a device may choose. */
async function compareVariants(gpu: GpuDevice, pipelines: Pipelines): Promise<void> {
  const dotTiles = [...CANDIDATES.one, ...CANDIDATES.two, ...CANDIDATES.batch]
  for (const dot of CANDIDATES.dot) {
    for (const tile of dot === 'packed' ? dotTiles : [CANDIDATES.batch[0]!, CANDIDATES.one[0]!]) {
      const own = await compileDot(gpu, dot, tile)
      const variant = { ...pipelines, dotRows: { one: own, two: own, batch: own } }
      print(`dotRows ${dot} ${dotTileName(tile)}`, await compareShapes(gpu, variant, compareDots))
    }
  }
  const mixTiles = [...SOFTWARE_CANDIDATES.mixBatch, ...CANDIDATES.mixOne, ...CANDIDATES.mixBatch]
  for (const tile of mixTiles.filter((own) => isLongCampaign || isQuick(own))) {
    const own = await compileMix(gpu, 'packed', tile)
    const variant = { ...pipelines, mixRows: { one: own, batch: own } }
    print(`mixRows packed ${mixTileName(tile)}`, await compareShapes(gpu, variant, compareMixes))
  }
}

/** Rows in groups of near copies, an empty row and a tau at which some of them are flagged. */
async function compareFlags(gpu: GpuDevice, pipelines: Pipelines): Promise<{ flagged: number; differ: number }> {
  const rowCount = 333
  const guards = randomCodes(rowCount * 256)
  const norms = new Uint32Array(rowCount).fill(1)
  norms[5] = 0
  for (let row = 7; row < rowCount; row += 3) {
    const kept = 256 - (next() % 200)
    guards.copyWithin(row * 256, (next() % row) * 256, (next() % row) * 256 + kept)
  }
  let flagged = 0
  let differ = 0
  for (const tau of [0, 1, 96, 256]) {
    const expected = flagRows(guards, norms, 1, tau)
    const got = await flagRowsOnDevice(gpu, pipelines, SLOW, guards, norms, 1, tau)
    flagged += expected.status.filter((status) => status === 1).length
    differ += differences(expected.status, got.status) + differences(expected.duplicateOf, got.duplicateOf)
  }
  return { flagged, differ }
}

print('software refused', await codeOf(openGpuDevice(false)))
const gpu = await openGpuDevice(true)
print('software', gpu.isSoftware)
const { pipelines } = await choosePipelines(gpu)
await compareVariants(gpu, pipelines)
for (const { matchRows } of [CANDIDATES, SOFTWARE_CANDIDATES]) {
  const flags = await compareFlags(gpu, { ...pipelines, choice: { ...pipelines.choice, matchRows } })
  print(`flags ${matchRows.rows}x${matchRows.vectors}`, { ...flags, flagged: flags.flagged > 50 })
}

const tooLarge = gpu.device.limits.maxBufferSize * 2
const large = gpu.scoped('a buffer beyond the limit', () => {
  gpu.device.createBuffer({ size: tooLarge, usage: GPUBufferUsage.STORAGE })
})
print('beyond the limit', await codeOf(large))

const input = inputOf({ rowCount: 700, widths: [2048], count: 1 })
const kernels = await openGpuKernels(gpu, pipelines, SLOW, input)
const running = codeOf(kernels.dotRows(randomCodes(64 * input.rowBytes), 64))
const waiting = codeOf(gpu.orLost(new Promise(() => {})))
setImmediate(() => gpu.close())
print('lost in the middle', await running)
print('lost while waiting', await waiting)
print('lost before', await codeOf(gpu.scoped('anything', () => {})))
print('lost before a call', await codeOf(kernels.dotRows(randomCodes(input.rowBytes), 1)))
