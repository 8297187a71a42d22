/** `npm run conformance -- SUBJECT …`: checks this code against the vectors of a specification; each subject has its own. */
import { oneOf, runProgram } from './commandLine.ts'
import { checkInfluence, USAGE as INFLUENCE_USAGE } from './influence/conformance/conformance.ts'

interface Subject {
  readonly usage: string
  /** Arguments after the subject → exit status. */
  readonly run: (args: readonly string[]) => Promise<number>
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  influence: { usage: INFLUENCE_USAGE, run: checkInfluence },
}

const usages = Object.values(SUBJECTS).map(({ usage }) => `  ${usage}`)

await runProgram(`usage: npm run conformance -- SUBJECT …\n${usages.join('\n')}`, async () => {
  const [name, ...args] = process.argv.slice(2)
  return SUBJECTS[oneOf('SUBJECT', name, Object.keys(SUBJECTS))]!.run(args)
})
