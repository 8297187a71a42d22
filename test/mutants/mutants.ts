/**
 * `npm run mutants [-- NAME …]`: breaks one rule after the other in a copy of the tree, and runs the check that must
 * notice. A check that passes all the same, or fails by itself, fails the run.
 */
import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { applyEdit, type Mutant, parseMutant } from './mutant.ts'

const ROOT = new URL('../../', import.meta.url).pathname
/** What the checks need of the tree. */
const COPIED = ['consensus', 'genesis', 'influence', 'node', 'p2p', 'precompiles', 'primitives', 'rpc', 'runtime']
/** testing.md §5. */
const CHECK_TIMEOUT_MS = 300_000

export function readMutants(): Mutant[] {
  const paths = globSync('test/mutants/*.patch', { cwd: ROOT }).sort()
  return paths.map((path) => parseMutant(basename(path, '.patch'), readFileSync(join(ROOT, path), 'utf8')))
}

interface Outcome {
  readonly code: number | null
  readonly output: string
}

function run(folder: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: folder,
      env: { ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CHECK_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** Undefined: killed by its check. */
async function survives(folder: string, mutant: Mutant): Promise<string | undefined> {
  const originals = new Map<string, string>()
  for (const edit of mutant.edits) {
    const path = join(folder, edit.path)
    const text = readFileSync(path, 'utf8')
    if (!originals.has(path)) originals.set(path, text)
    writeFileSync(path, applyEdit(text, edit))
  }
  const { code, output } = await run(folder, mutant.check)
  for (const [path, text] of originals) writeFileSync(path, text)
  if (code === 0) return 'survived: its check passes'
  // uvu names failed tests only; other programs say what they saw.
  if (!output.includes(mutant.seenAs)) return `failed, but not by "${mutant.seenAs}":\n${output.slice(-2000)}`
  return undefined
}

async function main(wanted: readonly string[]): Promise<number> {
  const mutants = readMutants().filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
  let failed = 0
  try {
    for (const room of [...COPIED, 'test', 'package.json'])
      cpSync(join(ROOT, room), join(folder, room), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    for (const check of new Set(mutants.map((mutant) => mutant.check.join(' ')))) {
      const { code, output } = await run(folder, check.split(' '))
      if (code === 0) continue
      console.log(`FAIL ${check} fails without a mutant\n${output.slice(-2000)}`)
      failed += 1
    }
    for (const mutant of mutants) {
      const startMs = performance.now()
      const fault = await survives(folder, mutant)
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
      console.log(`${fault === undefined ? 'killed' : 'FAIL  '} ${mutant.name}  ${seconds} s  ${mutant.breaks}`)
      if (fault === undefined) continue
      console.log(fault)
      failed += 1
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  console.log(`\n${mutants.length} mutants, ${failed} failures`)
  return failed === 0 && mutants.length > 0 ? 0 : 1
}

if (process.argv[1] === new URL(import.meta.url).pathname) process.exitCode = await main(process.argv.slice(2))
