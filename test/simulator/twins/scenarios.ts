/**
 * Twins scenarios (arXiv:2004.10617): for each of the first views who hears whom and who leads, up to the renaming of
 * nodes that are alike. Short ones are listed whole; longer ones are drawn, each once.
 */
import { createRandom, type Random } from '../../fuzz/random.ts'

/** testing.md §3. */
export const TWINS_VIEWS_MAX = 8

export interface ScenarioView {
  /** By node: the part it is in. Parts are numbered by first appearance (a restricted growth string). */
  readonly parts: readonly number[]
  /** Key number. */
  readonly leader: number
}
export type Scenario = readonly ScenarioView[]

export interface TwinsShape {
  readonly keys: number
  /** The first so many keys run in two nodes: the second one of key k is node `keys + k`. */
  readonly twins: number
}

/** n = 4 with one twin, n = 7 with two. */
export const FOUR_WITH_ONE: TwinsShape = { keys: 4, twins: 1 }
export const SEVEN_WITH_TWO: TwinsShape = { keys: 7, twins: 2 }

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))
}

/** All renamings of nodes that no node can tell apart: honest keys, twinned keys, and the two of a pair. */
export function renamings({ keys, twins }: TwinsShape): number[][] {
  const twinned = Array.from({ length: twins }, (_, i) => i)
  const honest = Array.from({ length: keys - twins }, (_, i) => twins + i)
  const swaps = Array.from({ length: 2 ** twins }, (_, bits) => bits)
  return permutations(honest).flatMap((others) =>
    permutations(twinned).flatMap((pairs) =>
      swaps.map((bits) => {
        const first = pairs.map((key, i) => ((bits >> i) & 1 ? keys + key : key))
        const second = pairs.map((key, i) => ((bits >> i) & 1 ? key : keys + key))
        return [...first, ...others, ...second]
      }),
    ),
  )
}

/** Renumbers parts by first appearance. */
function growthString(parts: readonly number[]): number[] {
  const seen = new Map<number, number>()
  return parts.map((part) => {
    const known = seen.get(part) ?? seen.size
    seen.set(part, known)
    return known
  })
}

function rename({ parts, leader }: ScenarioView, renaming: readonly number[], keys: number): ScenarioView {
  const moved = Array<number>(parts.length)
  for (const [node, part] of parts.entries()) moved[renaming[node]!] = part
  return { parts: growthString(moved), leader: renaming[leader]! % keys }
}

const textOf = ({ parts, leader }: ScenarioView): string => `${parts.join('')}${leader}`

/** The same text for all scenarios that differ by a renaming only: the least of them. */
export function canonicalText(scenario: Scenario, shape: TwinsShape, all = renamings(shape)): string {
  let least = ''
  let candidates = all
  for (const view of scenario) {
    let leastHere: string | undefined
    let kept: number[][] = []
    for (const renaming of candidates) {
      const text = textOf(rename(view, renaming, shape.keys))
      if (leastHere === undefined || text < leastHere) {
        leastHere = text
        kept = [renaming]
      } else if (text === leastHere) kept.push(renaming)
    }
    candidates = kept
    least += `${leastHere} `
  }
  return least
}

/** All partitions of `count` nodes as growth strings. */
export function partitions(count: number): number[][] {
  let found: number[][] = [[]]
  for (let node = 0; node < count; node++)
    found = found.flatMap((parts) => Array.from({ length: Math.max(-1, ...parts) + 2 }, (_, part) => [...parts, part]))
  return found
}

function drawView(random: Random, { keys, twins }: TwinsShape): ScenarioView {
  const nodes = keys + twins
  // Most views let some part have a quorum: one or two parts; the rest may fall into any number.
  const partCount = random.oneIn(4) ? random.int(3, nodes) : random.int(1, 2)
  const parts = growthString(Array.from({ length: nodes }, () => random.int(0, partCount - 1)))
  return { parts, leader: random.oneIn(2) ? random.int(0, twins - 1) : random.int(0, keys - 1) }
}

/** Every scenario of one and two views where these are few, then drawn ones; no two alike up to renaming. */
export function* twinsScenarios(shape: TwinsShape, seed: number): Generator<Scenario> {
  const all = renamings(shape)
  const seen = new Set<string>()
  const isNew = (scenario: Scenario): boolean => {
    const text = canonicalText(scenario, shape, all)
    const isUnseen = !seen.has(text)
    seen.add(text)
    return isUnseen
  }
  if (shape.keys <= 4) {
    const leaders = Array.from({ length: shape.keys }, (_, leader) => leader)
    const views = partitions(shape.keys + shape.twins).flatMap((parts) => leaders.map((leader) => ({ parts, leader })))
    for (const first of views) if (isNew([first])) yield [first]
    for (const first of views) for (const second of views) if (isNew([first, second])) yield [first, second]
  }
  const random = createRandom(seed, 0)
  while (true) {
    const scenario = Array.from({ length: random.int(3, TWINS_VIEWS_MAX) }, () => drawView(random, shape))
    if (isNew(scenario)) yield scenario
  }
}

/** One word a view: the parts' digits, a dot, the leader. Joined by commas: `00110.1,01000.0`. */
export function formatScenario(scenario: Scenario): string {
  return scenario.map(({ parts, leader }) => `${parts.join('')}.${leader}`).join(',')
}

export function parseScenario(text: string): Scenario {
  return text.split(',').map((word) => {
    const found = /^(\d+)\.(\d)$/.exec(word)
    if (found === null) throw new RangeError(`a scenario's view is like 00110.1, not ${word}`)
    return { parts: [...found[1]!].map(Number), leader: Number(found[2]) }
  })
}
