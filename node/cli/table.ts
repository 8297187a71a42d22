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

/** 12345 → 12,345. */
export const formatCount = (count: number): string => count.toLocaleString('en-US')

const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes in the largest unit that leaves at least one, with one decimal. */
export function formatBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** power).toFixed(1)} ${BYTE_UNITS[power]}`
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
