/** `openledger influence fetch`: the index or corpus by which a model version is attributed, as a file to inspect. */
import { writeFileSync } from 'node:fs'
import pc from 'picocolors'
import { downloadSource, methodOf, readVersion } from '../../../studio/chain/version.ts'
import { connect, parseId } from '../../cli/session.ts'
import { formatBytes } from '../../cli/table.ts'
import { CommandError, startStep } from '../../cli/terminal.ts'
import { servingVersion } from '../train.ts'

interface FetchOptions {
  readonly rpc: string
  readonly out: string
}

/** A model, whose serving version is meant, or a version by its id. */
export async function fetchSource(which: string, { rpc, out }: FetchOptions): Promise<void> {
  const isVersion = /^0x[0-9a-f]{64}$/i.test(which)
  const modelId = isVersion ? undefined : parseId(which, 'model')
  const client = await connect(rpc)
  const versionId = modelId === undefined ? (which as `0x${string}`) : await servingVersion(client, modelId)
  const info = await readVersion(client, versionId)
  const step = startStep(`Fetching what version ${versionId} is attributed by`)
  const source = await downloadSource(client, info)
  try {
    writeFileSync(out, source)
  } catch (error) {
    throw new CommandError(`cannot write ${out}: ${(error as Error).message}`)
  }
  step.done(`${formatBytes(source.length)}, hashes as on the chain`)
  console.log(`written to ${out}: method ${methodOf(info)}, root on the chain ${info.sourceRoot}`)
  console.log(pc.dim(`openledger influence inspect ${out} --verify recomputes everything in it`))
}
