/** Loaded into a node by `--import`: on SIGUSR2 it collects garbage and says what is left, as a line of the node's log. */
import { isMainThread } from 'node:worker_threads'

if (isMainThread)
  process.on('SIGUSR2', () => {
    // Twice: what finalizers let go of is garbage only then.
    for (let i = 0; i < 2; i++) globalThis.gc!()
    const { heapUsed, external, rss } = process.memoryUsage()
    const uptimeMs = Math.round(process.uptime() * 1_000)
    process.stderr.write(`${JSON.stringify({ part: 'heap', uptimeMs, heapUsed, external, rss })}\n`)
  })
