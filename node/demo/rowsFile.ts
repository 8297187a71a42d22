/** Reads a user's own rows: JSON lines `{"contributor","input","output"}`; bad lines are named by number. */
import { utf8 } from '../../primitives/bytes.ts'
import { encodeRow, ROW_BYTES_MAX } from '../../primitives/rows.ts'

export interface ContributedRow {
  readonly contributor: string
  readonly input: string
  readonly output: string
}

/** Contributors of one file: each becomes a funded account of the demo. */
export const CONTRIBUTORS_MAX = 32
/** A demo trains in minutes on two cores; larger sets belong to `openledger train`. */
export const ROWS_MAX = 5_000
/** Faults shown at once: enough to see the pattern. */
const FAULTS_SHOWN_MAX = 10

export type RowsFile =
  | { readonly kind: 'rows'; readonly rows: readonly ContributedRow[] }
  | { readonly kind: 'invalid'; readonly code: 'BadRows'; readonly faults: readonly string[] }

/** `fields`: names that every line must hold, all strings; `rowBytesMax`: of input and output. Blank lines are skipped. */
export function parseRowsFile(
  text: string,
  fields: readonly (keyof ContributedRow)[],
  rowBytesMax = ROW_BYTES_MAX,
): RowsFile {
  const rows: ContributedRow[] = []
  const faults: string[] = []
  const lineOf = new Map<string, number>()
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const row = parseLine(line, fields, rowBytesMax)
    if (typeof row === 'string') faults.push(`line ${i + 1}: ${row}`)
    else if (lineOf.has(contentKey(row)))
      faults.push(`line ${i + 1}: the same input and output as line ${lineOf.get(contentKey(row))}`)
    else {
      lineOf.set(contentKey(row), i + 1)
      rows.push(row)
    }
  }
  if (faults.length === 0) faults.push(...wholeFileFaults(rows))
  if (faults.length === 0) return { kind: 'rows', rows }
  const hidden = faults.length - FAULTS_SHOWN_MAX
  const shown = hidden > 0 ? [...faults.slice(0, FAULTS_SHOWN_MAX), `… and ${hidden} more`] : faults
  return { kind: 'invalid', code: 'BadRows', faults: shown }
}

/** A Datanet takes each row once, whoever brings it. */
const contentKey = ({ input, output }: ContributedRow): string => JSON.stringify([input, output])

function parseLine(
  line: string,
  fields: readonly (keyof ContributedRow)[],
  rowBytesMax: number,
): ContributedRow | string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return `not JSON: ${(error as Error).message}`
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected an object'
  const record = value as Record<string, unknown>
  for (const field of fields)
    if (typeof record[field] !== 'string') return `expected a string "${field}", got ${JSON.stringify(record[field])}`
  const unknown = Object.keys(record).find((key) => !fields.includes(key as keyof ContributedRow))
  if (unknown !== undefined) return `unknown field "${unknown}", expected ${fields.map((f) => `"${f}"`).join(', ')}`
  const row = { contributor: '', input: '', output: '', ...record } as ContributedRow
  if (fields.includes('contributor') && row.contributor.trim() === '') return 'the contributor is empty'
  const encoded = encodeRow({ input: utf8(row.input), output: utf8(row.output) })
  if ('kind' in encoded) return `${encoded.code}: expected ${encoded.expected}, got ${encoded.got}`
  const bytes = utf8(row.input).length + utf8(row.output).length
  return bytes > rowBytesMax ? `input and output are ${bytes} bytes, the model reads at most ${rowBytesMax}` : row
}

function wholeFileFaults(rows: readonly ContributedRow[]): string[] {
  if (rows.length === 0) return ['no rows: expected at least one line of JSON']
  if (rows.length > ROWS_MAX) return [`${rows.length} rows: expected at most ${ROWS_MAX}`]
  const contributors = new Set(rows.map((row) => row.contributor)).size
  return contributors > CONTRIBUTORS_MAX ? [`${contributors} contributors: expected at most ${CONTRIBUTORS_MAX}`] : []
}
