/** One mutant: a patch under a few lines that say what it breaks and which check must notice. */

export interface Mutant {
  /** File name without `.patch`. */
  readonly name: string
  /** What it breaks, in words. */
  readonly breaks: string
  /** Arguments of node: the program that must fail, a test file or another one. */
  readonly check: readonly string[]
  /** Part of what the failing check says: the name of the test, or of the invariant. */
  readonly seenAs: string
  readonly edits: readonly Edit[]
}

/** One hunk. Its line numbers are not looked at: what is there must stand in the file exactly once. */
export interface Edit {
  readonly path: string
  readonly before: string
  readonly after: string
}

/**
 * breaks: WORDS
 * check: FILE [ARGUMENT …]
 * seen as: WORDS
 * and then a unified diff.
 */
export function parseMutant(name: string, text: string): Mutant {
  const [head, ...files] = text.split(/^(?=diff --git )/m)
  const value = (key: string): string => {
    const found = new RegExp(`^${key}: (.+)$`, 'm').exec(head!)
    if (found === null) throw new Error(`${name}.patch has no line "${key}: …"`)
    return found[1]!
  }
  const edits = files.flatMap(parseFile)
  if (edits.length === 0) throw new Error(`${name}.patch changes nothing`)
  return { name, breaks: value('breaks'), check: value('check').split(' '), seenAs: value('seen as'), edits }
}

function parseFile(text: string): Edit[] {
  const path = /^\+\+\+ b\/(.+)$/m.exec(text)![1]!
  const [, ...hunks] = text.split(/^@@ .*\n/m)
  return hunks.map((hunk) => {
    const lines = hunk.split('\n').filter((line) => /^[ +-]/.test(line))
    const side = (other: string) =>
      lines
        .filter((line) => line[0] !== other)
        .map((line) => `${line.slice(1)}\n`)
        .join('')
    return { path, before: side('+'), after: side('-') }
  })
}

/** The file with the edit; throws where the patch no longer fits. */
export function applyEdit(text: string, { path, before, after }: Edit): string {
  const parts = text.split(before)
  if (parts.length !== 2) throw new Error(`${path}: the text of the patch stands there ${parts.length - 1} times`)
  return parts.join(after)
}
