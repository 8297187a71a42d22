/** `openledger influence selftest`: does what computes influence on this machine give the right bits, and how fast? */
import pc from 'picocolors'
import { BACKEND_CHOICES, type BackendChoice } from '../../../influence/backends/backendChoice.ts'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { checkBackend } from '../../../influence/backends/selfTest.ts'
import { startStep } from '../../cli/terminal.ts'

export type NamedBackend = Exclude<BackendChoice, 'auto'>

/** All that could be there. */
export const ALL_BACKENDS = BACKEND_CHOICES.filter((choice): choice is NamedBackend => choice !== 'auto')

interface SelfTestOptions {
  readonly backend: NamedBackend | 'all'
  readonly software?: boolean
  readonly json?: boolean
}

interface Report {
  readonly backend: NamedBackend
  /** `absent`: not on this machine. */
  outcome: 'passed' | 'failed' | 'absent'
  /** Why it failed, or is not there. */
  reason?: string
  description?: string
  facts?: Readonly<Record<string, string>>
  /** Device, compilation and the self-test of the start, ms. */
  openMs?: number
  readonly checks: { readonly name: string; readonly ms: number }[]
}

export async function selfTest(options: SelfTestOptions): Promise<void> {
  const wanted = options.backend === 'all' ? ALL_BACKENDS : [options.backend]
  const reports: Report[] = []
  for (const backend of wanted) {
    const report = await testOne(backend, options)
    reports.push(report)
    if (report.outcome === 'failed' || (report.outcome === 'absent' && wanted.length === 1)) process.exitCode = 1
  }
  if (options.json === true) console.log(JSON.stringify({ isPassed: process.exitCode !== 1, backends: reports }))
}

const messageOf = (error: unknown): string => {
  const { code, message } = error as Error & { code?: string }
  return code === undefined ? message : `${code}: ${message}`
}

/** What is missing is no failure, what computes a wrong bit is one. */
const isAbsence = (error: unknown): boolean => /Unavailable$/.test((error as { code?: string }).code ?? '')

async function testOne(name: NamedBackend, { software, json }: SelfTestOptions): Promise<Report> {
  const report: Report = { backend: name, outcome: 'passed', checks: [] }
  const step = json === true ? undefined : startStep(pc.bold(name))
  const startMs = performance.now()
  let backend: ComputeBackend
  try {
    backend = await openBackend(name, software ?? false)
  } catch (error) {
    report.outcome = isAbsence(error) ? 'absent' : 'failed'
    report.reason = messageOf(error)
    step?.fail(report.outcome === 'absent' ? `not on this machine: ${report.reason}` : report.reason)
    return report
  }
  report.openMs = performance.now() - startMs
  report.description = backend.description
  report.facts = Object.fromEntries((backend.facts ?? []).map((fact) => [fact.name, fact.value]))
  try {
    await checkBackend(backend, (check, ms) => {
      report.checks.push({ name: check, ms })
      step?.update(check)
    })
    step?.done(`${backend.description} · every bit is right`)
  } catch (error) {
    report.outcome = 'failed'
    report.reason = messageOf(error)
    step?.fail(`${backend.description} · ${report.reason}`)
  } finally {
    backend.close()
  }
  if (json !== true) console.log(details(report))
  return report
}

function details({ facts = {}, openMs = 0, checks }: Report): string {
  const line = (name: string, text: string) => `  ${pc.dim(name.padEnd(26))}${text}`
  const ms = (time: number) => `${time.toFixed(1)} ms`
  return [
    ...Object.entries(facts).map(([name, value]) => line(name, value)),
    line('opened and self-tested', ms(openMs)),
    ...checks.map((check) => line(check.name, ms(check.ms))),
  ].join('\n')
}
