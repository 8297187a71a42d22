/** The hashes by which `IModel.registerVersion` names what engine 1 ran: base, tokenizer and engine. */
import { utf8 } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/hashes.ts'
import type { BaseFiles, StudioHashes } from './surface.ts'

/**
 * Changes whenever the same inputs may give other bits: a new jax-js, another kernel, another batch shape, another
 * generator. The committed vectors in test/studio notice when it should have changed.
 */
export const ENGINE_IDENTITY = 'openledger/studio/1 jax-js@0.1.25 wasm ieee gpt_neo f32 byte-level'

export function studioHashes(base: BaseFiles): StudioHashes {
  return {
    base: keccak256(base.weights),
    tokenizer: keccak256(base.tokenizer),
    engine: keccak256(utf8(ENGINE_IDENTITY)),
  }
}
