/** One experiment's part of docs/quality.md: paragraphs, tables and figures, written between its marks and printed. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

export interface Table {
  readonly kind: 'table'
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Figure {
  readonly kind: 'figure'
  /** File name without extension. */
  readonly name: string
  /** What the picture shows, for who cannot see it; also the caption. */
  readonly caption: string
  readonly svg: string
}

export type Block = Table | Figure | { readonly kind: 'text'; readonly text: string }

export interface Section {
  readonly key: string
  readonly title: string
  /** The command that wrote it, seeds included. */
  readonly command: string
  readonly blocks: readonly Block[]
}

/** Order of the sections in the document. */
const ORDER = ['mislabel', 'identify', 'lds', 'counterfactual', 'farm', 'candidate']
const PREAMBLE = `# Quality of attribution

What the integer engine's scores are worth, measured beside float64 versions of other methods on the same gradients. Every
section below was written by the command that stands at its head; running it again writes it again (same seeds, same
figures). Trained models are kept in a temporary folder, so a second run is quick. "Integers" are the product's
\`InfluenceEngine\`; "right" always means that a row has the question's transformation, class or template.

| name | benefit of row k for the answer gradient v (block by block, summed) |
|---|---|
| integers | DataInf-Z version 1, influence.md §5; int8 codes, one power of two per row and block |
| DataInf | (1/λ)·g·(v − (1/n) Σ (v·g_i)/(λ+‖g_i‖²) g_i), float64 |
| dot | g·v, no curvature ("Hessian-free") |
| cosine 1/λ | g·v/λ over the row's length in the same measure |
| exact inverse | g·(G+λ)⁻¹v with G = (1/n) Σ g gᵀ of the block |
| printed | the whitepaper's equation (3) as printed, paying I > 0; then with its sign repaired |
`

const mark = (key: string, end = ''): string => `<!-- ${end}${key} -->`

function markdown({ title, command, blocks }: Section): string {
  const parts = blocks.map((block) => {
    if (block.kind === 'text') return block.text
    if (block.kind === 'figure')
      return `![${block.caption}](quality/${block.name}.svg)\n\n*${block.caption}* (\`${command}\`)`
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
    const table = [line(block.head), line(block.head.map(() => '---')), ...block.rows.map(line)].join('\n')
    return `${block.caption}\n\n${table}`
  })
  return [`## ${title}`, `\`\`\`\n${command}\n\`\`\``, ...parts].join('\n\n')
}

/** `folder` holds quality.md and quality/. */
export async function writeSection(folder: string, section: Section): Promise<void> {
  const figures = path.join(folder, 'quality')
  await mkdir(figures, { recursive: true })
  for (const block of section.blocks)
    if (block.kind === 'figure') await writeFile(path.join(figures, `${block.name}.svg`), block.svg)
  const file = path.join(folder, 'quality.md')
  const old = await readFile(file, 'utf8').catch(() => '')
  const parts = ORDER.flatMap((key) => {
    if (key === section.key) return [`${mark(key)}\n${markdown(section)}\n${mark(key, '/')}`]
    const from = old.indexOf(mark(key))
    const to = old.indexOf(mark(key, '/'))
    return from < 0 || to < 0 ? [] : [old.slice(from, to + mark(key, '/').length)]
  })
  await writeFile(file, `${[PREAMBLE.trimEnd(), ...parts].join('\n\n')}\n`)
}

export function printSection({ title, command, blocks }: Section, print: (line: string) => void): void {
  print(`\n${title}   ${command}`)
  for (const block of blocks) {
    if (block.kind !== 'table') continue
    const lines = [block.head, ...block.rows]
    const widths = block.head.map((_, c) => Math.max(...lines.map((cells) => (cells[c] ?? '').length)))
    print(`\n${block.caption.replaceAll('**', '')}`)
    for (const cells of lines)
      print(`  ${cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ')}`)
  }
}

export const fixed = (value: number, digits = 3): string => (Number.isFinite(value) ? value.toFixed(digits) : '–')
export const percent = (value: number, digits = 1): string => `${(100 * value).toFixed(digits)} %`
