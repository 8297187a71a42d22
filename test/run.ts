/** Runs every `test/**\/*.test.ts` under uvu, each file in its own process, two at a time, and sums the results. */
import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** One hung file must not hang the suite: the slowest honest file takes well under half of this. */
const FILE_TIMEOUT_MS = 280_000
/** What every process of the suite would strip and compile anew: half of the time of a small file. */
const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url))
const SLOWEST_SHOWN = 10
/** Linux counts processor time in hundredths of a second, whatever its kernel's tick. */
const TICKS_PER_SECOND = 100

interface Result {
  readonly file: string
  readonly passed: number
  readonly total: number
  readonly skipped: number
  readonly isBroken: boolean
  readonly seconds: number
  /** Processor time with all that the file started and waited for; NaN where the system does not tell. */
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

function runFile(file: string): Promise<Result> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => {
      output += `\nkilled: no result within ${FILE_TIMEOUT_MS / 1000} s\n`
      child.kill('SIGKILL')
    }, FILE_TIMEOUT_MS)
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
        file,
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
  for (const result of sorted.slice(0, SLOWEST_SHOWN)) console.log(`  ${result.file}  ${times(result)}`)
  const all = results.reduce((sum, result) => sum + cost(result), 0)
  console.log(`  all ${results.length} files: ${all.toFixed(0)} s`)
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2)
  const files = globSync('test/**/*.test.ts')
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort()
  const queue = [...files]
  const results: Result[] = []
  const lane = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file)
      results.push(result)
      const mark = result.isBroken ? 'FAIL' : 'ok  '
      console.log(`${mark} ${file}  ${result.passed}/${result.total}  ${times(result)}`)
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
