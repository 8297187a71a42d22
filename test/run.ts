/** Runs every `test/**\/*.test.ts` under uvu, each file in its own process, two at a time, and sums the results. */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** One hung file must not hang the suite: the slowest honest file takes well under half of this. */
const FILE_TIMEOUT_MS = 280_000

interface Result {
  readonly file: string
  readonly passed: number
  readonly total: number
  readonly skipped: number
  readonly isBroken: boolean
  readonly seconds: number
  readonly output: string
}

const figure = (output: string, label: string): number =>
  Number(new RegExp(`${label}:\\s+(\\d+)`).exec(output)?.[1] ?? Number.NaN)

function runFile(file: string): Promise<Result> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      env: { ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => {
      output += `\nkilled: no result within ${FILE_TIMEOUT_MS / 1000} s\n`
      child.kill('SIGKILL')
    }, FILE_TIMEOUT_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      const total = figure(output, 'Total')
      const passed = figure(output, 'Passed')
      const skipped = figure(output, 'Skipped')
      const isBroken = code !== 0 || !(total > 0)
      const seconds = (performance.now() - startMs) / 1000
      resolve({ file, passed: passed || 0, total: total || 0, skipped: skipped || 0, isBroken, seconds, output })
    })
  })
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
      console.log(`${mark} ${file}  ${result.passed}/${result.total}  ${result.seconds.toFixed(1)} s`)
      if (result.isBroken) console.log(result.output)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane))
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + (result.total - result.passed || (result.isBroken ? 1 : 0)), 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

await main()
