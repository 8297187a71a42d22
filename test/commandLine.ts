/** Command lines of the programs in this folder: what is wrong with an argument is said in words, then the usage. */

/** An argument that cannot be: the message names it, what was expected, and what was given. */
export class ArgumentError extends Error {
  constructor(name: string, expected: string, got: string | undefined) {
    super(`${name}: expected ${expected}, got ${got ?? 'none'}`)
    this.name = 'ArgumentError'
  }
}

/** Runs `main`, which returns the exit status; `--help` prints the usage instead, a wrong argument ends with status 2. */
export async function runProgram(usage: string, main: () => Promise<number>): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return console.log(usage)
  process.exitCode = await main().catch((error: Error & { code?: string }) => {
    const isParsed = error.code?.startsWith('ERR_PARSE_ARGS') ?? false
    if (!(error instanceof ArgumentError || isParsed)) throw error
    // `parseArgs` goes on to explain how to give arguments that begin with a dash.
    console.error(`${isParsed ? error.message.split('. ')[0] : error.message}\n\n${usage}`)
    return 2
  })
}

export function wholeNumber(name: string, text: string, least = 0): number {
  const value = Number(text)
  if (text === '' || !Number.isSafeInteger(value) || value < least)
    throw new ArgumentError(name, `a whole number from ${least}`, text)
  return value
}

export function oneOf<T extends string>(name: string, text: string | undefined, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new ArgumentError(name, choices.join(', '), text)
  return found
}

/** A list with commas, of these. */
export const someOf = <T extends string>(name: string, text: string, choices: readonly T[]): T[] =>
  text.split(',').map((one) => oneOf(name, one, choices))
