/** A base's config.json: the GPT-Neo shape (GPT-2's blocks with query, key and value apart, so that PEFT can name them). */
import { refuse } from '../refusal.ts'
import type { StudioRefused } from '../surface.ts'

export interface ModelConfig {
  readonly vocabularySize: number
  /** Positions: the longest prompt and answer together, in tokens. */
  readonly contextTokens: number
  readonly width: number
  readonly innerWidth: number
  readonly layers: number
  readonly heads: number
  readonly normEpsilon: number
  readonly padToken: number
  readonly separatorToken: number
  readonly stopToken: number
}

/** Engine 1 is for models that a validator re-executes within a block's time; these bounds keep a step below a second. */
const LIMITS = {
  vocabularySize: 4096,
  contextTokens: 512,
  width: 512,
  innerWidth: 2048,
  layers: 12,
  heads: 16,
} as const

const FIELDS = {
  vocabularySize: 'vocab_size',
  contextTokens: 'max_position_embeddings',
  width: 'hidden_size',
  innerWidth: 'intermediate_size',
  layers: 'num_layers',
  heads: 'num_heads',
} as const

/** What must stand in config.json word for word, because the engine computes this and nothing else. */
const FIXED = {
  model_type: 'gpt_neo',
  activation_function: 'gelu_new',
  tie_word_embeddings: false,
} as const

/** config.json bytes → what the engine needs, or why it cannot run such a model. */
export function parseModelConfig(bytes: Uint8Array): ModelConfig | StudioRefused {
  const bad = (expected: string, got: unknown) => refuse('BadConfig', expected, JSON.stringify(got) ?? 'nothing')
  let json: Record<string, unknown>
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return bad('config.json to be JSON', `${bytes.length} bytes that do not parse`)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return bad('an object', json)
  for (const [key, value] of Object.entries(FIXED))
    if (json[key] !== value) return bad(`${key} ${JSON.stringify(value)}`, json[key])
  const sizes: Record<string, number> = {}
  for (const [name, key] of Object.entries(FIELDS)) {
    const value = json[key]
    const most = LIMITS[name as keyof typeof LIMITS]
    if (!isSize(value) || value < 1 || value > most) return bad(`${key} in 1 … ${most}`, value)
    sizes[name] = value
  }
  const size = sizes as unknown as Record<keyof typeof FIELDS, number>
  if (size.width % size.heads !== 0) return bad('hidden_size a multiple of num_heads', [size.width, size.heads])
  const kinds = JSON.stringify(json['attention_types'])
  if (kinds !== JSON.stringify([[['global'], size.layers]])) return bad('global attention in every layer', kinds)
  const epsilon = json['layer_norm_epsilon']
  if (typeof epsilon !== 'number' || !(epsilon > 0 && epsilon < 1)) return bad('layer_norm_epsilon in 0 … 1', epsilon)
  const tokens = [json['pad_token_id'], json['sep_token_id'], json['eos_token_id']]
  const isTokens = tokens.every((token) => isSize(token) && token < size.vocabularySize)
  if (!isTokens || new Set(tokens).size !== 3)
    return bad('pad_token_id, sep_token_id and eos_token_id, three tokens of the vocabulary', tokens)
  const [padToken, separatorToken, stopToken] = tokens as [number, number, number]
  return { ...size, normEpsilon: epsilon, padToken, separatorToken, stopToken }
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** The engine's description as config.json text that Hugging Face's GPTNeoConfig reads. */
export function modelConfigText(config: ModelConfig): string {
  const sizes = Object.entries(FIELDS).map(([name, key]) => [key, config[name as keyof typeof FIELDS]])
  return `${JSON.stringify(
    {
      architectures: ['GPTNeoForCausalLM'],
      ...FIXED,
      ...Object.fromEntries(sizes),
      attention_types: [[['global'], config.layers]],
      layer_norm_epsilon: config.normEpsilon,
      attention_dropout: 0,
      embed_dropout: 0,
      resid_dropout: 0,
      pad_token_id: config.padToken,
      sep_token_id: config.separatorToken,
      eos_token_id: config.stopToken,
      bos_token_id: config.separatorToken,
      torch_dtype: 'float32',
    },
    null,
    2,
  )}\n`
}
