/** Sizes, names, first lines and exports (style.md, "Layout"). */
import type { Source } from './source.ts'

/** style.md 4: what one can hold in the head, and see on two screens. */
export const FILE_LINES_MAX = 400
export const FUNCTION_LINES_MAX = 70
/** style.md 4 says "about a dozen"; this is where about ends. */
export const FOLDER_FILES_MAX = 16

const FORBIDDEN_WORDS = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'service', 'services']
const UNFINISHED = new RegExp(`\\b(${['TO', 'FIX'].map((a, i) => a + ['DO', 'ME'][i]).join('|')}|X{3}|HA{1}CK)\\b`)

export function sizeOffences(sources: readonly Source[]): string[] {
  const perFolder = Map.groupBy(sources, ({ path }) => path.slice(0, path.lastIndexOf('/')))
  const folders = [...perFolder]
    .filter(([, files]) => files.length > FOLDER_FILES_MAX)
    .map(([folder, files]) => `${folder}:1 size: ${files.length} files, at most ${FOLDER_FILES_MAX}; cut sub-folders`)
  const files = sources.flatMap(({ path, text, functions }) => {
    const lines = text.trimEnd().split('\n').length
    const long = functions
      .filter((f) => f.lines > FUNCTION_LINES_MAX)
      .map((f) => `${path}:${f.line} size: ${f.name} has ${f.lines} lines, at most ${FUNCTION_LINES_MAX}`)
    return lines > FILE_LINES_MAX ? [`${path}:1 size: ${lines} lines, at most ${FILE_LINES_MAX}`, ...long] : long
  })
  return [...folders, ...files]
}

export function nameOffences(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path }) => {
    const segments = path.split('/')
    const file = segments.at(-1)!
    const words = segments.flatMap((segment) => segment.split(/[.\-_]|(?=[A-Z])/)).map((word) => word.toLowerCase())
    const forbidden = words.find((word) => FORBIDDEN_WORDS.includes(word))
    const offences: string[] = []
    if (forbidden !== undefined)
      offences.push(`${path}:1 name: "${forbidden}" says nothing; name the thing that the file holds`)
    if (file === 'index.ts') offences.push(`${path}:1 name: index.ts is a barrel's name; name the thing it holds`)
    if (!/^[a-z][a-zA-Z0-9]*(\.test)?\.(ts|js)$/.test(file))
      offences.push(`${path}:1 name: files are named in camelCase`)
    return offences
  })
}

export function textOffences(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const offences = []
    if (!/^(#!.*\n)?\/\*\*\s+(\*\s+)?\S/.test(text))
      offences.push(`${path}:1 doc: the file must open with a sentence in /** */ that says its job`)
    const line = text.split('\n').findIndex((words) => UNFINISHED.test(words))
    if (line >= 0) offences.push(`${path}:${line + 1} unfinished: finish it, or leave it out`)
    return offences
  })
}

export function exportOffences(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, defaultExports, isBarrel, imports }) => [
    ...defaultExports.map((line) => `${path}:${line} export: no default exports; name it`),
    ...(isBarrel ? [`${path}:1 export: a barrel; import from the file that owns the name`] : []),
    ...imports
      .filter(({ how }) => how === 'reexport' && !isBarrel)
      .map(({ to, line }) => `${path}:${line} export: passes on names of ${to}; import from the file that owns them`),
  ])
}
