/** Line and bar charts as SVG text that reads on light and on dark pages alike. */

/** Colours that differ in lightness too (Okabe and Ito), with the light and the dark page's tone of each. */
const COLOURS: readonly (readonly [string, string])[] = [
  ['#0b5cad', '#6db3f2'],
  ['#c2410c', '#fb923c'],
  ['#15803d', '#4ade80'],
  ['#9333ea', '#c084fc'],
  ['#b08900', '#facc15'],
  ['#be185d', '#f472b6'],
  ['#0e7490', '#22d3ee'],
  ['#64748b', '#a8b3c4'],
]
const DASHES = ['', '7 3', '2 3', '8 3 2 3', '12 4', '4 4', '1 4', '10 2']

const STYLE = `<style>
text{font:13px system-ui,sans-serif;fill:#1f2937}.title{font-weight:600;font-size:15px}.axis{stroke:#6b7280;fill:none}.grid{stroke:#d1d5db;fill:none}
${COLOURS.map(([light], i) => `.s${i}{stroke:${light}}.f${i}{fill:${light}}`).join('')}.error{stroke:#1f2937;fill:none}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.axis{stroke:#9ca3af}.grid{stroke:#374151}${COLOURS.map(([, dark], i) => `.s${i}{stroke:${dark}}.f${i}{fill:${dark}}`).join('')}.error{stroke:#e5e7eb}}
</style>`

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

interface Axis {
  readonly label: string
  readonly min: number
  readonly max: number
}

const [LEFT, TOP, WIDTH, HEIGHT] = [62, 44, 430, 270]
const LEGEND_X = LEFT + WIDTH + 24
const FULL_WIDTH = LEGEND_X + 190

/** Four to eight round steps. */
function ticks({ min, max }: Axis): number[] {
  const rough = (max - min) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((x) => x * power).find((x) => x >= rough)!
  const out: number[] = []
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++)
    out.push(Number((i * step).toPrecision(10)))
  return out
}

function frame(
  title: string,
  y: Axis,
  names: readonly string[],
  isLine: boolean,
  body: string,
  bottom: string,
): string {
  const at = (value: number) => TOP + HEIGHT * (1 - (value - y.min) / (y.max - y.min))
  const grid = ticks(y).map(
    (value) =>
      `<path class="grid" d="M${LEFT} ${at(value).toFixed(1)}h${WIDTH}"/><text x="${LEFT - 8}" y="${(at(value) + 4).toFixed(1)}" text-anchor="end">${value}</text>`,
  )
  const legend = names.map((name, i) => {
    const ly = TOP + 12 + i * 22
    const sign = isLine
      ? `<path class="s${i}" d="M${LEGEND_X} ${ly - 4}h26" fill="none" stroke-width="2.5" stroke-dasharray="${DASHES[i]}"/>`
      : `<rect class="f${i}" x="${LEGEND_X + 6}" y="${ly - 11}" width="14" height="14"/>`
    return `${sign}<text x="${LEGEND_X + 34}" y="${ly}">${escaped(name)}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${FULL_WIDTH} ${TOP + HEIGHT + 62}" width="${FULL_WIDTH}" role="img" aria-label="${escaped(title)}">`,
    STYLE,
    `<text class="title" x="${LEFT}" y="22">${escaped(title)}</text>`,
    ...grid,
    `<text transform="translate(16 ${TOP + HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    `<path class="axis" d="M${LEFT} ${TOP}v${HEIGHT}h${WIDTH}"/>`,
    body,
    bottom,
    ...legend,
    '</svg>\n',
  ].join('\n')
}

export interface Line {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

export function lineChart(title: string, x: Axis, y: Axis, lines: readonly Line[]): string {
  const px = (value: number) => LEFT + (WIDTH * (value - x.min)) / (x.max - x.min)
  const py = (value: number) => TOP + HEIGHT * (1 - (value - y.min) / (y.max - y.min))
  const body = lines.map(({ points }, i) => {
    const path = points.map(([a, b]) => `${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join('L')
    return `<path class="s${i}" d="M${path}" fill="none" stroke-width="2.5" stroke-dasharray="${DASHES[i]}"/>`
  })
  const bottom = ticks(x).map(
    (value) => `<text x="${px(value).toFixed(1)}" y="${TOP + HEIGHT + 20}" text-anchor="middle">${value}</text>`,
  )
  bottom.push(`<text x="${LEFT + WIDTH / 2}" y="${TOP + HEIGHT + 44}" text-anchor="middle">${escaped(x.label)}</text>`)
  const names = lines.map(({ name }) => name)
  return frame(title, y, names, true, body.join('\n'), bottom.join('\n'))
}

export interface Bars {
  readonly name: string
  /** One per group, with an interval where there is one. */
  readonly values: readonly { readonly value: number; readonly low?: number; readonly high?: number }[]
}

export function barChart(title: string, y: Axis, groups: readonly string[], series: readonly Bars[]): string {
  const py = (value: number) => TOP + HEIGHT * (1 - (Math.min(Math.max(value, y.min), y.max) - y.min) / (y.max - y.min))
  const slot = WIDTH / groups.length
  const width = (slot * 0.8) / series.length
  const zero = py(0)
  const body = series.flatMap(({ values }, s) =>
    values.map(({ value, low, high }, g) => {
      const x = LEFT + g * slot + slot * 0.1 + s * width
      const top = Math.min(py(value), zero)
      const bar = `<rect class="f${s}" x="${x.toFixed(1)}" y="${top.toFixed(1)}" width="${(width * 0.9).toFixed(1)}" height="${Math.abs(py(value) - zero).toFixed(1)}"/>`
      if (low === undefined || high === undefined) return bar
      const middle = (x + width * 0.45).toFixed(1)
      return `${bar}<path class="error" d="M${middle} ${py(low).toFixed(1)}V${py(high).toFixed(1)}"/>`
    }),
  )
  const bottom = groups.map(
    (group, g) =>
      `<text x="${(LEFT + (g + 0.5) * slot).toFixed(1)}" y="${TOP + HEIGHT + 20}" text-anchor="middle">${escaped(group)}</text>`,
  )
  const names = series.map(({ name }) => name)
  return frame(title, y, names, false, body.join('\n'), bottom.join('\n'))
}
