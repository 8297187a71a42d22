/** Runs every `test/**\/*.test.ts` under uvu in processes of their own, two at a time, and sums the results. */
import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** One hung file must not hang the suite: the slowest honest one takes a minute on two quiet cores, and six beside other work. */
const TIMEOUT_MS = 560_000
/** Of every file that shares the process of another. */
const FURTHER_TIMEOUT_MS = 20_000
/**
 * Rooms whose files share a process, so many at most: they test functions on data, and loading what these need takes longer
 * than most of the tests. All other files, which start processes or threads or turn the environment, have one each.
 */
const TOGETHER = [
  ...['consensus', 'genesis', 'precompiles', 'primitives', 'rpc', 'runtime'],
  ...['influence/properties', 'influence/span', 'node/attester', 'node/execution', 'node/keys', 'node/settlement'],
  // Their files share a devnet, the second's with a trained model.
  ...['e2e/clients', 'e2e/served'],
]
const TOGETHER_MAX = 12
/** Started first, or one of them would run alone at the end. */
const LONGEST = [
  'influence/gpu/gpu',
  'influence/faults',
  'e2e',
  'influence/worker',
  'precompiles',
  'rpc',
  'fuzz',
  'node/commands',
  'studio',
]
/** What every process of the suite would strip and compile anew: half of the time of a small file. */
const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url))
/** The other core is another file's: collecting garbage on one thread takes a sixth less processor time. */
const RUNTIME_FLAGS = ['--disable-warning=ExperimentalWarning', '--single-threaded-gc']
const SLOWEST_SHOWN = 10
/** Linux counts processor time in hundredths of a second, whatever its kernel's tick. */
const TICKS_PER_SECOND = 100

/** What one process runs. */
interface Unit {
  readonly name: string
  readonly files: readonly string[]
}

interface Result {
  readonly name: string
  readonly passed: number
  readonly total: number
  readonly skipped: number
  readonly isBroken: boolean
  readonly seconds: number
  /** Processor time with all that the unit started and waited for; NaN where the system does not tell. */
  readonly cpuSeconds: number
  readonly output: string
}

let reapedSeconds = 0

/** Processor time of the children that ended since the last call. */
function takeReapedSeconds(): number {
  if (process.platform !== 'linux') return Number.NaN
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // After the name, which may hold spaces: field 3 of proc(5) and those behind it; 16 and 17 are cutime and cstime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
  const own = seconds - reapedSeconds
  reapedSeconds = seconds
  return own
}

const figure = (output: string, label: string): number =>
  Number(new RegExp(`${label}:\\s+(\\d+)`).exec(output)?.[1] ?? Number.NaN)

function runUnit({ name, files }: Unit): Promise<Result> {
  const startMs = performance.now()
  const timeoutMs = TIMEOUT_MS + (files.length - 1) * FURTHER_TIMEOUT_MS
  return new Promise((resolve) => {
    const program = files.length === 1 ? files : ['test/together.ts', ...files]
    const child = spawn(process.execPath, [...RUNTIME_FLAGS, ...program], {
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => {
      output += `\nkilled: no result within ${timeoutMs / 1000} s\n`
      child.kill('SIGKILL')
    }, timeoutMs)
    let cpuSeconds = 0
    child.on('exit', () => (cpuSeconds = takeReapedSeconds()))
    child.on('close', (code) => {
      clearTimeout(timer)
      const total = figure(output, 'Total')
      const passed = figure(output, 'Passed')
      const skipped = figure(output, 'Skipped')
      const isBroken = code !== 0 || !(total > 0)
      const seconds = (performance.now() - startMs) / 1000
      resolve({
        name,
        passed: passed || 0,
        total: total || 0,
        skipped: skipped || 0,
        isBroken,
        seconds,
        cpuSeconds,
        output,
      })
    })
  })
}

const times = ({ seconds, cpuSeconds }: Result): string =>
  `${seconds.toFixed(1)} s${Number.isNaN(cpuSeconds) ? '' : `, processor ${cpuSeconds.toFixed(1)} s`}`

function printSlowest(results: readonly Result[]): void {
  const cost = ({ seconds, cpuSeconds }: Result): number => (Number.isNaN(cpuSeconds) ? seconds : cpuSeconds)
  const sorted = results.toSorted((a, b) => cost(b) - cost(a))
  console.log('\nslowest:')
  for (const result of sorted.slice(0, SLOWEST_SHOWN)) console.log(`  ${result.name}  ${times(result)}`)
  const all = results.reduce((sum, result) => sum + cost(result), 0)
  console.log(`  all: ${all.toFixed(0)} s`)
}

const rank = ({ name }: Unit): number => LONGEST.findIndex((path) => name.startsWith(`test/${path}`)) + 1 || 1e3

/** Rooms of `TOGETHER` in parts of about equal length, and every other file; the longest first. */
function unitsOf(files: readonly string[]): Unit[] {
  const roomOf = (file: string) => TOGETHER.find((room) => file.startsWith(`test/${room}/`))
  const units: Unit[] = files
    .filter((file) => roomOf(file) === undefined)
    .map((file) => ({ name: file, files: [file] }))
  for (const room of TOGETHER) {
    const own = files.filter((file) => roomOf(file) === room)
    const parts = Math.ceil(own.length / TOGETHER_MAX)
    for (let part = 0; part < parts; part++) {
      const dealt = own.filter((_, i) => i % parts === part)
      const place = parts === 1 ? '' : `, ${part + 1} of ${parts}`
      units.push({
        name: dealt.length === 1 ? dealt[0]! : `test/${room} (${dealt.length} files${place})`,
        files: dealt,
      })
    }
  }
  return units.toSorted((a, b) => rank(a) - rank(b))
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2)
  const files = globSync('test/**/*.test.ts')
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort()
  const queue = unitsOf(files)
  const results: Result[] = []
  const lane = async () => {
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
      const result = await runUnit(unit)
      results.push(result)
      const mark = result.isBroken ? 'FAIL' : 'ok  '
      console.log(`${mark} ${unit.name}  ${result.passed}/${result.total}  ${times(result)}`)
      if (result.isBroken) console.log(result.output)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane))
  printSlowest(results)
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + (result.total - result.passed || (result.isBroken ? 1 : 0)), 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

await main()
