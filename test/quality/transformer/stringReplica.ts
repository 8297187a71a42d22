/** The identification replica (influence.md §14): ten string transformations, LoRA rank 4 on query and value, 8 blocks of 256. */
import type { Row } from '../../../primitives/rows.ts'
import type { TokenRow } from '../../../studio/engine/batch.ts'
import type { LoadedBase } from '../../../studio/engine/loadedBase.ts'
import { randomGenerator, shuffle } from '../../../studio/random.ts'
import { taskSet } from '../../../studio/tasks.ts'
import { copyBase, REPLICA_MODEL, tokensOf } from './copyBase.ts'
import { createTrainer, type LoraOptions, type Trainer } from './replica.ts'

const PRETRAIN_STEPS = 1500
/** Steps of a main run, and of the many runs on subsets. */
export const MAIN_STEPS = 300
export const RETRAIN_STEPS = 100
const BASE_SEED = 1

export interface Sizes {
  readonly rowsPerTask: number
  readonly questionsPerTask: number
  readonly pretrainSteps: number
}

export const FULL: Sizes = { rowsPerTask: 90, questionsPerTask: 10, pretrainSteps: PRETRAIN_STEPS }
/** For a run of seconds. */
export const TINY: Sizes = { rowsPerTask: 6, questionsPerTask: 1, pretrainSteps: 2 }

/** Rows by class, questions by class: `labels[i]` is row i's class. */
export interface Replica {
  readonly base: LoadedBase
  readonly texts: readonly Row[]
  readonly rows: readonly TokenRow[]
  readonly labels: readonly number[]
  readonly questionTexts: readonly Row[]
  readonly questions: readonly TokenRow[]
  readonly questionLabels: readonly number[]
  readonly trainer: Trainer
  /** Names base, rows and options. */
  readonly key: string
}

export const loraOptions = (seed: number, steps: number): LoraOptions => ({
  seed,
  steps,
  batchRows: 32,
  learningRate: 5e-3,
  weightDecay: 0,
  config: { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj'], contextTokens: 40 },
})

/** A replica over any labelled rows that fit its base. */
export function replicaOf(
  base: LoadedBase,
  rows: readonly (readonly Row[])[],
  questions: readonly (readonly Row[])[],
  options: LoraOptions,
  key: string,
): Replica {
  const labelsOf = (groups: readonly (readonly Row[])[]) => groups.flatMap((group, c) => group.map(() => c))
  const tokens = tokensOf(base.model, rows.flat())
  return {
    base,
    texts: rows.flat(),
    rows: tokens,
    labels: labelsOf(rows),
    questionTexts: questions.flat(),
    questions: tokensOf(base.model, questions.flat()),
    questionLabels: labelsOf(questions),
    trainer: createTrainer(base, tokens, options, key),
    key,
  }
}

export async function stringReplica(
  seed: number,
  steps: number,
  say: (line: string) => void,
  sizes: Sizes = FULL,
): Promise<Replica> {
  const { rowsPerTask, questionsPerTask, pretrainSteps } = sizes
  const base = await copyBase(BASE_SEED, pretrainSteps, say)
  const { rows, questions } = taskSet({ seed, rowsPerTask, questionsPerTask })
  const key = `strings ${seed} ${rowsPerTask} ${questionsPerTask} on ${REPLICA_MODEL.width} ${pretrainSteps}`
  return replicaOf(base, rows, questions, loraOptions(seed, steps), key)
}

/** `count` random halves of the rows. */
export function halfSubsets(count: number, rowCount: number, seed: number): number[][] {
  const generator = randomGenerator(seed ^ 0x68616c66)
  return Array.from({ length: count }, () =>
    shuffle(
      generator,
      Array.from({ length: rowCount }, (_, i) => i),
    )
      .slice(0, rowCount >> 1)
      .sort((a, b) => a - b),
  )
}
