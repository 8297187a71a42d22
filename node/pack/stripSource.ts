/** TypeScript source → the JavaScript that the published package runs: types blanked out, `.ts` names turned into `.js`. */
import { stripTypeScriptTypes } from 'node:module'

/** A quoted file name: import specifiers, and the names of worker files. */
const FILE_NAME = /(['"`])((?:\.{1,2}\/)?[\w./-]+)\.ts\1/g

/**
 * Blanks types in place, so lines and columns stay those of the source. `isFile` says whether a name, relative to the
 * source, is a file of the tree: other strings that end in `.ts` stay as they are.
 */
export function stripSource(source: string, isFile: (name: string) => boolean): string {
  const script = stripTypeScriptTypes(source, { mode: 'strip' })
  return script.replace(FILE_NAME, (text, quote: string, name: string) =>
    isFile(`${name}.ts`) ? `${quote}${name}.js${quote}` : text,
  )
}
