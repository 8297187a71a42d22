/** The node's own registry of measurements: no global one, since a process may hold several nodes. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

export function createRegistry(version: string): Registry {
  const registry = new Registry()
  // Event-loop delay, garbage collection, memory, processor time: under their usual names, which dashboards know.
  collectDefaultMetrics({ register: registry })
  const build = new Gauge({
    name: 'openledger_build_info',
    help: 'What runs; the value is 1.',
    labelNames: ['version', 'node', 'platform'],
    registers: [registry],
  })
  build.set({ version, node: process.versions.node, platform: `${process.platform}-${process.arch}` }, 1)
  return registry
}
