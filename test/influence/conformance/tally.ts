/** Counts checks of a vector run and keeps the first differences, with case, stage and index. */

/** A wrong stage makes every later one wrong: the first ones tell. */
const DIFFERENCES_KEPT_MAX = 20

export class Tally {
  checks = 0
  differ = 0
  /** The first ones as text, with case, stage and index. */
  readonly differences: string[] = []
  /** What a folder does not have, so that nobody believes it was checked. */
  readonly notes: string[] = []

  check(place: string, expected: unknown, got: unknown): void {
    this.checks++
    const [want, have] = [JSON.stringify(expected), JSON.stringify(got)]
    if (want === have) return
    this.#differ(`${place}: expected ${clip(want)}, got ${clip(have)}`)
  }

  /** Element by element, so that the index of the first difference is named. */
  checkList(place: string, expected: readonly unknown[], got: readonly unknown[]): void {
    const at = expected.findIndex((value, i) => value !== got[i])
    if (at < 0) this.check(`${place} length`, expected.length, got.length)
    else this.check(`${place}[${at}]`, expected[at], got[at] ?? null)
  }

  /** A file or case that is missing, or cannot be read as what it should be, counts as one difference. */
  broken(place: string, error: unknown): void {
    this.checks++
    this.#differ(`${place}: cannot be checked: ${error instanceof Error ? error.message : error}`)
  }

  #differ(text: string): void {
    this.differ++
    if (this.differences.length < DIFFERENCES_KEPT_MAX) this.differences.push(text)
  }
}

const clip = (text: string | undefined): string =>
  text === undefined || text.length <= 90 ? `${text}` : `${text.slice(0, 90)}…`

export const strings = (values: ArrayLike<bigint | number>): string[] => Array.from(values, (value) => `${value}`)
