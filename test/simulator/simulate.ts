/** `npm run sim -- …`: agreement under faults, from seeds that replay; see the usage text. */
import { parseArgs } from 'node:util'
import { type CampaignOptions, describe, type Tally } from './campaigns/campaign.ts'
import { crashPointCampaign, replayCrashPoint } from './campaigns/crashPoints.ts'
import { scriptedCampaign } from './campaigns/scriptedCampaign.ts'
import { EXECUTIONS, type ExecutionKind, seedCampaign } from './campaigns/seedCampaign.ts'
import { replayScenario, twinsCampaign } from './campaigns/twinsCampaign.ts'
import { FAULT_SETS, type FaultSet } from './run/faultPlan.ts'

const USAGE = `usage: npm run sim -- [what] [options]

what
  --seeds COUNT      whole nodes (host, logs, codecs, sync) with drawn faults, one run a seed
  --twins COUNT      Twins scenarios at --n 4 (one twin) or 7 (two)
  --scenario TEXT    one Twins scenario, as a failure names it
  --crash-points S   a reference run with a crash at every S-th append, fsync, rename and send
  --crash-point P.M  one of them, as a failure names it
  --scripted COUNT   scripted Byzantine leaders, one run a seed

options
  --n LIST           validators, e.g. 4,7 (default 4)
  --from S           the first seed (default 1)
  --faults NAME      ${Object.keys(FAULT_SETS).join(', ')} (default all)
  --views V          of a seed's safety phase, about (default 100)
  --execution KIND   of seeds: hash (a stand-in, as for BLS), real, or mixed: real for one in twenty (default hash)
  --trace            print every event`

const OPTIONS = {
  seeds: { type: 'string' },
  faults: { type: 'string', default: 'all' },
  views: { type: 'string', default: '100' },
  execution: { type: 'string', default: 'hash' },
  twins: { type: 'string' },
  scenario: { type: 'string' },
  scripted: { type: 'string' },
  'crash-points': { type: 'string' },
  'crash-point': { type: 'string' },
  n: { type: 'string', default: '4' },
  from: { type: 'string', default: '1' },
  trace: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const whole = (text: string, name: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} takes a whole number, not ${text}`)
  return value
}

function faultSet(name: string): FaultSet {
  if (!Object.hasOwn(FAULT_SETS, name)) throw new RangeError(`--faults takes ${Object.keys(FAULT_SETS).join(', ')}`)
  return name as FaultSet
}

function executionKind(name: string): ExecutionKind {
  const kind = EXECUTIONS.find((one) => one === name)
  if (kind === undefined) throw new RangeError(`--execution takes ${EXECUTIONS.join(', ')}`)
  return kind
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS })
  const sizes = values.n.split(',').map((text) => whole(text, 'n'))
  const from = whole(values.from, 'from')
  const options: CampaignOptions = { say: console.log, nowMs: () => performance.now(), isTraced: values.trace }
  const tallies: Tally[] = []
  const faults = faultSet(values.faults)
  const views = whole(values.views, 'views')
  const execution = executionKind(values.execution)
  for (const n of sizes) {
    if (values.seeds !== undefined)
      tallies.push(
        await seedCampaign({ n, from, count: whole(values.seeds, 'seeds'), faults, views, execution }, options),
      )
    if (values.twins !== undefined) tallies.push(twinsCampaign(n, whole(values.twins, 'twins'), from, options))
    if (values.scenario !== undefined) tallies.push(replayScenario(n, values.scenario, options))
  }
  if (values.scripted !== undefined) tallies.push(scriptedCampaign(from, whole(values.scripted, 'scripted'), options))
  const stride = values['crash-points']
  if (stride !== undefined)
    tallies.push(await crashPointCampaign(from, Math.max(1, whole(stride, 'crash-points')), options))
  const point = values['crash-point']
  if (point !== undefined) tallies.push(await replayCrashPoint(from, point, options))
  if (values.help || tallies.length === 0) {
    console[values.help ? 'log' : 'error'](USAGE)
    return values.help ? 0 : 2
  }
  for (const tally of tallies)
    console.log(`${tally.runs} ${tally.name}, ${tally.views} views, ${tally.blocks} blocks, ${describe(tally)}`)
  return tallies.every(({ violations, runs }) => violations === 0 && runs > 0) ? 0 : 1
}

process.exitCode = await main().catch((error: Error & { code?: string }) => {
  // A wrong argument, ours or `parseArgs`'s.
  if (!(error instanceof RangeError || error.code?.startsWith('ERR_PARSE_ARGS'))) throw error
  console.error(error.message)
  return 2
})
