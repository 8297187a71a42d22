/** `npm run quality -- EXPERIMENT …`: measures attribution, prints tables, writes its section of docs/quality.md. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ArgumentError, oneOf, runProgram, wholeNumber } from '../commandLine.ts'
import { mislabel, REGIMES } from './mislabel/experiment.ts'
import { printSection, type Section, writeSection } from './report/section.ts'
import { subsetCorrelation } from './subsetCorrelation.ts'
import { candidate } from './transformer/candidate.ts'
import { counterfactual } from './transformer/counterfactual.ts'
import { farm } from './transformer/farm.ts'
import { identify } from './transformer/identify.ts'
import { TINY } from './transformer/stringReplica.ts'

export interface RunOptions {
  /** Undefined: the experiment's own number. */
  readonly seeds: number | undefined
  /** Seconds instead of minutes: shows that all works, and means nothing. */
  readonly isQuick: boolean
  readonly command: string
  readonly say: (line: string) => void
}

interface Experiment {
  readonly says: string
  /** What `--seeds` counts, and how many there are without it; absent where there is nothing to choose. */
  readonly seeds?: string
  readonly run: (options: RunOptions) => Promise<Section>
}

const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  mislabel: {
    says: 'flipped labels found by the ranking of harm, for four LoRA ranks',
    seeds: 'seeds 1 … N (default 10)',
    run: async ({ seeds, isQuick, ...rest }) => {
      const quick = { ranks: [4], regimes: REGIMES.slice(0, 1), rowCount: 200 }
      return (await mislabel({ seeds: seeds ?? (isQuick ? 2 : 10), ...(isQuick ? quick : {}), ...rest })).section
    },
  },
  identify: {
    says: 'pay that reaches the right class; agreement with float64 DataInf',
    seeds: 'seeds 1 … N (default 2)',
    run: ({ seeds, isQuick, ...rest }) =>
      identify({ seeds: seeds ?? (isQuick ? 1 : 2), isQuick, ...(isQuick ? { sizes: TINY } : {}), ...rest }),
  },
  lds: {
    says: 'scores against 64 retrainings on random halves',
    run: ({ isQuick, say, command }) =>
      subsetCorrelation({ isQuick, ...(isQuick ? { sizes: TINY } : {}), say, command }),
  },
  counterfactual: {
    says: 'retraining without the best paid rows',
    seeds: 'N questions (default 20)',
    run: ({ seeds, isQuick, say, command }) =>
      counterfactual({
        runs: isQuick ? 2 : (seeds ?? 20),
        ...(isQuick ? { sizes: TINY, steps: 2 } : {}),
        say,
        command,
      }),
  },
  farm: {
    says: 'what copies, rescaling, splitting and flooding are paid',
    run: ({ isQuick, say, command }) => farm({ isQuick, ...(isQuick ? { sizes: TINY } : {}), say, command }),
  },
  candidate: {
    says: 'other rules of scoring and pay, for a version 2',
    run: ({ isQuick, say, command }) => candidate({ isQuick, ...(isQuick ? { sizes: TINY } : {}), say, command }),
  },
}

const USAGE = `usage: npm run quality -- EXPERIMENT [options]

experiments
${Object.entries(EXPERIMENTS)
  .map(([name, { says }]) => `  ${name.padEnd(16)}${says}`)
  .join('\n')}

options
${Object.entries(EXPERIMENTS)
  .flatMap(([name, { seeds }]) => (seeds === undefined ? [] : [`  --seeds N       of ${name}: ${seeds}`]))
  .join('\n')}
  --quick         seconds instead of minutes or an hour: shows that all works, and its figures mean nothing
  --out FOLDER    where the section of quality.md and its pictures go (default docs; with --quick nowhere)`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seeds: { type: 'string' }, quick: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  const [name, ...others] = positionals
  const experiment = EXPERIMENTS[oneOf('EXPERIMENT', name, Object.keys(EXPERIMENTS))]!
  if (others.length > 0) throw new ArgumentError('EXPERIMENT', 'one', positionals.join(' '))
  if (values.seeds !== undefined && experiment.seeds === undefined)
    throw new ArgumentError('--seeds', `none with ${name}, whose seeds are fixed`, values.seeds)
  const seeds = values.seeds === undefined ? undefined : wholeNumber('--seeds', values.seeds, 1)
  const flags = [...(seeds === undefined ? [] : [`--seeds ${seeds}`]), ...(values.quick ? ['--quick'] : [])]
  const command = ['npm run quality --', name, ...flags].join(' ')
  const startMs = performance.now()
  const say = (line: string) =>
    console.error(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(5)} s  ${line}`)
  const section = await experiment.run({ seeds, isQuick: values.quick, command, say })
  printSection(section, console.log)
  // A smoke run's figures must not take the place of measured ones.
  const folder = values.out ?? (values.quick ? undefined : fileURLToPath(new URL('../../docs/', import.meta.url)))
  if (folder) await writeSection(folder, section)
  say(folder ? `written to ${folder}` : 'nothing written: a quick run without --out')
  return 0
}

await runProgram(USAGE, main)
