/** Validators of a simulated network: who stands in which epoch, with what power. */
import { createHash } from 'node:crypto'
import type { Validator, ValidatorSet } from '../../../primitives/validatorSet.ts'
import { quorumPower, totalPower } from '../../../primitives/validatorSet.ts'
import { createRandom, type Random } from '../../fuzz/random.ts'
import { taggedKeys } from './taggedBls.ts'

export type PowerShape = 'equal' | 'random' | 'oneJustBelowThird'

/** Key number `number` as a validator; operators ascend with the number, so that a set is ordered by it. */
export function validatorOf(number: number, power: bigint, { bls, secretOf } = taggedKeys): Validator {
  const operator = new Uint8Array(20)
  new DataView(operator.buffer).setUint32(0, number + 1)
  const p2pKey = new Uint8Array(createHash('sha256').update(`p2p ${number}`).digest())
  return { operator, blsKey: bls.publicKey(secretOf(number)), p2pKey, power }
}

export function drawPowers(random: Random, shape: PowerShape, count: number): bigint[] {
  if (shape === 'random') return Array.from({ length: count }, () => BigInt(random.int(1, 100)))
  if (shape === 'equal' || count < 4) return Array.from({ length: count }, () => 1n)
  // (k − 1) others of power 2 and one of just less than half their sum: below a third of all.
  return Array.from({ length: count }, (_, i) => (i === 0 ? BigInt(count - 1) - 1n : 2n))
}

/** Whether these members may all be faulty at once: power below W/3. */
export function isBelowThird(set: ValidatorSet, isMember: (index: number) => boolean): boolean {
  const total = totalPower(set)
  const power = set.reduce((sum, { power: own }, i) => (isMember(i) ? sum + own : sum), 0n)
  return 3n * power < total && total - power >= quorumPower(total)
}

/** The powers drawn, unless the faulty would have a third of them: then all are equal. */
export function boundedPowers(powers: readonly bigint[], isFaulty: (key: number) => boolean): bigint[] {
  const set = powers.map((power, key) => validatorOf(key, power))
  return isBelowThird(set, isFaulty) ? [...powers] : powers.map(() => 1n)
}

export interface PoolOptions {
  /** By key number. */
  readonly powers: readonly bigint[]
  /** Members of a set. */
  readonly count: number
  /** Share of members replaced from one epoch to the next, 0 … 0.5. */
  readonly replacedShare: number
  readonly isFaulty: (number: number) => boolean
  readonly seed: number
}

/**
 * The key numbers of an epoch's members. Staking would read them from the state at the root block; here they follow from
 * the run's seed, and never give the faulty a third.
 */
export function createPool({ powers, count, replacedShare, isFaulty, seed }: PoolOptions): (epoch: number) => number[] {
  const epochs: number[][] = [Array.from({ length: count }, (_, i) => i)]
  const setOf = (numbers: readonly number[]) => numbers.map((number) => validatorOf(number, powers[number]!))
  const follow = (before: readonly number[], epoch: number): number[] => {
    const random = createRandom(seed, epoch)
    for (let tries = 0; tries < 8; tries++) {
      const members = new Set(before)
      const outside = powers.map((_, number) => number).filter((number) => !members.has(number))
      const replaced = Math.min(outside.length, Math.floor(count * replacedShare))
      for (let k = random.int(0, replaced); k > 0; k--) {
        members.delete(random.pick([...members]))
        members.add(outside.splice(random.int(0, outside.length - 1), 1)[0]!)
      }
      const numbers = [...members].sort((a, b) => a - b)
      if (isBelowThird(setOf(numbers), (i) => isFaulty(numbers[i]!))) return numbers
    }
    return [...before]
  }
  return (epoch) => {
    while (epochs.length <= epoch) epochs.push(follow(epochs.at(-1)!, epochs.length))
    return epochs[epoch]!
  }
}
