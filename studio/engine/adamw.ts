/** AdamW (Loshchilov and Hutter, arXiv:1711.05101) with linear warm-up and decay. */
import { type Array as JaxArray, jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import { f32, type Tensors } from './jax.ts'

const BETA_1 = 0.9
/** 0.99 and not 0.999: runs are a few hundred steps, and the longer memory would still be warming up at their end. */
const BETA_2 = 0.99
const EPSILON = 1e-8

export interface Schedule {
  readonly steps: number
  readonly warmupSteps: number
  readonly learningRate: number
  readonly weightDecay: number
}

export interface OptimiserState {
  parameters: Tensors
  mean: Tensors
  square: Tensors
}

/** Fresh state; owns `parameters`. */
export function createOptimiserState(parameters: Tensors): OptimiserState {
  const zeros = () => tree.map((x: JaxArray) => np.zerosLike(x), tree.ref(parameters)) as Tensors
  return { parameters, mean: zeros(), square: zeros() }
}

export function disposeOptimiserState(state: OptimiserState): void {
  tree.dispose([state.parameters, state.mean, state.square])
}

/** Learning rate of step 1 … steps: up linearly, then down linearly to a tenth. */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { steps, warmupSteps, learningRate } = schedule
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps
  const rest = (steps - step) / Math.max(1, steps - warmupSteps)
  return learningRate * (0.1 + 0.9 * rest)
}

type Loss = (parameters: Tensors, ...rest: never[]) => JaxArray

/**
 * Compiles one step of `loss(parameters, ...rest)`. The returned function replaces the state's tensors, consumes `rest`
 * and gives the loss [] of before the step. Rates are arguments, so that no step compiles anew.
 */
export function compileStep(
  loss: Loss,
): (state: OptimiserState, schedule: Schedule, step: number, rest: readonly unknown[]) => JaxArray {
  const lossAndGradient = valueAndGrad(loss as (parameters: Tensors, ...rest: JaxArray[]) => JaxArray)
  const update = jit((state: [Tensors, Tensors, Tensors], rates: JaxArray[], rest: JaxArray[]) => {
    const [parameters, mean, square] = state
    const [meanFactor, squareFactor, rate, decay] = rates as [JaxArray, JaxArray, JaxArray, JaxArray]
    const [value, gradient] = lossAndGradient(tree.ref(parameters), ...rest) as [JaxArray, Tensors]
    const next = [{}, {}, {}] as [Tensors, Tensors, Tensors]
    for (const name of Object.keys(parameters)) {
      const g = gradient[name]!
      const m = mean[name]!.mul(BETA_1).add(g.ref.mul(1 - BETA_1))
      const v = square[name]!.mul(BETA_2).add(np.square(g).mul(1 - BETA_2))
      const move = m.ref
        .mul(meanFactor.ref)
        .div(np.sqrt(v.ref.mul(squareFactor.ref)).add(EPSILON))
        .mul(rate.ref)
      next[0][name] = parameters[name]!.mul(decay.ref).sub(move)
      next[1][name] = m
      next[2][name] = v
    }
    tree.dispose(rates)
    return [value, ...next]
  })
  return (state, schedule, step, rest) => {
    const rate = learningRateAt(schedule, step)
    const scalars = [
      1 / (1 - power(BETA_1, step)),
      1 / (1 - power(BETA_2, step)),
      rate,
      1 - rate * schedule.weightDecay,
    ]
    const rates = scalars.map((x) => f32(Float32Array.of(x), []))
    const [value, parameters, mean, square] = update(
      [state.parameters, state.mean, state.square],
      rates,
      rest as JaxArray[],
    ) as [JaxArray, Tensors, Tensors, Tensors]
    state.parameters = parameters
    state.mean = mean
    state.square = square
    return value
  }
}

/** base^exponent by multiplication: `**` may round differently between JavaScript engines. */
function power(base: number, exponent: number): number {
  let product = 1
  for (let i = 0; i < exponent; i++) product *= base
  return product
}
