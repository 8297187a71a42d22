/** An adapter's matrices between their three places: PEFT names in files, turned on the device, blocks of an index. */
import { compare, utf8 } from '../../primitives/bytes.ts'
import { type Adapter, type AdapterConfig, loraName } from '../format/adapter.ts'
import type { ModelConfig } from '../format/modelConfig.ts'
import type { HostTensor } from '../format/safetensors.ts'
import { bellNumber, randomGenerator } from '../random.ts'
import { refuse } from '../refusal.ts'
import type { StudioRefused } from '../surface.ts'
import { f32, type Tensors, take } from './jax.ts'
import { modulePath, moduleShape, turned } from './weights.ts'

/** One LoRA matrix: a block of the index. */
export interface LoraBlock {
  /** PEFT's name, which orders the blocks. */
  readonly name: string
  /** The engine's name; there the matrix is [columns, rows]. */
  readonly deviceName: string
  readonly rows: number
  readonly columns: number
}

/** Blocks in index order: names ascending as UTF-8 bytes (influence.md §3.1). */
export function loraBlocks(model: ModelConfig, adapter: AdapterConfig): LoraBlock[] {
  const blocks: LoraBlock[] = []
  for (let layer = 0; layer < model.layers; layer++)
    for (const target of adapter.targets) {
      const path = modulePath(layer, target)
      const [out, input] = moduleShape(model, target)
      const deviceName = (part: string) => `h.${layer}.${target}.${part}`
      const { rank } = adapter
      blocks.push({ name: loraName(path, 'lora_A'), deviceName: deviceName('lora_A'), rows: rank, columns: input })
      blocks.push({ name: loraName(path, 'lora_B'), deviceName: deviceName('lora_B'), rows: out, columns: rank })
    }
  return blocks.sort((a, b) => compare(utf8(a.name), utf8(b.name)))
}

/** A fresh adapter: A normal with variance 1/in, B zero, so that it changes nothing yet. */
export function initialAdapter(model: ModelConfig, config: AdapterConfig, seed: number): Adapter {
  const generator = randomGenerator(seed)
  const tensors = new Map<string, HostTensor>()
  for (const { name, rows, columns } of loraBlocks(model, config)) {
    const data = new Float32Array(rows * columns)
    const deviation = 1 / Math.sqrt(columns)
    if (name.includes('lora_A')) for (let i = 0; i < data.length; i++) data[i] = bellNumber(generator) * deviation
    tensors.set(name, { shape: [rows, columns], data })
  }
  return { config, tensors }
}

/** Refuses an adapter whose matrices are not those of this base. */
export function checkAdapter(model: ModelConfig, adapter: Adapter): StudioRefused | undefined {
  const blocks = loraBlocks(model, adapter.config)
  if (adapter.config.contextTokens > model.contextTokens)
    return refuse('BadAdapter', `a context of at most ${model.contextTokens}`, `${adapter.config.contextTokens}`)
  if (adapter.tensors.size !== blocks.length)
    return refuse('BadAdapter', `${blocks.length} matrices`, `${adapter.tensors.size}`)
  for (const { name, rows, columns } of blocks) {
    const got = adapter.tensors.get(name)?.shape.join()
    if (got !== `${rows},${columns}`) return refuse('BadAdapter', `${name} of shape [${rows},${columns}]`, `[${got}]`)
  }
  return undefined
}

/** What multiplies BA·x: alpha / rank. */
export const loraScale = (config: AdapterConfig): number => config.alpha / config.rank

/** An adapter on the device. */
export function uploadAdapter(model: ModelConfig, adapter: Adapter): Tensors {
  const out: Tensors = {}
  for (const { name, deviceName, rows, columns } of loraBlocks(model, adapter.config))
    out[deviceName] = f32(turned(adapter.tensors.get(name)!.data, rows, columns), [columns, rows])
  return out
}

/** The device's matrices as an adapter; leaves them there. */
export async function downloadAdapter(model: ModelConfig, config: AdapterConfig, device: Tensors): Promise<Adapter> {
  const tensors = new Map<string, HostTensor>()
  for (const { name, deviceName, rows, columns } of loraBlocks(model, config)) {
    const data = await take(device[deviceName]!.ref)
    tensors.set(name, { shape: [rows, columns], data: turned(data, columns, rows) })
  }
  return { config, tensors }
}
