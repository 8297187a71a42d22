/** Run by `gpu.test.ts` in a child that has a driver: whole scores on the device; prints one JSON line a check. */
import { createJsBackend } from '../../../influence/backends/jsBackend.ts'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import type { InfluenceEngine } from '../../../influence/engine.ts'
import { createGpuBackend } from '../../../influence/gpu/gpuBackend.ts'
import { openGpuDevice } from '../../../influence/gpu/gpuDevice.ts'
import { choosePipelines } from '../../../influence/gpu/kernelChoice.ts'
import { createXorshift } from '../../../influence/gpu/operatorTable.ts'
import { isRefused } from '../../../influence/refusal.ts'
import type { BlockStages } from '../../../influence/scoring/scoringIndex.ts'
import type { Query } from '../../../influence/surface.ts'
import { openEngine } from '../conformance/caseChecks.ts'
import { buildCase, queryOfValues } from '../randomCases.ts'

const print = (name: string, value: unknown): void => console.log(JSON.stringify({ name, value }))

const next = createXorshift(11)
/** Numbers of 12 bits and exponents between rows, so that every step rounds. */
const randomValues = (length: number): number[] => {
  const scale = 2 ** ((next() % 9) - 4)
  return Array.from({ length }, () => ((next() % 4096) - 2048) * scale)
}

/**
 * One block of 65, N = 2^18 for every row: R = Q·10·65/(4·651), so Q = 651 gives exactly 162.5. The query's largest code
 * lies where no row has one.
 */
function tieCase(): { rows: number[][]; query: number[]; dims: number[] } {
  const row = [...Array.from({ length: 16 }, () => 127), 63, 10, 3, 1, 1]
  const rows = [0, 1, 2].map((turn) => {
    const values = Array.from({ length: 65 }, (_, j) => row[j] ?? 0)
    return turn === 2 ? values.map((value, j) => (j === 0 ? -value : value)) : values
  })
  const query = Array.from({ length: 65 }, (_, j) => ({ 0: 5, 17: 1, 18: 2, 64: 64 })[j] ?? 0)
  return { rows, query, dims: [65] }
}

/** Scores and every stage as text. */
async function describe(engine: InfluenceEngine, queries: readonly Query[], isObserved: boolean): Promise<string> {
  const stages: string[] = []
  const observe = (q: number, l: number, own: BlockStages): void => {
    const text = Object.entries(own).map(
      ([name, value]) => `${name} ${[...(typeof value === 'number' ? [value] : value)]}`,
    )
    stages.push(`${q} ${l} ${text.join('; ')}`)
  }
  const scores = await engine.scoreBatch(queries, isObserved ? observe : undefined)
  const lines = scores.map((score) =>
    isRefused(score) ? score.code : `${score.exponentG} ${score.scores} ${score.contextRoot}`,
  )
  return [...lines, ...stages].join('\n')
}

const gpu = await openGpuDevice(true)
const backend: ComputeBackend = createGpuBackend(gpu, await choosePipelines(gpu))
const twin = createJsBackend()

const { rows, query, dims } = tieCase()
const tied = buildCase({ dims, rows })
const ties = [
  queryOfValues(query, tied),
  queryOfValues(
    query.map((value) => -value),
    tied,
  ),
]
const ownTied = await openEngine(tied.bytes, backend)
const twinTied = await openEngine(tied.bytes, twin)
const stages = await describe(twinTied, ties, true)
print('a tie of step 4', stages.includes('R 163,163,'))
print('ties, observed', stages === (await describe(ownTied, ties, true)))
print('ties, at one go', (await describe(twinTied, ties, false)) === (await describe(ownTied, ties, false)))

const wide = [40, 1300, 7, 16]
const width = wide.reduce((sum, d) => sum + d, 0)
const many = buildCase(
  { dims: wide, rows: Array.from({ length: 150 }, () => randomValues(width)) },
  { tau: 96, clip: 4 },
)
const queries = Array.from({ length: 9 }, () => queryOfValues(randomValues(width), many))
const own = await openEngine(many.bytes, backend)
const expected = await openEngine(many.bytes, twin)
print('a batch, observed', (await describe(expected, queries, true)) === (await describe(own, queries, true)))
const alone = await Promise.all(queries.map((each) => describe(own, [each], false)))
const batch = await describe(expected, queries, false)
print('one by one, at once', alone.join('\n') === batch)
const few = queries.slice(0, 3)
const first = await describe(expected, few, false)
let same = 0
for (let i = 0; i < 100; i++) if ((await describe(own, few, false)) === first) same++
print('repeats that are the same', same)

const running = own.scoreBatch(queries).then(
  () => 'no error',
  (error: { code?: string }) => error.code ?? String(error),
)
setImmediate(() => gpu.close())
print('lost in the middle of a score', await running)
