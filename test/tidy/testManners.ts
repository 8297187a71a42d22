/** What uvu does not say by itself: it exits 0 when a file forgets `run()`, and when it holds `only` or `skip`. */
import type { Source } from './source.ts'

export function testOffences(sources: readonly Source[]): string[] {
  return sources.filter(({ path }) => path.startsWith('test/')).flatMap(fileOffences)
}

function fileOffences({ path, suites, calls, strings, imports }: Source): string[] {
  const offences: string[] = []
  for (const { of, member, line } of calls)
    if (suites.includes(of) && (member === 'only' || member === 'skip'))
      offences.push(`${path}:${line} test: .${member} hides tests; remove it`)
  const outside = new RegExp(`\\.\\./${'shared'}(/|$)`)
  for (const { value, line } of strings)
    if (outside.test(value)) offences.push(`${path}:${line} test: reads outside the repository; copy a vector instead`)
  if (!path.endsWith('.test.ts')) return offences
  if (!imports.some(({ to }) => to === 'uvu')) return [...offences, `${path}:1 test: has no uvu tests`]
  if (suites.length === 0) offences.push(`${path}:1 test: imports uvu and makes no suite`)
  for (const suite of suites)
    if (!calls.some(({ of, member, isTopLevel }) => of === suite && member === 'run' && isTopLevel))
      offences.push(`${path}:1 test: never calls ${suite}.run()`)
  return offences
}
