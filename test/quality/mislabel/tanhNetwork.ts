/** A 48-64-64-2 tanh network with a LoRA pair on each of its three matrices, in plain float64 (influence.md §14, "Mislabel"). */
import { bellNumber, type Generator, randomGenerator, shuffle } from '../../../studio/random.ts'

export const LAYER_SIZES = [48, 64, 64, 2] as const
const LAYERS = LAYER_SIZES.length - 1
/** alpha / rank with alpha = 2 · rank. */
const LORA_SCALE = 2

export interface Base {
  /** [out, in] by layer, row by row. */
  readonly weights: readonly Float64Array[]
}

/** A1, B1, A2, B2, A3, B3; A is [rank, in], B is [out, rank]. */
export interface Lora {
  readonly rank: number
  readonly matrices: readonly Float64Array[]
}

export interface Points {
  /** count × 48. */
  readonly inputs: Float64Array
  readonly labels: Uint8Array
}

export const blockDims = (rank: number): number[] =>
  Array.from({ length: LAYERS }, (_, l) => [rank * LAYER_SIZES[l]!, rank * LAYER_SIZES[l + 1]!]).flat()

export function freshBase(generator: Generator): Base {
  return {
    weights: Array.from({ length: LAYERS }, (_, l) => {
      const [input, out] = [LAYER_SIZES[l]!, LAYER_SIZES[l + 1]!]
      return Float64Array.from({ length: input * out }, () => bellNumber(generator) / Math.sqrt(input))
    }),
  }
}

export function freshLora(rank: number, generator: Generator): Lora {
  const matrices = blockDims(rank).map((dim, at) => {
    const data = new Float64Array(dim)
    const deviation = 1 / Math.sqrt(dim / rank)
    if (at % 2 === 0) for (let i = 0; i < dim; i++) data[i] = bellNumber(generator) * deviation
    return data
  })
  return { rank, matrices }
}

/** Reused arrays of one pass. */
interface Trace {
  readonly hidden: Float64Array[]
  /** A·h by layer. */
  readonly low: Float64Array[]
  readonly delta: Float64Array[]
}

const createTrace = (rank: number): Trace => ({
  hidden: LAYER_SIZES.map((size) => new Float64Array(size)),
  low: Array.from({ length: LAYERS }, () => new Float64Array(rank)),
  delta: LAYER_SIZES.map((size) => new Float64Array(size)),
})

/** y += scale · M x for M [y, x]. */
function addProduct(y: Float64Array, m: Float64Array, x: Float64Array, scale = 1): void {
  const width = x.length
  for (let r = 0; r < y.length; r++) {
    let sum = 0
    for (let c = 0, at = r * width; c < width; c++, at++) sum += m[at]! * x[c]!
    y[r]! += scale * sum
  }
}

/** x += scale · Mᵀ y. */
function addTransposed(x: Float64Array, m: Float64Array, y: Float64Array, scale = 1): void {
  const width = x.length
  for (let r = 0; r < y.length; r++) {
    const factor = scale * y[r]!
    if (factor !== 0) for (let c = 0, at = r * width; c < width; c++, at++) x[c]! += factor * m[at]!
  }
}

/** Fills the trace for one point; returns its loss and leaves softmax − label in the last delta. */
function forwardPoint(base: Base, lora: Lora, points: Points, i: number, trace: Trace): number {
  const { hidden, low, delta } = trace
  hidden[0]!.set(points.inputs.subarray(i * LAYER_SIZES[0], (i + 1) * LAYER_SIZES[0]))
  for (let l = 0; l < LAYERS; l++) {
    const z = hidden[l + 1]!.fill(0)
    addProduct(z, base.weights[l]!, hidden[l]!)
    addProduct(low[l]!.fill(0), lora.matrices[2 * l]!, hidden[l]!)
    addProduct(z, lora.matrices[2 * l + 1]!, low[l]!, LORA_SCALE)
    if (l + 1 < LAYERS) for (let j = 0; j < z.length; j++) z[j] = Math.tanh(z[j]!)
  }
  const [a, b] = hidden[LAYERS]! as unknown as [number, number]
  const top = Math.max(a, b)
  const log = top + Math.log(Math.exp(a - top) + Math.exp(b - top))
  const label = points.labels[i]!
  delta[LAYERS]![0] = Math.exp(a - log) - (label === 0 ? 1 : 0)
  delta[LAYERS]![1] = Math.exp(b - log) - (label === 1 ? 1 : 0)
  return log - (label === 0 ? a : b)
}

type Sink = (layer: number, delta: Float64Array, back: Float64Array, trace: Trace) => void

/** Walks back; `sink` sees each layer's delta and Bᵀ·delta. */
function backwardPoint(base: Base, lora: Lora, trace: Trace, sink: Sink): void {
  const back = new Float64Array(lora.rank)
  for (let l = LAYERS - 1; l >= 0; l--) {
    const delta = trace.delta[l + 1]!
    addTransposed(back.fill(0), lora.matrices[2 * l + 1]!, delta, LORA_SCALE)
    sink(l, delta, back, trace)
    if (l === 0) continue
    const below = trace.delta[l]!.fill(0)
    addTransposed(below, base.weights[l]!, delta)
    addTransposed(below, lora.matrices[2 * l]!, back)
    const h = trace.hidden[l]!
    for (let j = 0; j < below.length; j++) below[j]! *= 1 - h[j]! * h[j]!
  }
}

const addOuter = (out: Float64Array, y: Float64Array, x: Float64Array, scale: number): void => {
  for (let r = 0; r < y.length; r++) {
    const factor = scale * y[r]!
    for (let c = 0, at = r * x.length; c < x.length; c++, at++) out[at]! += factor * x[c]!
  }
}

const loraSink =
  (sums: readonly Float64Array[], scale: number): Sink =>
  (l, delta, back, { hidden, low }) => {
    addOuter(sums[2 * l]!, back, hidden[l]!, scale)
    addOuter(sums[2 * l + 1]!, delta, low[l]!, scale * LORA_SCALE)
  }

/** Gradients of every point's loss with respect to the LoRA matrices, by block: count × dim. */
export function pointGradients(base: Base, lora: Lora, points: Points): Float32Array[] {
  const count = points.labels.length
  const out = lora.matrices.map(({ length }) => new Float32Array(count * length))
  const trace = createTrace(lora.rank)
  for (let i = 0; i < count; i++) {
    const sums = lora.matrices.map(({ length }) => new Float64Array(length))
    forwardPoint(base, lora, points, i, trace)
    backwardPoint(base, lora, trace, loraSink(sums, 1))
    for (const [l, sum] of sums.entries()) out[l]!.set(sum, i * sum.length)
  }
  return out
}

export function pointLosses(base: Base, lora: Lora, points: Points): Float64Array {
  const trace = createTrace(lora.rank)
  return Float64Array.from(points.labels, (_, i) => forwardPoint(base, lora, points, i, trace))
}

export interface Fitting {
  readonly epochs: number
  readonly learningRate: number
  readonly batch: number
}

/** Adam over shuffled epochs; `subset` names the points. */
function fit(
  parameters: readonly Float64Array[],
  addGradient: (i: number, sums: readonly Float64Array[], scale: number) => void,
  subset: readonly number[],
  { epochs, learningRate, batch }: Fitting,
  generator: Generator,
): void {
  const zeros = () => parameters.map(({ length }) => new Float64Array(length))
  const [mean, square, sums] = [zeros(), zeros(), zeros()]
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffle(generator, [...subset])
    for (let at = 0; at < order.length; at += batch) {
      const some = order.slice(at, at + batch)
      for (const sum of sums) sum.fill(0)
      for (const i of some) addGradient(i, sums, 1 / some.length)
      step++
      const rate = (learningRate * Math.sqrt(1 - 0.99 ** step)) / (1 - 0.9 ** step)
      for (const [p, values] of parameters.entries())
        for (let j = 0; j < values.length; j++) {
          const g = sums[p]![j]!
          mean[p]![j] = 0.9 * mean[p]![j]! + 0.1 * g
          square[p]![j] = 0.99 * square[p]![j]! + 0.01 * g * g
          values[j]! -= (rate * mean[p]![j]!) / (Math.sqrt(square[p]![j]!) + 1e-8)
        }
    }
  }
}

/** Trains the base's own matrices. */
export function fitBase(points: Points, fitting: Fitting, seed: number): Base {
  const generator = randomGenerator(seed)
  const base = freshBase(generator)
  const none: Lora = { rank: 0, matrices: blockDims(0).map(() => new Float64Array(0)) }
  const trace = createTrace(0)
  const addGradient = (i: number, sums: readonly Float64Array[], scale: number) => {
    forwardPoint(base, none, points, i, trace)
    backwardPoint(base, none, trace, (l, delta, _, { hidden }) => addOuter(sums[l]!, delta, hidden[l]!, scale))
  }
  fit(base.weights, addGradient, [...points.labels.keys()], fitting, generator)
  return base
}

/** Trains a fresh LoRA on a subset of the points. */
export function fitLora(
  base: Base,
  points: Points,
  subset: readonly number[],
  rank: number,
  fitting: Fitting,
  seed: number,
): Lora {
  const generator = randomGenerator(seed)
  const lora = freshLora(rank, generator)
  const trace = createTrace(rank)
  const addGradient = (i: number, sums: readonly Float64Array[], scale: number) => {
    forwardPoint(base, lora, points, i, trace)
    backwardPoint(base, lora, trace, loraSink(sums, scale))
  }
  fit(lora.matrices, addGradient, subset, fitting, generator)
  return lora
}
