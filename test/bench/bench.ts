/** `npm run bench -- [SUBJECT …]`: what is measured, by subject; prints figures and ratios, and passes or fails nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

interface Subject {
  readonly file: string
  readonly says: string
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  trie: { file: './trieCommit.ts', says: "a block's bulk trie commit beside @ethereumjs/mpt" },
  blocks: { file: './blocks.ts', says: 'blocks and transfers a second of a devnet of one validator' },
  consensus: {
    file: './consensus/consensus.ts',
    says: 'finality, block rate, transfers, sync, certificates, and large sets in virtual time (own --help)',
  },
  steps: { file: './steps/steps.ts', says: 'inputs a second through the pure core of consensus' },
  frames: { file: './frames.ts', says: 'processor time of direct frames between two nodes over libp2p (--together N)' },
  wasm: { file: './wasmKernels.ts', says: 'each WebAssembly kernel alone, GMAC/s (--lanes N)' },
  influence: { file: './influence/influence.ts', says: 'scores of every back end beside numpy and torch (own --help)' },
  spans: {
    file: './influence/spans.ts',
    says: 'corpora of verbatim texts: built, opened, answers attributed and proved',
  },
}

const USAGE = `usage: npm run bench -- [SUBJECT [OPTIONS]]

${Object.entries(SUBJECTS)
  .map(([name, { says }]) => `  ${name.padEnd(10)} ${says}`)
  .join('\n')}

Without a subject all are run, each with its defaults.`

async function runSubject({ file }: Subject, args: readonly string[]): Promise<number> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

const [name, ...args] = process.argv.slice(2)
const chosen = name === undefined ? Object.values(SUBJECTS) : [SUBJECTS[name]]
for (const subject of chosen) {
  if (subject === undefined) {
    console.error(name === '--help' || name === '-h' ? USAGE : `no subject ${name}\n\n${USAGE}`)
    process.exitCode = name === '--help' || name === '-h' ? 0 : 2
    break
  }
  process.exitCode = (await runSubject(subject, args)) || process.exitCode || 0
}
