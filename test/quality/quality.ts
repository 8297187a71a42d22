/** `npm run quality -- EXPERIMENT [--seeds N] [--quick] [--out FOLDER]`: measures attribution, prints a table, writes docs/quality.md. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
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

const EXPERIMENTS: Readonly<Record<string, (options: RunOptions) => Promise<Section>>> = {
  mislabel: async ({ seeds, isQuick, ...rest }) => {
    const quick = { ranks: [4], regimes: REGIMES.slice(0, 1), rowCount: 200 }
    return (await mislabel({ seeds: seeds ?? (isQuick ? 2 : 10), ...(isQuick ? quick : {}), ...rest })).section
  },
  identify: ({ seeds, isQuick, ...rest }) =>
    identify({ seeds: seeds ?? (isQuick ? 1 : 2), isQuick, ...(isQuick ? { sizes: TINY } : {}), ...rest }),
  lds: ({ isQuick, say, command }) => subsetCorrelation({ isQuick, ...(isQuick ? { sizes: TINY } : {}), say, command }),
  farm: ({ isQuick, say, command }) => farm({ isQuick, ...(isQuick ? { sizes: TINY } : {}), say, command }),
  candidate: ({ isQuick, say, command }) => candidate({ isQuick, ...(isQuick ? { sizes: TINY } : {}), say, command }),
  counterfactual: ({ seeds, isQuick, say, command }) =>
    counterfactual({ runs: isQuick ? 2 : (seeds ?? 20), ...(isQuick ? { sizes: TINY, steps: 2 } : {}), say, command }),
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seeds: { type: 'string' }, quick: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  const [name = ''] = positionals
  const experiment = EXPERIMENTS[name]
  const seeds = values.seeds === undefined ? undefined : Number(values.seeds)
  if (!experiment || positionals.length !== 1 || (seeds !== undefined && !(Number.isSafeInteger(seeds) && seeds > 0))) {
    console.error(
      `usage: npm run quality -- ${Object.keys(EXPERIMENTS).join('|')} [--seeds N] [--quick] [--out FOLDER]`,
    )
    process.exitCode = 2
    return
  }
  const flags = [...(seeds === undefined ? [] : [`--seeds ${seeds}`]), ...(values.quick ? ['--quick'] : [])]
  const command = ['npm run quality --', name, ...flags].join(' ')
  const startMs = performance.now()
  const say = (line: string) =>
    console.error(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(5)} s  ${line}`)
  const section = await experiment({ seeds, isQuick: values.quick, command, say })
  printSection(section, console.log)
  // A smoke run's figures must not take the place of measured ones.
  const folder = values.out ?? (values.quick ? undefined : fileURLToPath(new URL('../../docs/', import.meta.url)))
  if (folder) await writeSection(folder, section)
  say(folder ? `written to ${folder}` : 'nothing written: a quick run without --out')
}

await main()
