/** `npm run conformance -- SUBJECT …`: checks this code against the vectors of a specification; each subject has its own. */
import { checkInfluence, USAGE as INFLUENCE_USAGE } from './influence/conformance/conformance.ts'

interface Subject {
  readonly usage: string
  /** Arguments after the subject → exit status. */
  readonly run: (args: readonly string[]) => Promise<number>
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  influence: { usage: INFLUENCE_USAGE, run: checkInfluence },
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  const subject = name !== undefined && Object.hasOwn(SUBJECTS, name) ? SUBJECTS[name] : undefined
  if (subject === undefined) {
    const usages = Object.values(SUBJECTS).map(({ usage }) => `  ${usage}`)
    console.error(`usage: npm run conformance -- SUBJECT …\n${usages.join('\n')}`)
    return 2
  }
  try {
    return await subject.run(args)
  } catch (error) {
    if (!/^ERR_PARSE_ARGS/.test((error as { code?: string }).code ?? '')) throw error
    console.error(`${(error as Error).message}\nusage: ${subject.usage}`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
