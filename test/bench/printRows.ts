/** Figures on the terminal: as a table for people, and as one line for programs. */
import { table } from '../../node/cli/table.ts'

/** One column for each name. */
export function printRows(rows: readonly object[]): void {
  if (rows.length === 0) return
  const cell = (value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? textOf(value) : `${value ?? '–'}`
  const columns = Object.keys(rows[0]!).map((title) => ({ title, isRight: true }))
  const cells = rows.map((row) => Object.values(row).map(cell))
  console.log(`${table(columns, cells)}\n`)
}

function textOf(value: number): string {
  return Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}

/** One line to compare commits by. */
export function printLine(figures: object): void {
  console.log(JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value)))
}
