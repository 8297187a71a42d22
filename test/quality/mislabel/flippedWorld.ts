/** The mislabel replica's data: a teacher, a base that learned a related one, 600 rows of which 20 % carry the wrong label. */
import { bellNumber, type Generator, randomGenerator, shuffle } from '../../../studio/random.ts'
import { type Base, type Fitting, fitBase, LAYER_SIZES, type Points } from './tanhNetwork.ts'

export interface FlippedWorld {
  readonly base: Base
  /** Labels as trained on. */
  readonly rows: Points
  readonly isFlipped: readonly boolean[]
  /** Clean. */
  readonly validation: Points
}

export const FLIPPED_PART = 0.2
const VALIDATION_ROWS = 300
const BASE_ROWS = 2000
/** Directions of a teacher; a point's label is the sign of Σ tanh(2·t·x). */
const TEACHER_DIRECTIONS = 5
/** How much of the base's teacher is left in that of the rows. */
const TEACHER_KEPT = 0.6
const BASE_FITTING: Fitting = { epochs: 4, learningRate: 2e-3, batch: 32 }

type Teacher = readonly Float64Array[]

function drawTeacher(generator: Generator): Teacher {
  const scale = 1 / Math.sqrt(LAYER_SIZES[0])
  return Array.from({ length: TEACHER_DIRECTIONS }, () =>
    Float64Array.from({ length: LAYER_SIZES[0] }, () => bellNumber(generator) * scale),
  )
}

function drawPoints(generator: Generator, teacher: Teacher, count: number): Points {
  const width = LAYER_SIZES[0]
  const inputs = Float64Array.from({ length: count * width }, () => bellNumber(generator))
  const labels = Uint8Array.from({ length: count }, (_, i) => {
    const x = inputs.subarray(i * width, (i + 1) * width)
    const vote = teacher.reduce((sum, t) => sum + Math.tanh(2 * t.reduce((dot, w, j) => dot + w * x[j]!, 0)), 0)
    return vote > 0 ? 1 : 0
  })
  return { inputs, labels }
}

export function flippedWorld(seed: number, rowCount = 600): FlippedWorld {
  const generator = randomGenerator(seed ^ 0x666c6970)
  const before = drawTeacher(generator)
  const other = drawTeacher(generator)
  const rest = Math.sqrt(1 - TEACHER_KEPT ** 2)
  const teacher = before.map((t, d) => t.map((w, j) => TEACHER_KEPT * w + rest * other[d]![j]!))
  const base = fitBase(drawPoints(generator, before, BASE_ROWS), BASE_FITTING, seed)
  const { inputs, labels } = drawPoints(generator, teacher, rowCount)
  const isFlipped = Array.from({ length: rowCount }, () => false)
  const order = shuffle(generator, [...labels.keys()])
  for (const i of order.slice(0, Math.round(FLIPPED_PART * rowCount))) {
    isFlipped[i] = true
    labels[i] = 1 - labels[i]!
  }
  return { base, rows: { inputs, labels }, isFlipped, validation: drawPoints(generator, teacher, VALIDATION_ROWS) }
}
