/** Plain-text tables and amounts for the terminal. */
import pc from 'picocolors'

/** Wei → OPEN with six decimals, rounded down. */
export function formatOpen(wei: bigint): string {
  const micro = wei / 10n ** 12n
  return `${micro / 1_000_000n}.${(micro % 1_000_000n).toString().padStart(6, '0')}`
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}

export interface Column {
  readonly title: string
  readonly isRight?: boolean
}

/** Columns as wide as their longest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, c) => Math.max(column.title.length, ...rows.map((row) => row[c]!.length)))
  const pad = (text: string, c: number) => (columns[c]!.isRight ? text.padStart(widths[c]!) : text.padEnd(widths[c]!))
  const line = (cells: readonly string[]) => cells.map(pad).join('  ').trimEnd()
  return [pc.dim(line(columns.map((column) => column.title))), ...rows.map(line)].join('\n')
}
