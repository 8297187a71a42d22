/** Compiled kernels of one device: those that every choice needs, and the variants that were chosen. */
import { type GpuDevice, GpuError } from './gpuDevice.ts'
import { correctSource, narrowDirectionSource } from './shaders/correct.ts'
import { dampenSource, narrowSource } from './shaders/dampen.ts'
import type { DotVariant } from './shaders/dotProducts.ts'
import { type DotTile, dotRowsSource, dotTileName } from './shaders/dotRows.ts'
import { type MatchResult, type MatchTile, matchRowsSource } from './shaders/matchRows.ts'
import { type MixTile, mixRowsSource, mixTileName } from './shaders/mixRows.ts'
import { spreadQuadsSource } from './shaders/spreadQuads.ts'
import { findTopSource, sumTermsSource } from './shaders/sumTerms.ts'

/** Kernels that exist once: name → source. Those with a choice are in `kernelChoice.ts`. */
export const FIXED_KERNELS = {
  spreadQuads: spreadQuadsSource,
  dampen: dampenSource,
  narrow: narrowSource,
  correct: correctSource,
  narrowDirection: narrowDirectionSource,
  findTop: findTopSource,
  sumTerms: sumTermsSource,
} as const

export type FixedPipelines = Readonly<Record<keyof typeof FIXED_KERNELS, GPUComputePipeline>>

/** Which variants this device uses: `one` vector, `two` (the limbs of one query), or a `batch`. */
export interface KernelChoice {
  readonly dot: DotVariant
  readonly dotRows: { readonly one: DotTile; readonly two: DotTile; readonly batch: DotTile }
  readonly mixRows: { readonly one: MixTile; readonly batch: MixTile }
  readonly matchRows: MatchTile
}

/** A pipeline and how many vectors one invocation takes. */
export interface Variant<Tile> {
  readonly pipeline: GPUComputePipeline
  readonly tile: Tile
}

export interface Pipelines extends FixedPipelines {
  readonly choice: KernelChoice
  readonly dotRows: {
    readonly one: Variant<DotTile>
    readonly two: Variant<DotTile>
    readonly batch: Variant<DotTile>
  }
  readonly mixRows: { readonly one: Variant<MixTile>; readonly batch: Variant<MixTile> }
}

/** What a device has compiled, by source: the probe, the self-test and the kernels ask for the same variants. */
const compiled = new WeakMap<GpuDevice, Map<string, Promise<GPUComputePipeline>>>()

export function compile(gpu: GpuDevice, name: string, code: string): Promise<GPUComputePipeline> {
  let own = compiled.get(gpu)
  if (own === undefined) {
    own = new Map()
    compiled.set(gpu, own)
  }
  let pipeline = own.get(code)
  if (pipeline === undefined) {
    pipeline = compileSource(gpu, name, code)
    own.set(code, pipeline)
  }
  return pipeline
}

/** Without holding up the process; several at once use several cores of the driver. */
async function compileSource(gpu: GpuDevice, name: string, code: string): Promise<GPUComputePipeline> {
  const started = await gpu.scoped(name, () => {
    const module = gpu.device.createShaderModule({ code })
    const work = gpu.device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    // Whatever the scope says comes first.
    work.catch(() => {})
    return { work }
  })
  return gpu.orLost(started.work).catch((cause: Error) => {
    throw cause instanceof GpuError ? cause : new GpuError('GpuLost', `${name}: ${cause.message}`, cause)
  })
}

export const compileDot = async (gpu: GpuDevice, dot: DotVariant, tile: DotTile): Promise<Variant<DotTile>> => ({
  pipeline: await compile(gpu, `dotRows ${dot} ${dotTileName(tile)}`, dotRowsSource(dot, tile)),
  tile,
})

export const compileMix = async (gpu: GpuDevice, dot: DotVariant, tile: MixTile): Promise<Variant<MixTile>> => ({
  pipeline: await compile(gpu, `mixRows ${dot} ${mixTileName(tile)}`, mixRowsSource(dot, tile)),
  tile,
})

export async function compileFixed(gpu: GpuDevice): Promise<FixedPipelines> {
  const names = Object.keys(FIXED_KERNELS) as (keyof typeof FIXED_KERNELS)[]
  const compiled = await Promise.all(names.map(async (name) => [name, await compile(gpu, name, FIXED_KERNELS[name]())]))
  return Object.fromEntries(compiled) as FixedPipelines
}

export async function compilePipelines(
  gpu: GpuDevice,
  choice: KernelChoice,
  fixed: FixedPipelines,
): Promise<Pipelines> {
  const { dot, dotRows, mixRows } = choice
  const [one, two, batch, mixOne, mixBatch] = await Promise.all([
    compileDot(gpu, dot, dotRows.one),
    compileDot(gpu, dot, dotRows.two),
    compileDot(gpu, dot, dotRows.batch),
    compileMix(gpu, dot, mixRows.one),
    compileMix(gpu, dot, mixRows.batch),
  ])
  return { ...fixed, choice, dotRows: { one, two, batch }, mixRows: { one: mixOne, batch: mixBatch } }
}

/** Of the guard, compiled when there is something to look for. */
export const compileMatch = (gpu: GpuDevice, { choice }: Pipelines, result: MatchResult): Promise<GPUComputePipeline> =>
  compile(gpu, `${result} rows`, matchRowsSource(choice.dot, result, choice.matchRows))
