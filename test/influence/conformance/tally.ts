/** Counts checks of a vector run and keeps the first differences, with case, stage and index. */

/** Counts checks; keeps the first differences as text with case, stage and index. */
export class Tally {
  checks = 0
  differ = 0
  readonly differences: string[] = []

  check(place: string, expected: unknown, got: unknown): void {
    this.checks++
    const [want, have] = [JSON.stringify(expected), JSON.stringify(got)]
    if (want === have) return
    this.differ++
    if (this.differences.length < 20) this.differences.push(`${place}: expected ${clip(want)}, got ${clip(have)}`)
  }

  /** Element by element, so that the index of the first difference is named. */
  checkList(place: string, expected: readonly unknown[], got: readonly unknown[]): void {
    const at = expected.findIndex((value, i) => value !== got[i])
    if (at < 0) this.check(`${place} length`, expected.length, got.length)
    else this.check(`${place}[${at}]`, expected[at], got[at] ?? null)
  }
}

const clip = (text: string | undefined): string =>
  text === undefined || text.length <= 90 ? `${text}` : `${text.slice(0, 90)}…`

export const strings = (values: ArrayLike<bigint | number>): string[] => Array.from(values, (value) => `${value}`)
