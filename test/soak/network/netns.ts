/** The kills over a bad line: all of it in a network namespace of its own, whose loopback delays and loses packets. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Scenario } from './scenario.ts'

/** By preference. Not every kernel has netem; a narrow line delays by its queue, and loses what does not fit into it. */
const LINES = ['netem delay 50ms 10ms loss 1%', 'tbf rate 2mbit burst 4kb limit 12kb'] as const

/** A loopback that takes whole 64 KiB at once would lose nothing but large writes. */
const shape = (line: string) => `ip link set lo mtu 1500 up && tc qdisc add dev lo root ${line}`

/** Needs root, `unshare`, `ip` and `tc`. The namespace, and with it the line, ends with its last process. */
export const runNetns: Scenario = async ({ minutes, validators, perSecond, random }) => {
  const tried = LINES.map((line) => ({ line, ...inNamespace(shape(line)) }))
  const line = tried.find(({ status }) => status === 0)?.line
  if (line === undefined) {
    console.log('SKIPPED, nothing was shown: this machine permits no network namespace with delay and loss')
    for (const { line, reason } of tried) console.log(`  ${line}: ${reason}`)
    return
  }
  console.log(`a network namespace whose loopback is: ${line}`)
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const seed = Math.floor(random() * 2 ** 32)
  const options = { scenario: 'kills', minutes, validators, seed, 'per-second': perSecond }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`])
  const script = `${shape(line)} && "$@"; status=$?; tc -s qdisc show dev lo; exit $status`
  const child = spawn('unshare', ['--net', 'sh', '-c', script, 'sh', process.execPath, main, ...args], {
    stdio: 'inherit',
  })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`the scenario in the namespace ended with ${status}`)
}

function inNamespace(script: string): { readonly status: number | null; readonly reason: string } {
  const { status, stderr, error } = spawnSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8' })
  return { status, reason: error?.message ?? stderr.trim() }
}
