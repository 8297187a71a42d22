/**
 * The forward pass: GPT-Neo (learned positions, pre-norm, tanh GELU, unscaled attention) with LoRA on any projection.
 * Matrices are [in, out] here; files hold [out, in] (engine/weights.ts turns them).
 */
import { type Array as JaxArray, nn, numpy as np } from '@jax-js/jax'
import type { AdaptableModule } from '../format/adapter.ts'
import type { ModelConfig } from '../format/modelConfig.ts'
import type { Tensors } from './jax.ts'

/**
 * Fusion barrier: pad by one row, then slice it off. `pad` needs a clean input, so its producer is materialised, forward
 * and (transposed) backward; without it jax-js fuses a matmul into its consumer and computes it once per reader.
 */
function barrier(x: JaxArray): JaxArray {
  const widths: [number, number][] = x.shape.map((_, axis) => [0, axis === 0 ? 1 : 0])
  return np.pad(x, widths).slice([0, x.shape[0]!])
}

function normalise(x: JaxArray, gain: JaxArray, bias: JaxArray, epsilon: number): JaxArray {
  const mean = x.ref.mean(-1, { keepdims: true })
  const centred = x.sub(mean)
  const variance = np.square(centred.ref).mean(-1, { keepdims: true })
  return centred
    .div(np.sqrt(variance.add(epsilon)))
    .mul(gain)
    .add(bias)
}

/** One linear map without its bias, with its adapter if `adapter` holds one for it. Consumes x. */
function project(base: Tensors, adapter: Tensors, at: string, scale: number, x: JaxArray): JaxArray {
  const down = adapter[`${at}.lora_A`]
  const up = adapter[`${at}.lora_B`]
  let y = np.matmul(down ? x.ref : x, base[`${at}.weight`]!)
  if (down && up) y = y.add(barrier(np.matmul(np.matmul(x, down), up).mul(scale)))
  return y
}

function attend(config: ModelConfig, query: JaxArray, key: JaxArray, value: JaxArray, mask: JaxArray): JaxArray {
  const [rows, tokens] = query.shape as [number, number]
  const { heads, width } = config
  const split = (x: JaxArray) => x.reshape([rows, tokens, heads, width / heads]).transpose([0, 2, 1, 3])
  const scores = np.matmul(split(query), split(key).transpose([0, 1, 3, 2]))
  const shares = nn.softmax(scores.add(mask), -1)
  return np.matmul(shares, split(value)).transpose([0, 2, 1, 3]).reshape([rows, tokens, width])
}

/**
 * Logits [rows, tokens, vocabulary] of tokens [rows, tokens]. Consumes everything it is given. An adapter's matrices are
 * [in, rank] and [rank, out], or have a leading axis of rows when every row has its own copy (engine/rowGradients.ts).
 */
export function forward(
  config: ModelConfig,
  base: Tensors,
  adapter: Tensors,
  scale: number,
  tokens: JaxArray,
): JaxArray {
  return barrier(np.matmul(finalStates(config, base, adapter, scale, tokens), base['lm_head']!))
}

/** What the logits are read from: [rows, tokens, width], normalised. Consumes all but `lm_head`. */
export function finalStates(
  config: ModelConfig,
  base: Tensors,
  adapter: Tensors,
  scale: number,
  tokens: JaxArray,
): JaxArray {
  const count = tokens.shape[1]!
  const { vocabularySize, normEpsilon } = config
  const positions = base['wpe']!.slice([0, count])
  let x = np.matmul(nn.oneHot(tokens, vocabularySize), base['wte']!).add(positions)
  // −1e9 and never −Infinity: exp gives exactly 0 all the same, and 0 · −Infinity cannot arise in the gradient.
  const mask = np
    .tril(np.ones([count, count]))
    .sub(1)
    .mul(1e9)
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `h.${layer}`
    const linear = (name: AdaptableModule, input: JaxArray) => project(base, adapter, `${at}.${name}`, scale, input)
    const y = normalise(x.ref, base[`${at}.ln_1.weight`]!, base[`${at}.ln_1.bias`]!, normEpsilon)
    const merged = attend(config, linear('q_proj', y.ref), linear('k_proj', y.ref), linear('v_proj', y), mask.ref)
    // x − (−m)W, for x + mW: the negation makes jax-js copy the transposed heads and keeps the gradient off its slow
    // kernel for products along both rows (4 ms instead of 28).
    x = x.add(base[`${at}.out_proj.bias`]!).sub(linear('out_proj', merged.neg()))
    const z = normalise(x.ref, base[`${at}.ln_2.weight`]!, base[`${at}.ln_2.bias`]!, normEpsilon)
    const inner = nn.gelu(barrier(linear('c_fc', z).add(base[`${at}.c_fc.bias`]!)))
    x = x.add(linear('c_proj', inner)).add(base[`${at}.c_proj.bias`]!)
  }
  mask.dispose()
  return normalise(x, base['ln_f.weight']!, base['ln_f.bias']!, normEpsilon)
}
