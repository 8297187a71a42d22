/**
 * tokenizer.json of engine 1: the byte-level tokenizer of GPT-2 without merges. Token b is byte b, so any UTF-8 text is
 * legal, and counting tokens is counting bytes; three added tokens pad, separate and stop.
 */
import { refuse } from '../refusal.ts'
import type { StudioRefused } from '../surface.ts'

export const PAD_TOKEN = 256
export const SEPARATOR_TOKEN = 257
export const STOP_TOKEN = 258
/** 256 bytes, three added tokens, one spare that makes the row length a multiple of four. */
export const VOCABULARY_SIZE = 260

const ADDED = ['<pad>', '<sep>', '<stop>', '<spare>']

/** GPT-2's printable stand-ins: printable Latin-1 stands for itself, the other 68 bytes for U+0100 onwards. */
export function byteSymbols(): string[] {
  const isPrintable = (b: number) => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff)
  let next = 0x100
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(isPrintable(b) ? b : next++))
}

function tokenizerJson(): object {
  const vocabulary = Object.fromEntries([...byteSymbols(), ...ADDED].map((symbol, id) => [symbol, id]))
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: ADDED.map((content, i) => ({
      id: PAD_TOKEN + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: vocabulary,
      merges: [],
    },
  }
}

export function tokenizerText(): string {
  return `${JSON.stringify(tokenizerJson())}\n`
}

/** Refuses every tokenizer but this one, whatever its white space: the engine implements no other. */
export function checkTokenizer(bytes: Uint8Array): StudioRefused | undefined {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return refuse('BadTokenizer', 'tokenizer.json to be JSON', `${bytes.length} bytes that do not parse`)
  }
  if (canonical(json) !== canonical(tokenizerJson()))
    return refuse('BadTokenizer', 'the byte-level tokenizer without merges', 'another tokenizer')
  return undefined
}

/** JSON text with the keys of every object sorted. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${pairs.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held)}`).join(',')}}`
}
