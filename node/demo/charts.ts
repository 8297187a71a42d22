/** The report's charts as plain SVG: horizontal bars, a heat map, a line. */

const INK = '#1c2430'
const MUTED = '#6b7686'
const GRID = '#e4e8ee'

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** Names come from users' files: what does not fit beside a chart is cut. */
const LABEL_CHARACTERS_MAX = 18

function short(label: string, max = LABEL_CHARACTERS_MAX): string {
  return label.length <= max ? label : `${label.slice(0, max - 1)}…`
}

export interface Bar {
  readonly label: string
  readonly value: number
  readonly note: string
  readonly colour: string
}

/** One bar a row, labels left, notes right; the longest bar spans the plot. */
export function barChart(bars: readonly Bar[], title: string): string {
  const rowHeight = 26
  const left = 165
  const plot = 400
  const height = bars.length * rowHeight + 8
  const top = Math.max(...bars.map((bar) => bar.value), Number.MIN_VALUE)
  const rows = bars.map((bar, i) => {
    const y = i * rowHeight + 4
    const width = Math.max(bar.value > 0 ? 1 : 0, (bar.value / top) * plot)
    return `<text x="${left - 10}" y="${y + 16}" text-anchor="end" fill="${INK}">${escapeHtml(short(bar.label))}</text>
<rect x="${left}" y="${y + 3}" width="${width.toFixed(1)}" height="${rowHeight - 8}" rx="3" fill="${bar.colour}"/>
<text x="${(left + width + 8).toFixed(1)}" y="${y + 16}" fill="${MUTED}">${escapeHtml(bar.note)}</text>`
  })
  return svg(left + plot + 210, height, title, rows.join('\n'))
}

/** A line through (x, y) points with the first and last value of each axis. */
export function lineChart(points: readonly { readonly x: number; readonly y: number }[], title: string): string {
  const width = 720
  const height = 220
  const box = { left: 60, top: 12, right: 16, bottom: 34 }
  const xMax = Math.max(...points.map((p) => p.x), 1)
  const yMax = Math.max(...points.map((p) => p.y), Number.MIN_VALUE)
  const x = (v: number) => box.left + (v / xMax) * (width - box.left - box.right)
  const y = (v: number) => height - box.bottom - (v / yMax) * (height - box.top - box.bottom)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * yMax).toFixed(1)
    return `<line x1="${box.left}" x2="${width - box.right}" y1="${at}" y2="${at}" stroke="${GRID}"/>
<text x="${box.left - 8}" y="${Number(at) + 4}" text-anchor="end" fill="${MUTED}">${(part * yMax).toFixed(2)}</text>`
  })
  const path = points.map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join('')
  const axis = `<text x="${box.left}" y="${height - 10}" fill="${MUTED}">step 0</text>
<text x="${width - box.right}" y="${height - 10}" text-anchor="end" fill="${MUTED}">step ${xMax}</text>`
  return svg(
    width,
    height,
    title,
    `${ticks.join('\n')}<path d="${path}" fill="none" stroke="#3b6fd4" stroke-width="2"/>${axis}`,
  )
}

export interface HeatMap {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** `values[row][column]`, 0 … 1. */
  readonly values: readonly (readonly number[])[]
}

/** Shares as shaded cells: rows are question tasks, columns contributors. */
export function heatMap(map: HeatMap, title: string): string {
  const cell = { width: 52, height: 26 }
  const left = 165
  const top = 72
  const head = map.columns.map((name, c) => {
    const x = left + c * cell.width + cell.width / 2
    return `<text transform="translate(${x} ${top - 8}) rotate(-40)" fill="${INK}">${escapeHtml(short(name, 10))}</text>`
  })
  const body = map.rows.map((name, r) => {
    const y = top + r * cell.height
    const cells = map.columns.map((_, c) => {
      const value = map.values[r]![c]!
      const x = left + c * cell.width
      const ink = value > 0.5 ? '#fff' : INK
      const text = value >= 0.005 ? `${Math.round(value * 100)}` : ''
      return `<rect x="${x}" y="${y}" width="${cell.width - 2}" height="${cell.height - 2}" rx="3" fill="${shade(value)}"/>
<text x="${x + cell.width / 2 - 1}" y="${y + 16}" text-anchor="middle" fill="${ink}">${text}</text>`
    })
    return `<text x="${left - 10}" y="${y + 16}" text-anchor="end" fill="${INK}">${escapeHtml(short(name))}</text>${cells.join('')}`
  })
  const width = left + map.columns.length * cell.width + 60
  return svg(width, top + map.rows.length * cell.height + 6, title, head.join('\n') + body.join('\n'))
}

function shade(value: number): string {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * Math.min(1, Math.sqrt(value)))
  return `rgb(${mix(244, 30)},${mix(246, 94)},${mix(249, 200)})`
}

function svg(width: number, height: number, title: string, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}" font-size="13">${body}</svg>`
}
