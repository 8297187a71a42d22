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

const EMBEDDING_DEVIATION = 0.5
/** What a fresh block adds is small beside the embeddings, so that letters and places reach the last layer. */
const RESIDUAL_GAIN = 0.2
/** Periods from about 4.7 positions, times 1.13 for each further pair: 32 pairs reach 200. */
const LARGEST_HALF_ANGLE_TANGENT = 0.79
const TANGENT_RATIO = 0.885

/** A fresh base: gains 1, biases 0, matrices normal with variance 1/in, tokens with deviation 0.1, positions as waves. */
export function initialBase(config: ModelConfig, generator: Generator): HostTensors {
  const out = new Map<string, HostTensor>()
  for (const { fileName, shape } of baseSpecs(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
    const isResidual = fileName.endsWith('out_proj.weight') || fileName.endsWith('c_proj.weight')
    const gain = isResidual ? RESIDUAL_GAIN : 1
    const deviation = fileName.includes('wte') ? EMBEDDING_DEVIATION : gain / Math.sqrt(shape[1] ?? 1)
    if (fileName.includes('wpe')) data.set(positionWaves(config.contextTokens, config.width))
    else if (shape.length === 2) for (let i = 0; i < data.length; i++) data[i] = bellNumber(generator) * deviation
    else if (fileName.endsWith('.weight')) data.fill(1)
    // GPT-Neo's attention is unscaled: 1/√headWidth is learned, and starts, inside the query matrix.
    if (fileName.endsWith('q_proj.weight'))
      for (let i = 0; i < data.length; i++) data[i]! /= Math.sqrt(config.width / config.heads)
    out.set(fileName, { shape, data })
  }
  return out
}

/**
 * Positions start as waves, cosine and sine of one frequency beside each other: "one place back" is then one linear map
 * for all positions, which a model of two layers needs before it can copy. Rotation by 2·atan(t) is rational in t, so no
 * sine is called whose last bit differs between JavaScript engines.
 */
function positionWaves(tokens: number, width: number): Float32Array {
  const out = new Float32Array(tokens * width)
  let t = LARGEST_HALF_ANGLE_TANGENT
  for (let pair = 0; pair + 1 < width; pair += 2) {
    const cosine = (1 - t * t) / (1 + t * t)
    const sine = (2 * t) / (1 + t * t)
    let [x, y] = [EMBEDDING_DEVIATION * Math.SQRT2, 0]
    for (let token = 0; token < tokens; token++) {
      out[token * width + pair] = x
      out[token * width + pair + 1] = y
      ;[x, y] = [x * cosine - y * sine, x * sine + y * cosine]
    }
    t *= TANGENT_RATIO
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
