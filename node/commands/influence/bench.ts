/** `openledger influence bench`: how fast each back end of this machine scores an index of noise, and that all agree. */
import { fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import pc from 'picocolors'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import type { StageTimes } from '../../../influence/backends/stageClock.ts'
import { TAU_DEFAULT } from '../../../influence/buildIndex.ts'
import { createSyntheticIndex } from '../../../influence/gradients/syntheticIndex.ts'
import { encodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { ENGINE_PROCESS_FLAGS } from '../../../influence/worker/engineProcess.ts'
import { formatBytes, formatCount, table } from '../../cli/table.ts'
import { CommandError, type Step, startStep } from '../../cli/terminal.ts'
import type { BenchFigures, BenchMessage, BenchTask } from './benchProcess.ts'
import { ALL_BACKENDS, type NamedBackend } from './selftest.ts'

/** The index is made in memory, and once more as the file's bytes. */
const INDEX_BYTES_MAX = 2 ** 31
/** Above this the guard's n²/2 dot products would be most of the opening: such an index says tau = 0. */
const GUARDED_ROWS_MAX = 20_000
const WRITE_BYTES = 2 ** 28

interface BenchOptions {
  readonly rows: number
  readonly dims: readonly number[]
  readonly queries: number
  readonly repeats: number
  readonly seed: number
  readonly backend: NamedBackend | 'all'
  readonly software?: boolean
  readonly json?: boolean
}

export async function bench(options: BenchOptions): Promise<void> {
  const { rows, dims } = options
  const bytes = rows * dims.reduce((sum, d) => sum + Math.ceil(d / 16) * 16, 0)
  if (bytes > INDEX_BYTES_MAX)
    throw new CommandError(
      `${formatBytes(bytes)} of codes, at most ${formatBytes(INDEX_BYTES_MAX)}: fewer --rows or smaller --dims`,
    )
  const folder = mkdtempSync(join(tmpdir(), 'openledger-bench-'))
  const clean = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clean)
  // Without a handler no exit handler runs either; the child of the same terminal ends by its own signal.
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  const files = await makeFiles(folder, options)
  const wanted = options.backend === 'all' ? ALL_BACKENDS : [options.backend]
  const outcomes: Outcome[] = []
  for (const backend of wanted) {
    const step = options.json === true ? undefined : startStep(pc.bold(backend))
    const outcome = { backend, ...(await runOne(backend, options, files, step)) }
    outcomes.push(outcome)
    if (outcome.kind === 'failed' && (wanted.length === 1 || !isAbsent(outcome.code))) process.exitCode = 1
  }
  const digests = new Set(outcomes.flatMap((one) => (one.kind === 'done' ? [one.figures.digest] : [])))
  if (digests.size > 1) process.exitCode = 1
  if (options.json === true) console.log(JSON.stringify(plain(options, outcomes, digests.size <= 1)))
  else console.log(report(options, outcomes, digests))
}

const isAbsent = (code: string): boolean => /Unavailable$/.test(code)

type Outcome = { readonly backend: NamedBackend } & Exclude<BenchMessage, { kind: 'stage' }>

interface Files {
  readonly indexPath: string
  readonly queriesPath: string
}

/** An index and queries of noise, from the seed. */
async function makeFiles(folder: string, options: BenchOptions): Promise<Files> {
  const { rows: rowCount, dims: blockDims, queries: queryCount, seed, json } = options
  const step =
    json === true ? undefined : startStep(`Making an index of ${formatCount(rowCount)} rows from seed ${seed}`)
  const tau = rowCount <= GUARDED_ROWS_MAX ? TAU_DEFAULT : 0
  const hash = await createFastKeccak()
  const made = createSyntheticIndex({ rowCount, blockDims, tau, queryCount, seed }, hash)
  if (isRefused(made)) throw new CommandError(`no such index: ${made.code}: expected ${made.expected}, got ${made.got}`)
  const files = { indexPath: join(folder, 'index'), queriesPath: join(folder, 'queries') }
  writeLarge(files.indexPath, made.built.bytes)
  writeLarge(files.queriesPath, encodeQueryFile(made.queries, made.built.info.modelVersion, hash))
  step?.done(`${formatBytes(made.built.bytes.length)}`)
  return files
}

function writeLarge(path: string, bytes: Uint8Array): void {
  try {
    const file = openSync(path, 'w')
    for (let at = 0; at < bytes.length; at += WRITE_BYTES) writeSync(file, bytes.subarray(at, at + WRITE_BYTES))
    closeSync(file)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`)
  }
}

/** One back end in a child, which may die of its driver. */
function runOne(
  backend: NamedBackend,
  { software, repeats }: BenchOptions,
  files: Files,
  step: Step | undefined,
): Promise<Exclude<BenchMessage, { kind: 'stage' }>> {
  const task: BenchTask = { backend, isSoftwareAdapterAllowed: software ?? false, ...files, repeats }
  const file = new URL(`./benchProcess${extname(import.meta.url)}`, import.meta.url)
  const execArgv = [...ENGINE_PROCESS_FLAGS]
  const child = fork(file, { serialization: 'advanced', execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let words = ''
  child.stderr!.on('data', (text) => (words = `${words}${text}`.slice(-2000)))
  return new Promise((resolve) => {
    const settle = (message: Exclude<BenchMessage, { kind: 'stage' }>) => {
      if (message.kind === 'done') step?.done(message.figures.description)
      else step?.fail(`${isAbsent(message.code) ? 'not on this machine: ' : ''}${message.code}: ${message.message}`)
      resolve(message)
    }
    child.on('message', (message: BenchMessage) => {
      if (message.kind === 'stage') step?.update(message.text)
      else settle(message)
    })
    child.once('exit', (code, signal) => {
      if (code !== 0) settle({ kind: 'failed', code: signal ?? `exit ${code}`, message: words.trim() })
    })
    child.send(task)
  })
}

/** Multiplications of steps 3, 6 and 8 for one query. */
const macsOf = ({ rows, dims }: BenchOptions): number => 3 * rows * dims.reduce((sum, d) => sum + d, 0)

interface Rates {
  readonly oneGmacPerSecond: number
  readonly batchGmacPerSecond: number
}

const ratesOf = (options: BenchOptions, { oneMs, batchMs }: BenchFigures): Rates => ({
  oneGmacPerSecond: macsOf(options) / oneMs / 1e6,
  batchGmacPerSecond: (macsOf(options) * options.queries) / batchMs / 1e6,
})

function report(options: BenchOptions, outcomes: readonly Outcome[], digests: ReadonlySet<string>): string {
  const { rows, dims, queries } = options
  const done = outcomes.filter((one) => one.kind === 'done')
  if (done.length === 0) return pc.red('nothing was measured')
  const lines = done.map(({ backend, figures }) => {
    const { oneGmacPerSecond, batchGmacPerSecond } = ratesOf(options, figures)
    const { openMs, oneMs, batchMs, peakBytes, restBytes } = figures
    return [
      backend,
      `${(openMs / 1000).toFixed(2)} s`,
      `${oneMs.toFixed(2)} ms`,
      oneGmacPerSecond.toFixed(2),
      `${(batchMs / queries).toFixed(2)} ms`,
      batchGmacPerSecond.toFixed(2),
      formatBytes(peakBytes),
      formatBytes(Math.max(0, peakBytes - restBytes)),
    ]
  })
  const titles = ['', 'opening', 'one query', 'GMAC/s', `of ${queries}`, 'GMAC/s', 'peak memory', 'for the index']
  const agreement =
    digests.size > 1
      ? pc.red('✗ the scores differ between the back ends')
      : pc.dim(`scores of all queries, SHA-256 ${[...digests][0]}${done.length > 1 ? ': equal to the bit' : ''}`)
  return [
    '',
    pc.dim(
      `${formatCount(rows)} rows × ${formatCount(dims.reduce((sum, d) => sum + d, 0))} coordinates in ${dims.length} blocks`,
    ),
    table(
      titles.map((title, c) => ({ title, isRight: c > 0 })),
      lines,
    ),
    '',
    ...done.map(({ backend, figures }) => stagesText(backend, figures)),
    agreement,
  ].join('\n')
}

function stagesText(backend: string, { startMs, openStagesMs, oneStagesMs }: BenchFigures): string {
  const list = (times: StageTimes) =>
    Object.entries(times)
      .map(([stage, ms]) => `${stage} ${ms.toFixed(1)}`)
      .join(' · ')
  return pc.dim(
    `${backend}, ms: start and self-test ${startMs.toFixed(0)}\n  opening: ${list(openStagesMs)}\n  one query: ${list(oneStagesMs)}`,
  )
}

function plain(options: BenchOptions, outcomes: readonly Outcome[], isEqual: boolean) {
  const { rows, dims, queries, repeats, seed } = options
  const backends = outcomes.map((one) =>
    one.kind === 'done'
      ? { backend: one.backend, ...one.figures, ...ratesOf(options, one.figures) }
      : { backend: one.backend, failure: { code: one.code, message: one.message } },
  )
  return { rows, dims, queries, repeats, seed, isEqual, backends }
}
