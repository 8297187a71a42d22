/** Names, shapes and first values of a base's and an adapter's matrices, on the host and on the device. */
import type { ModelConfig } from '../format/modelConfig.ts'
import type { HostTensor } from '../format/safetensors.ts'
import { bellNumber, type Generator } from '../random.ts'
import { f32, type Tensors, take } from './jax.ts'

export type HostTensors = ReadonlyMap<string, HostTensor>

/** Engine name → [file name, file shape]; `isTurned` marks matrices that the engine keeps as [in, out]. */
export interface WeightSpec {
  readonly name: string
  readonly fileName: string
  readonly shape: readonly number[]
  readonly isTurned: boolean
}

/** [out, in] of an adaptable module. */
export function moduleShape(config: ModelConfig, module: string): readonly [number, number] {
  const { width, innerWidth } = config
  if (module === 'c_fc') return [innerWidth, width]
  if (module === 'c_proj') return [width, innerWidth]
  return [width, width]
}

/** Where a module sits in a layer, in GPT-Neo's names. */
export function modulePath(layer: number, module: string): string {
  const isMlp = module === 'c_fc' || module === 'c_proj'
  return isMlp ? `transformer.h.${layer}.mlp.${module}` : `transformer.h.${layer}.attn.attention.${module}`
}

/** Every tensor of a base, in the order of the forward pass. */
export function baseSpecs(config: ModelConfig): WeightSpec[] {
  const { width, vocabularySize, contextTokens } = config
  const plain = (name: string, fileName: string, shape: readonly number[]) => ({
    name,
    fileName,
    shape,
    isTurned: false,
  })
  const specs: WeightSpec[] = [
    plain('wte', 'transformer.wte.weight', [vocabularySize, width]),
    plain('wpe', 'transformer.wpe.weight', [contextTokens, width]),
  ]
  for (let layer = 0; layer < config.layers; layer++) {
    const norm = (name: string) =>
      ['weight', 'bias'].map((part) =>
        plain(`h.${layer}.${name}.${part}`, `transformer.h.${layer}.${name}.${part}`, [width]),
      )
    const matrix = (module: string): WeightSpec => ({
      name: `h.${layer}.${module}.weight`,
      fileName: `${modulePath(layer, module)}.weight`,
      shape: moduleShape(config, module),
      isTurned: true,
    })
    const bias = (module: string) =>
      plain(`h.${layer}.${module}.bias`, `${modulePath(layer, module)}.bias`, [moduleShape(config, module)[0]])
    specs.push(
      ...norm('ln_1'),
      matrix('q_proj'),
      matrix('k_proj'),
      matrix('v_proj'),
      matrix('out_proj'),
      bias('out_proj'),
    )
    specs.push(...norm('ln_2'), matrix('c_fc'), bias('c_fc'), matrix('c_proj'), bias('c_proj'))
  }
  specs.push(
    plain('ln_f.weight', 'transformer.ln_f.weight', [width]),
    plain('ln_f.bias', 'transformer.ln_f.bias', [width]),
  )
  specs.push({ name: 'lm_head', fileName: 'lm_head.weight', shape: [vocabularySize, width], isTurned: true })
  return specs
}

/** A fresh base: gains 1, biases 0, matrices normal with variance 1/in, embeddings with deviation 0.1. */
export function initialBase(config: ModelConfig, generator: Generator): HostTensors {
  const out = new Map<string, HostTensor>()
  for (const { fileName, shape } of baseSpecs(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
    const isEmbedding = fileName.includes('wte') || fileName.includes('wpe')
    const deviation = isEmbedding ? 0.1 : 1 / Math.sqrt(shape[1] ?? 1)
    if (shape.length === 2) for (let i = 0; i < data.length; i++) data[i] = bellNumber(generator) * deviation
    else if (fileName.endsWith('.weight')) data.fill(1)
    // GPT-Neo's attention is unscaled: 1/√headWidth is learned, and starts, inside the query matrix.
    if (fileName.endsWith('q_proj.weight'))
      for (let i = 0; i < data.length; i++) data[i]! /= Math.sqrt(config.width / config.heads)
    out.set(fileName, { shape, data })
  }
  return out
}

/** [rows, columns] → [columns, rows]. */
export function turned(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!
  return out
}

/** A base on the device, by engine names. */
export function uploadBase(config: ModelConfig, tensors: HostTensors): Tensors {
  const out: Tensors = {}
  for (const { name, fileName, shape, isTurned } of baseSpecs(config)) {
    const { data } = tensors.get(fileName)!
    out[name] = isTurned ? f32(turned(data, shape[0]!, shape[1]!), [shape[1]!, shape[0]!]) : f32(data, shape)
  }
  return out
}

/** The device's base in file names and shapes; leaves it there. */
export async function downloadBase(config: ModelConfig, device: Tensors): Promise<HostTensors> {
  const out = new Map<string, HostTensor>()
  for (const { name, fileName, shape, isTurned } of baseSpecs(config)) {
    const data = await take(device[name]!.ref)
    out.set(fileName, { shape, data: isTurned ? turned(data, shape[1]!, shape[0]!) : data })
  }
  return out
}
