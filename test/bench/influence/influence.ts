/** `npm run bench -- influence`: every back end beside numpy and torch in float32, on the same data in the same run. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import pc from 'picocolors'
import { ENGINE_PROCESS_FLAGS } from '../../../influence/worker/engineProcess.ts'
import { runProgram, someOf, wholeNumber } from '../../commandLine.ts'
import { BLOCKS, type Figures, joinRounds, macsOf, type Shape } from './shapes.ts'

const USAGE = `usage: npm run bench -- influence [options]

  --rows LIST       rows of the indexes                (default 1000,10000,100000)
  --dims LIST       coordinates of a row, in ${BLOCKS} blocks  (default 2048,8192)
  --batch N         queries of the batch               (default 32)
  --backends LIST   of gpu, wasm, js                   (default gpu,wasm,js)
  --peers LIST      of numpy, torch; none for none     (default numpy,torch)
  --one-core        one thread each, its processor time and the best run: for a machine that is busy
  --rounds N        all take turns so many times            (default 1)
  --software        measure a software GPU adapter too
  --json FILE       write the figures

Each figure is the median of several runs in a process of its own, and of all rounds (--one-core: the least). GMAC/s counts 3 · rows · dim
products a query, in whole answers. "Scores alone" leaves out the stage that commits to them, which no peer has. A peer that
python3 cannot import is named and left out.`

/** The slow ones are left out where a query would take this many products: seconds a query, minutes a batch. */
const SLOW_MACS_MAX = 300_000_000
const SLOW = ['js', 'software']
const BACKENDS = ['gpu', 'wasm', 'js'] as const
const PEERS = ['numpy', 'torch'] as const
const SEED = 1
/** Of one query, on the smallest shapes; a batch has a quarter. */
const REPEATS_MAX = 200

const run = promisify(execFile)

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Runs a child to its last line. What a machine sets for old BLAS builds would slow the peers: they choose themselves. */
async function figuresOf(program: string, args: readonly string[]): Promise<Figures | string> {
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...env } = process.env
  try {
    const { stdout } = await run(program, args, { env, maxBuffer: 2 ** 24 })
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Figures
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    return stderr.match(/^\w*Error: .*$/m)?.[0] ?? message
  }
}

const engineArgs = (folder: string, backend: string, repeats: number, options: Options): string[] => [
  ...ENGINE_PROCESS_FLAGS,
  fileOf('./measureEngine.ts'),
  folder,
  backend,
  `${repeats}`,
  options.isSoftware ? 'software' : 'hardware',
  options.isOneCore ? '1' : '0',
]

interface Row extends Shape {
  readonly who: string
  readonly figures: Figures
}

const HEAD = [
  '',
  'one query',
  'scores alone',
  'GMAC/s',
  'batch',
  'scores alone',
  'GMAC/s',
  'batch ÷ one',
  'open + verify',
  'peak − index',
]

function cells({ rows, dim, who, figures }: Row): string[] {
  const { oneMs, oneScoresMs, batchMs, batchScoresMs, batch, openMs, peakBytes, heldBytes } = figures
  const gmacs = (ms: number, count: number) => ((macsOf({ rows, dim }) * count) / ms / 1e6).toFixed(1)
  const ms = (value: number | undefined) =>
    value === undefined ? '' : `${value < 100 ? value.toPrecision(3) : value.toFixed(0)} ms`
  return [
    who,
    ms(oneMs),
    ms(oneScoresMs),
    gmacs(oneMs, 1),
    ms(batchMs),
    ms(batchScoresMs),
    gmacs(batchMs, batch),
    (batchMs / oneMs).toFixed(1),
    ms(openMs),
    `${Math.round((peakBytes - heldBytes) / 2 ** 20)} MiB`,
  ]
}

function print(columns: readonly string[]): void {
  const [who, ...rest] = columns
  console.log(`  ${who!.padEnd(26)}${rest.map((text) => text.padStart(14)).join('')}`)
}

/** A back end, or a peer, which compares its scores with those that a back end has left in the folder. */
async function measureOne(
  who: string,
  { folder, repeats, ...shape }: Shape & { folder: string; repeats: number },
  options: Options,
): Promise<Figures | string> {
  if (options.peers.includes(who)) {
    const args = [fileOf('./floatPeer.py'), folder, who, `${repeats}`, options.isOneCore ? '1' : '0']
    return figuresOf('python3', args)
  }
  const isSlow = SLOW.includes(who === 'gpu' && options.isSoftware ? 'software' : who)
  if (isSlow && macsOf(shape) > SLOW_MACS_MAX) return 'minutes a batch on this back end'
  return figuresOf(process.execPath, engineArgs(folder, who, repeats, options))
}

async function measureShape(shape: Shape, options: Options): Promise<{ rows: Row[]; isEqual: boolean }> {
  const folder = join(options.folder, `${shape.rows}x${shape.dim}`)
  await mkdir(folder)
  const made = [folder, shape.rows, shape.dim, options.batch, SEED].map(String)
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', fileOf('./makeIndex.ts'), ...made])
  console.log(pc.bold(`\n${shape.rows} rows × ${shape.dim}`))
  print(HEAD)
  const repeats = Math.max(3, Math.min(REPEATS_MAX, Math.round(4e9 / macsOf(shape))))
  const measured = new Map<string, (Figures | string)[]>(
    [...options.backends, ...options.peers].map((who) => [who, []]),
  )
  for (let round = 0; round < options.rounds; round++)
    for (const [who, own] of measured) own.push(await measureOne(who, { ...shape, folder, repeats }, options))
  const rows: Row[] = []
  for (const [who, own] of measured) {
    const failure = own.find((figures) => typeof figures === 'string')
    if (failure !== undefined) console.log(pc.dim(`  ${who}: not measured: ${failure}`))
    else rows.push({ ...shape, who, figures: joinRounds(own as Figures[], options.isOneCore) })
  }
  for (const row of rows) print(cells(row))
  await rm(folder, { recursive: true })
  return { rows, isEqual: compare(rows) }
}

/** What the numbers are for: equal bits, and how many times faster than the peers. Returns whether all bits are equal. */
function compare(rows: readonly Row[]): boolean {
  const digests = new Set(rows.flatMap(({ figures }) => figures.digest?.split(' ') ?? []))
  if (digests.size === 1) console.log('  every back end gave the same bits')
  else console.log(pc.red(digests.size === 0 ? '  nothing was measured' : `  ${digests.size} different results`))
  for (const { who, figures } of rows) {
    const { name, copyBytesPerSecond, correlation } = figures
    if (correlation !== undefined) console.log(`  ${who}: ${name}, correlation with ours ${correlation.toFixed(5)}`)
    else console.log(`  ${name}`)
    if (copyBytesPerSecond === undefined) continue
    const bytes = 3 * rows[0]!.rows * rows[0]!.dim
    const share = bytes / (figures.oneMs / 1000) / copyBytesPerSecond
    console.log(`  ${who}: ${(100 * share).toFixed(0)} % of ${(copyBytesPerSecond / 1e9).toFixed(0)} GB/s, its copies`)
  }
  const peers = rows.filter(({ figures }) => figures.digest === undefined)
  for (const { who, figures } of rows.filter(({ figures }) => figures.digest !== undefined)) {
    for (const { who: peer, figures: other } of peers) {
      const { oneMs, batchMs, oneScoresMs = oneMs, batchScoresMs = batchMs } = figures
      for (const [what, own, many] of [
        ['with commitments', oneMs, batchMs],
        ['scores alone', oneScoresMs, batchScoresMs],
      ] as const) {
        const [one, batch] = [other.oneMs / own, other.batchMs / many].map((ratio) => ratio.toFixed(2))
        console.log(`  ${who}, ${what}, is ${one} × as fast as ${peer} for one query, ${batch} × for the batch`)
      }
    }
  }
  return digests.size === 1
}

interface Options {
  readonly folder: string
  readonly batch: number
  readonly backends: readonly string[]
  readonly peers: readonly string[]
  readonly isSoftware: boolean
  readonly isOneCore: boolean
  readonly rounds: number
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000,10000,100000' },
      dims: { type: 'string', default: '2048,8192' },
      batch: { type: 'string', default: '32' },
      backends: { type: 'string', default: 'gpu,wasm,js' },
      peers: { type: 'string', default: 'numpy,torch' },
      software: { type: 'boolean', default: false },
      'one-core': { type: 'boolean', default: false },
      rounds: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  })
  const list = (name: string, text: string) => text.split(',').map((one) => wholeNumber(name, one, 1))
  const [dims, counts] = [list('--dims', values.dims), list('--rows', values.rows)]
  const chosen = {
    batch: wholeNumber('--batch', values.batch, 1),
    backends: someOf('--backends', values.backends, BACKENDS),
    peers: values.peers === 'none' ? [] : someOf('--peers', values.peers, PEERS),
    isSoftware: values.software,
    isOneCore: values['one-core'],
    rounds: wholeNumber('--rounds', values.rounds, 1),
  }
  const folder = await mkdtemp(join(tmpdir(), 'openledger-bench-'))
  console.log(`${cpus()[0]!.model.trim()}, ${availableParallelism()} cores; Node ${process.versions.node}`)
  const rows: Row[] = []
  let isEqual = true
  try {
    for (const dim of dims)
      for (const count of counts) {
        const measured = await measureShape({ rows: count, dim }, { folder, ...chosen })
        rows.push(...measured.rows)
        isEqual &&= measured.isEqual
      }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`)
  return isEqual ? 0 : 1
}

await runProgram(USAGE, main)
