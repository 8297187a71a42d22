/**
 * A reference run of four nodes with an epoch change numbers every append, fsync, rename and send; it is repeated with a
 * crash before and after each (testing.md §4). Random crashes are no substitute: few of them fall between send and fsync.
 */
import { type CrashPoint, runSeed, type SeedOutcome } from '../run/seedRun.ts'
import { type CampaignOptions, createProgress, createTally, sayOffence, type Tally } from './campaign.ts'
import { printOf } from './seedCampaign.ts'

/** About twenty views, of which the twelfth block ends an epoch. */
const PLAN = { epochBlocks: 12, replacedShare: 0, intervalMs: 200, syncMsMax: 2, healMs: 5_000 } as const
const MODES = ['before', 'after', 'killed'] as const

function runPoint(seed: number, crashAt: CrashPoint | undefined, options: CampaignOptions): Promise<SeedOutcome> {
  const point = crashAt === undefined ? {} : { crashAt }
  return runSeed({ seed, n: 4, faults: 'none', views: 10, plan: PLAN, ...point, ...printOf(options) })
}

function add(tally: Tally, outcome: SeedOutcome): void {
  tally.runs += 1
  tally.views += outcome.views
  tally.blocks += outcome.blocks
}

/** Every `stride`-th point in every mode. */
export async function crashPointCampaign(seed: number, stride: number, options: CampaignOptions): Promise<Tally> {
  const tally = createTally('crash points')
  const reference = await runPoint(seed, undefined, { ...options, isTraced: false })
  if (reference.offence !== undefined || reference.epochs < 1)
    throw new Error(`the reference run of seed ${seed} is none: ${reference.offence?.says ?? 'no epoch ended'}`)
  const count = Math.floor(reference.points / stride) * MODES.length
  const progress = createProgress(options, tally, count)
  for (let point = stride; point <= reference.points; point += stride)
    for (const mode of MODES) {
      const outcome = await runPoint(seed, { point, mode }, { ...options, isTraced: false })
      add(tally, outcome)
      tally.faults[mode] = (tally.faults[mode] ?? 0) + 1
      if (outcome.offence !== undefined) {
        tally.violations += 1
        const replay = `--crash-point ${point}.${mode} --from ${seed}`
        sayOffence(options, `crash ${mode} point ${point}`, outcome.offence, replay)
      }
      progress()
    }
  return tally
}

export async function replayCrashPoint(seed: number, text: string, options: CampaignOptions): Promise<Tally> {
  const [point, mode] = text.split('.')
  const found = MODES.find((one) => one === mode)
  if (found === undefined) throw new RangeError(`--crash-point takes 123.before, .after or .killed, not ${text}`)
  const tally = createTally('crash points')
  const outcome = await runPoint(seed, { point: Number(point), mode: found }, options)
  add(tally, outcome)
  if (outcome.offence === undefined) return tally
  tally.violations += 1
  sayOffence(options, `crash ${mode} point ${point}`, outcome.offence, `--crash-point ${text} --from ${seed}`)
  return tally
}
