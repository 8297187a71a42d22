/** Adapters: PEFT's names and config, one canonical object, and refusal of everything else. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { utf8 } from '../../primitives/bytes.ts'
import { initialAdapter } from '../../studio/engine/lora.ts'
import {
  type Adapter,
  type AdapterConfig,
  decodeAdapter,
  encodeAdapter,
  unpackAdapter,
} from '../../studio/format/adapter.ts'
import { decodeSafetensors, encodeSafetensors } from '../../studio/format/safetensors.ts'
import { byteSymbols, checkTokenizer, tokenizerText } from '../../studio/format/tokenizer.ts'
import { isRefused } from '../../studio/refusal.ts'
import { accepted, SMALL_MODEL } from './reexecution.ts'

const CONFIG: AdapterConfig = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj'], contextTokens: 40 }
const adapter: Adapter = initialAdapter(SMALL_MODEL, CONFIG, 1)

test("adapter: what is written is read, and the config is PEFT's", () => {
  const decoded = accepted(decodeAdapter(encodeAdapter(adapter)))
  assert.equal(decoded.config, CONFIG)
  assert.equal([...decoded.tensors.keys()].sort(), [...adapter.tensors.keys()].sort())
  const { config, model } = unpackAdapter(decoded)
  const json = JSON.parse(new TextDecoder().decode(config))
  assert.is(json.peft_type, 'LORA')
  assert.is(json.r, 4)
  assert.is(json.lora_alpha, 8)
  assert.equal(json.target_modules, ['q_proj', 'v_proj'])
  const file = accepted(decodeSafetensors(model))
  const name = 'base_model.model.transformer.h.1.attn.attention.v_proj.lora_B.weight'
  assert.equal(file.tensors.get(name)!.shape, [32, 4])
})

test('adapter: A starts random and B at zero, so a fresh adapter changes nothing', () => {
  for (const [name, { data }] of adapter.tensors) {
    const isZero = data.every((x) => x === 0)
    assert.is(isZero, name.includes('lora_B'), name)
  }
})

test('adapter: broken configs and values are refused', () => {
  const good = { r: 4, lora_alpha: 8, target_modules: ['q_proj'], openledger_context_tokens: 40 }
  const refusal = (config: string, tensors = adapter.tensors) => {
    const got = decodeAdapter(encodeSafetensors({ tensors, metadata: { 'adapter_config.json': config, format: 'pt' } }))
    return isRefused(got) ? `${got.code}: ${got.expected}` : 'accepted'
  }
  const changed = (change: object) => refusal(JSON.stringify({ ...good, ...change }))
  assert.match(refusal(''), /adapter_config.json in the metadata/)
  assert.match(refusal('null'), /an object/)
  assert.match(changed({ r: 0 }), /r in 1/)
  assert.match(changed({ r: 1.5 }), /r in 1/)
  assert.match(changed({ lora_alpha: '8' }), /lora_alpha/)
  assert.match(changed({ openledger_context_tokens: 1e9 }), /openledger_context_tokens/)
  assert.match(changed({ target_modules: ['v_proj', 'q_proj'] }), /target_modules/)
  assert.match(changed({ target_modules: ['lm_head'] }), /target_modules/)
  assert.match(changed({}), /the canonical encoding/)
  const [name] = adapter.tensors.keys()
  const broken = new Map(adapter.tensors).set(name!, { shape: [1], data: Float32Array.of(Number.NaN) })
  assert.match(refusal(JSON.stringify(good), broken), /to be finite/)
})

test('adapter: no single changed byte of the header is accepted as the same adapter', () => {
  const bytes = encodeAdapter(adapter)
  const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: headerEnd - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = bytes.slice()
      other[at]! ^= change
      const got = decodeAdapter(other)
      if (!isRefused(got)) assert.equal(encodeAdapter(got), other)
    }),
    { numRuns: 60 },
  )
})

test("tokenizer: byte symbols are GPT-2's, and only this tokenizer is taken", () => {
  const symbols = byteSymbols()
  assert.is(new Set(symbols).size, 256)
  assert.is(symbols[0x20], 'Ġ')
  assert.is(symbols[0x0a], 'Ċ')
  assert.is(symbols[0x61], 'a')
  assert.is(checkTokenizer(utf8(tokenizerText())), undefined)
  assert.is(checkTokenizer(utf8(JSON.stringify(JSON.parse(tokenizerText()), null, 1))), undefined)
  for (const text of ['', '{', '{}', 'null', tokenizerText().replace('"a":97', '"a":98')])
    assert.is(checkTokenizer(utf8(text))?.code, 'BadTokenizer', text.slice(0, 20))
})

test.run()
