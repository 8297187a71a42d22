/** Sets of validators that no machine holds as processes: agreement in virtual time at measured costs (runs of the model). */
import type { ChainFigures } from '../consensus/chainRun.ts'
import { measureKeccak } from '../keccak.ts'
import { type Costs, measureCosts } from './costs.ts'
import { type Link, type ModelFigures, runModel } from './modelRun.ts'

const LINKS: readonly Link[] = [
  { name: 'loopback', leastMs: 0.1, tailMeanMs: 0.1 },
  // One message in a hundred takes 96 ms or more.
  { name: 'wan', leastMs: 50, tailMeanMs: 10 },
]
/** Samples of finality are blocks × nodes; a block of 100 nodes takes seconds of real time. */
const SAMPLES = 400
const BLOCKS_MAX = 60

export interface CostRow {
  readonly cost: string
  readonly ms: number
  /** Beside one of 1 KiB. */
  readonly keccaks: number
}

export interface Comparison {
  readonly n: number
  readonly intervalMs: number
  readonly realFinalMsP50: number | null
  readonly modelFinalMsP50: number
  readonly finalRatio: number | null
  readonly realCpuMsPerView: number
  readonly modelCpuMsPerView: number
  readonly cpuRatio: number
}

export interface ModelResults {
  readonly costs: readonly CostRow[]
  readonly runs: readonly ModelFigures[]
}

export async function measureModel(sizes: readonly number[], intervalsMs: readonly number[]): Promise<ModelResults> {
  if (sizes.length === 0) return { costs: [], runs: [] }
  const costs = await measureCosts()
  const runs: ModelFigures[] = []
  for (const link of LINKS)
    for (const n of sizes)
      for (const intervalMs of intervalsMs) {
        const blocks = Math.min(BLOCKS_MAX, Math.ceil(SAMPLES / n))
        runs.push(await runModel({ n, intervalMs, link, costs, blocks }))
      }
  return { costs: costRows(costs), runs }
}

function costRows(costs: Costs): CostRow[] {
  const keccakMs = measureKeccak()
  return Object.entries(costs).map(([cost, ms]) => ({ cost, ms, keccaks: ms / keccakMs }))
}

/** Real processes beside the model on loopback: what the model leaves out, and processes that share too few cores. */
export function compare(chains: readonly ChainFigures[], runs: readonly ModelFigures[]): Comparison[] {
  return chains.flatMap((real) => {
    const isSame = ({ n, intervalMs, link }: ModelFigures) =>
      n === real.n && intervalMs === real.intervalMs && link === LINKS[0]!.name
    const model = runs.find(isSame)
    if (model === undefined) return []
    const { n, intervalMs, finalMsP50, cpuMsPerView } = real
    return [
      {
        n,
        intervalMs,
        realFinalMsP50: finalMsP50,
        modelFinalMsP50: model.finalMsP50,
        finalRatio: finalMsP50 === null ? null : finalMsP50 / model.finalMsP50,
        realCpuMsPerView: cpuMsPerView,
        modelCpuMsPerView: model.cpuMsPerView,
        cpuRatio: cpuMsPerView / model.cpuMsPerView,
      },
    ]
  })
}
