/** Rank and resampling statistics of the experiments; chance comes from a seeded generator. */
import type { Generator } from '../../studio/random.ts'

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Sample standard deviation; 0 for a single value. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1))
}

export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ma, mb] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb)
    aa += (a[i]! - ma) ** 2
    bb += (b[i]! - mb) ** 2
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}

/** Ranks from 1, ties at their mean. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!)
  const out = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) out[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return out
}

export const spearman = (a: ArrayLike<number>, b: ArrayLike<number>): number => pearson(ranks(a), ranks(b))

/** Probability that a member outranks one that is none, ties counting half. */
export function auc(scores: ArrayLike<number>, isMember: (i: number) => boolean): number {
  const rank = ranks(scores)
  let [sum, members] = [0, 0]
  for (let i = 0; i < scores.length; i++)
    if (isMember(i)) {
      sum += rank[i]!
      members++
    }
  return (sum - (members * (members + 1)) / 2) / (members * (scores.length - members))
}

/** Positions by value descending, then by number. */
export const descending = (values: ArrayLike<number>): number[] =>
  Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[j]! - values[i]! || i - j)

/** The 2.5 and 97.5 % points of the mean of `values` drawn with repetition. */
export function bootstrapInterval(values: readonly number[], generator: Generator, draws = 2000): [number, number] {
  const means = Array.from({ length: draws }, () =>
    mean(values.map(() => values[generator.below(values.length)]!)),
  ).sort((a, b) => a - b)
  return [means[Math.floor(0.025 * draws)]!, means[Math.ceil(0.975 * draws) - 1]!]
}

/** One-sided p of a sign-flip test: how often chance signs give a mean difference at least this large. */
export function signFlipP(differences: readonly number[], generator: Generator, draws = 20_000): number {
  const sum = differences.reduce((a, b) => a + b, 0)
  let atLeast = 1
  for (let draw = 0; draw < draws; draw++) {
    let flipped = 0
    for (const difference of differences) flipped += generator.next() & 1 ? difference : -difference
    if (flipped >= sum) atLeast++
  }
  return atLeast / (draws + 1)
}
