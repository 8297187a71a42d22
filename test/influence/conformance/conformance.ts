/**
 * Checks a folder of influence vectors against the back ends:
 * `node test/influence/conformance.ts DIR [--backend gpu|js|all] [--software]`.
 */
import { parseArgs } from 'node:util'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { Tally } from './tally.ts'
import { checkFolder } from './vectorChecks.ts'

const USAGE = `usage: conformance DIR [--backend gpu|js|all] [--software]

DIR has small/ and, if wanted, main/. --software allows a software gpuAdapter (SwiftShader, lavapipe).`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { backend: { type: 'string', default: 'all' }, software: { type: 'boolean', default: false } },
  })
  const folder = positionals[0]
  const wanted = { gpu: ['gpu'], js: ['js'], all: ['js', 'gpu'] }[values.backend] as ('gpu' | 'js')[] | undefined
  if (folder === undefined || wanted === undefined) {
    console.error(USAGE)
    return 2
  }
  const tally = new Tally()
  for (const choice of wanted) {
    const backend = await openBackend(choice, values.software)
    const startMs = performance.now()
    const read = await checkFolder(tally, folder, backend)
    console.log(
      `${choice}: ${backend.description}: ${read} files and cases in ${((performance.now() - startMs) / 1000).toFixed(1)} s`,
    )
    if (read === 0) console.error(`no vectors in ${folder}`)
    backend.close()
  }
  for (const difference of tally.differences) console.log(difference)
  console.log(`${tally.checks} checks, ${tally.differ} differ`)
  return tally.checks > 0 && tally.differ === 0 ? 0 : 1
}

process.exitCode = await main()
