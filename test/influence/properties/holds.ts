/** Runs one fast-check property under a name, so that a failure prints the one command that replays it. */
import { relative } from 'node:path'
import fc from 'fast-check'
import { propertyRuns } from '../../propertyRuns.ts'

/** A replay is meant for one property; the others of its file run as always. */
function replayOf(name: string): { seed?: number; path?: string } {
  const { PROPERTY, PROPERTY_SEED, PROPERTY_PATH } = process.env
  if (PROPERTY !== name) return {}
  return { seed: Number(PROPERTY_SEED), ...(PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH }) }
}

export async function holds<T>(name: string, property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
  const details = await fc.check(property, { numRuns: propertyRuns(numRuns), ...replayOf(name) })
  if (!details.failed) return
  const { seed, counterexamplePath } = details
  const file = relative(process.cwd(), process.argv[1]!)
  const again = `PROPERTY='${name}' PROPERTY_SEED=${seed} PROPERTY_PATH='${counterexamplePath ?? ''}' node ${file}`
  throw new Error(`${name} does not hold; again: ${again}\n${await fc.asyncDefaultReportMessage(details)}`, {
    cause: details.errorInstance,
  })
}
