/** Who may import whom (architecture.md, "Import law"), no cycles, no dead files. */
import type { Source } from './source.ts'

/** Room → rooms it may import besides itself. `test` stands outside: it may import all. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  primitives: [],
  consensus: ['primitives'],
  influence: ['primitives'],
  precompiles: ['primitives', 'influence'],
  runtime: ['precompiles', 'primitives'],
  genesis: ['runtime', 'precompiles', 'primitives'],
  rpc: ['runtime', 'precompiles', 'primitives'],
  p2p: ['runtime', 'precompiles', 'primitives'],
  rollup: ['runtime', 'precompiles', 'primitives'],
  studio: ['runtime', 'precompiles', 'primitives', 'influence'],
  node: ['consensus', 'influence', 'precompiles', 'runtime', 'genesis', 'rpc', 'p2p', 'rollup', 'studio', 'primitives'],
  bin: [],
}

export function roomOf(path: string): string {
  return path.split('/')[0]!
}

/** Imports that run against the law. */
export function lawOffences(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) => {
    const room = roomOf(path)
    if (room === 'test') return []
    const law = LAW[room]
    if (law === undefined)
      return [`${path}:1 law: ${room}/ is no room; add it to test/tidy/importLaw.ts or move the file`]
    return imports
      .filter(({ to, how }) => to.includes('/') && to.endsWith('.ts') && how !== 'mention')
      .filter(({ to }) => roomOf(to) !== room && !law.includes(roomOf(to)))
      .map(({ to, line }) => `${path}:${line} law: ${room} may import ${law.join(', ') || 'nothing'}, not ${to}`)
  })
}

/** Every cycle of imports, type imports included, named once by its files. */
export function cycleOffences(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map(({ path, imports }) => [path, imports.filter(({ how }) => how !== 'mention').map(({ to }) => to)]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const trail: string[] = []
  const offences: string[] = []
  const visit = (path: string) => {
    if (state.get(path) === 'open')
      offences.push(`${path}:1 cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
    if (state.has(path)) return
    state.set(path, 'open')
    trail.push(path)
    for (const next of edges.get(path) ?? []) visit(next)
    trail.pop()
    state.set(path, 'done')
  }
  for (const path of edges.keys()) visit(path)
  return offences
}

/** Files that can be reached from `roots` by imports or by a mention of their file name. */
export function reach(sources: readonly Source[], roots: readonly string[]): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const seen = new Set<string>()
  const queue = roots.filter((root) => byPath.has(root))
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const { to } of byPath.get(path)!.imports) if (byPath.has(to)) queue.push(to)
  }
  return seen
}

/** Files that no program reaches, and files under `test/` that no test and no script reaches. */
export function deadOffences(sources: readonly Source[], programs: readonly string[]): string[] {
  const live = reach(sources, programs)
  const tests = sources.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'))
  const tested = reach(sources, [...programs, ...tests])
  return sources
    .map(({ path }) => path)
    .filter((path) => !(path.startsWith('test/') ? tested : live).has(path))
    .map((path) => `${path}:1 dead: nothing that runs reaches it; delete it or use it`)
}

/** Sources may import the packages that users install, by name; tests may import all. */
export function packageOffences(
  sources: readonly Source[],
  dependencies: readonly string[],
  tools: readonly string[] = [],
): string[] {
  const isOutside = (to: string) => !to.endsWith('.ts') && !to.endsWith('.json') && !to.startsWith('node:')
  return sources
    .filter(({ path }) => roomOf(path) !== 'test' && !tools.includes(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ to, how }) => how !== 'mention' && isOutside(to))
        .filter(({ to }) => !dependencies.some((name) => to === name || to.startsWith(`${name}/`)))
        .map(({ to, line }) => `${path}:${line} package: ${to} is not among package.json's dependencies`),
    )
}
