/**
 * A LoRA adapter as one content object: a safetensors file with PEFT's tensor names whose metadata carries
 * adapter_config.json. Unpacked into `adapter_model.safetensors` and `adapter_config.json` it is what PEFT loads.
 */
import { equal, utf8 } from '../../primitives/bytes.ts'
import { isRefused, refuse } from '../refusal.ts'
import type { StudioRefused } from '../surface.ts'
import { decodeSafetensors, encodeSafetensors, type HostTensor } from './safetensors.ts'

export const ADAPTABLE_MODULES = ['q_proj', 'k_proj', 'v_proj', 'out_proj', 'c_fc', 'c_proj'] as const
export type AdaptableModule = (typeof ADAPTABLE_MODULES)[number]

/** Above 64 a rank is no longer low against the widths that engine 1 takes. */
export const RANK_MAX = 64

export interface AdapterConfig {
  readonly rank: number
  readonly alpha: number
  /** Sorted, without repeats. */
  readonly targets: readonly AdaptableModule[]
  /** Positions that every training, gradient and answer batch is padded to: part of the bits. */
  readonly contextTokens: number
}

export interface Adapter {
  readonly config: AdapterConfig
  /** PEFT name → matrix: lora_A [rank, in], lora_B [out, rank]. */
  readonly tensors: ReadonlyMap<string, HostTensor>
}

/** PEFT's prefix before the module's path in the base. */
const PREFIX = 'base_model.model.'

export function loraName(modulePath: string, part: 'lora_A' | 'lora_B'): string {
  return `${PREFIX}${modulePath}.${part}.weight`
}

/** adapter_config.json text. */
export function adapterConfigText(config: AdapterConfig): string {
  return JSON.stringify({
    base_model_name_or_path: null,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: config.alpha,
    lora_dropout: 0,
    openledger_context_tokens: config.contextTokens,
    peft_type: 'LORA',
    r: config.rank,
    target_modules: config.targets,
    task_type: 'CAUSAL_LM',
    use_rslora: false,
  })
}

export function encodeAdapter(adapter: Adapter): Uint8Array {
  return encodeSafetensors({
    tensors: adapter.tensors,
    metadata: { 'adapter_config.json': adapterConfigText(adapter.config), format: 'pt' },
  })
}

/** Content object → adapter; refuses what `encodeAdapter` would not have written, bit for bit. */
export function decodeAdapter(bytes: Uint8Array): Adapter | StudioRefused {
  const file = decodeSafetensors(bytes)
  if (isRefused(file)) return file
  const config = parseAdapterConfig(file.metadata['adapter_config.json'] ?? '')
  if (isRefused(config)) return config
  for (const [name, { data }] of file.tensors)
    if (!data.every(Number.isFinite)) return refuse('BadAdapter', `${name} to be finite`, 'NaN or infinity')
  const adapter = { config, tensors: file.tensors }
  if (!equal(encodeAdapter(adapter), bytes)) return refuse('BadAdapter', 'the canonical encoding', 'another encoding')
  return adapter
}

function parseAdapterConfig(text: string): AdapterConfig | StudioRefused {
  const bad = (expected: string, got: unknown) => refuse('BadAdapter', expected, JSON.stringify(got) ?? 'nothing')
  let json: Record<string, unknown>
  try {
    json = JSON.parse(text)
  } catch {
    return bad('adapter_config.json in the metadata', text.slice(0, 40))
  }
  if (typeof json !== 'object' || json === null) return bad('an object as adapter_config.json', json)
  const { r: rank, lora_alpha: alpha, target_modules: targets, openledger_context_tokens: contextTokens } = json
  if (!isCount(rank, RANK_MAX)) return bad(`r in 1 … ${RANK_MAX}`, rank)
  if (!isCount(alpha, 1024)) return bad('lora_alpha in 1 … 1024', alpha)
  if (!isCount(contextTokens, 512)) return bad('openledger_context_tokens in 1 … 512', contextTokens)
  const checked = parseTargets(targets)
  if (checked === undefined) return bad(`target_modules among ${ADAPTABLE_MODULES.join(', ')}, sorted`, targets)
  return { rank, alpha, targets: checked, contextTokens }
}

/** Names of modules, sorted and without repeats, or `undefined`. */
export function parseTargets(value: unknown): readonly AdaptableModule[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const known = value.every((name, i) => ADAPTABLE_MODULES.includes(name) && (i === 0 || value[i - 1] < name))
  return known ? (value as AdaptableModule[]) : undefined
}

const isCount = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most

/** The two files that PEFT reads, from the one object. */
export function unpackAdapter(adapter: Adapter): { readonly config: Uint8Array; readonly model: Uint8Array } {
  return {
    config: utf8(`${adapterConfigText(adapter.config)}\n`),
    model: encodeSafetensors({ tensors: adapter.tensors, metadata: { format: 'pt' } }),
  }
}
