/** Ten arithmetic templates (after the word problems of arXiv:2310.00902, short enough for the replica): prompt and number. */
import { utf8 } from '../../../primitives/bytes.ts'
import type { Row } from '../../../primitives/rows.ts'
import { type Generator, pick, randomGenerator } from '../../../studio/random.ts'

const NAMES = [
  'ann',
  'bob',
  'cy',
  'dan',
  'eve',
  'fay',
  'gus',
  'hal',
  'ida',
  'jo',
  'kim',
  'leo',
  'mia',
  'ned',
  'ora',
  'pam',
]

/** Numbers a ≥ b, a in 2 … 30. */
type Template = (name: string, a: number, b: number) => readonly [string, number]

export const TEMPLATES: readonly Template[] = [
  (name, a, b) => [`${name} cuts ${a} slices and eats ${b}. left?`, a - b],
  (name, a, b) => [`${a} kids go by car, ${name} fits ${b} each. cars?`, Math.ceil(a / b)],
  (name, a, b) => [`${name} has ${a} pens and buys ${b} more. all?`, a + b],
  (name, a, b) => [`game: ${name} won ${a} rounds of ${b} points. sum?`, a * b],
  (name, a, b) => [`book of ${a} pages, ${name} read ${b}. to go?`, a - b],
  (name, a, b) => [`shirt ${10 * a} off ${10 * b}, ${name} pays?`, 10 * a - 10 * b],
  (name, a, b) => [`zoo: ${a} in, ${b} out, with ${name} inside?`, a - b + 1],
  (name, a, b) => [`${name} paints a wall ${a} by ${b}. area?`, a * b],
  (name, a, b) => [`${a} loud plus ${b} loud, says ${name}. twice?`, 2 * (a + b)],
  (name, a, b) => [`marks ${2 * a} and ${2 * b} of ${name}. mean?`, a + b],
]

function drawRow(generator: Generator, template: Template): Row {
  const a = 2 + generator.below(29)
  const [prompt, answer] = template(pick(generator, NAMES), a, 1 + generator.below(a))
  return { input: utf8(prompt), output: utf8(`${answer}`) }
}

/** Rows and questions by template; no prompt occurs twice. */
export function arithmeticRows(seed: number, rowsPerTemplate: number, questionsPerTemplate: number) {
  const generator = randomGenerator(seed ^ 0x61726974)
  const taken = new Set<string>()
  const draw = (template: Template, count: number): Row[] => {
    const out: Row[] = []
    while (out.length < count) {
      const row = drawRow(generator, template)
      const text = new TextDecoder().decode(row.input)
      if (taken.has(text)) continue
      taken.add(text)
      out.push(row)
    }
    return out
  }
  return {
    rows: TEMPLATES.map((template) => draw(template, rowsPerTemplate)),
    questions: TEMPLATES.map((template) => draw(template, questionsPerTemplate)),
  }
}
