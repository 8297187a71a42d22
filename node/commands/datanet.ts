/** `openledger datanet`: create Datanets, add and accept rows, publish versions, list. */

import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { type ChainClient, write } from '../../studio/chain/client.ts'
import * as datanets from '../../studio/chain/datanet.ts'
import { ensureIdentity } from '../../studio/chain/identity.ts'
import { connect, openSession, parseId, readTextFile, type SessionOptions } from '../cli/session.ts'
import { table } from '../cli/table.ts'
import { CommandError, startStep } from '../cli/terminal.ts'
import { parseRowsFile } from '../demo/rowsFile.ts'

interface CreateOptions extends SessionOptions {
  readonly domain: string
  readonly licence: string
  readonly curation: string
}

export async function createDatanet(name: string, options: CreateOptions): Promise<void> {
  const { curation, domain, licence } = options
  if (curation !== 'open' && curation !== 'owner')
    throw new CommandError(`expected --curation open or owner, got "${curation}"`)
  const { client, account } = await openSession(options)
  const id = await datanets.createDatanet(client, account, { name, domain, licence, curation })
  console.log(`Datanet ${id} "${name}" created by ${account.address}`)
}

export async function addToDatanet(
  idText: string,
  file: string,
  options: SessionOptions & { readonly commit: boolean },
): Promise<void> {
  const datanetId = parseId(idText, 'Datanet')
  const parsed = parseRowsFile(readTextFile(file), ['input', 'output'])
  if (parsed.kind === 'invalid') throw new CommandError(`${file} has bad rows\n  ${parsed.faults.join('\n  ')}`)
  const rows = datanets.canonicalRows(parsed.rows.map((row) => ({ input: utf8(row.input), output: utf8(row.output) })))
  const { client, account } = await openSession(options)
  await refuseKnown(client, datanetId, rows)
  if (!options.commit) {
    const step = startStep(`Adding ${rows.length} rows to Datanet ${datanetId}`)
    await datanets.addRows(client, account, datanetId, rows)
    step.done()
    return
  }
  const contributorId = await ensureIdentity(client, account)
  const step = startStep(`Adding ${rows.length} rows to Datanet ${datanetId}`)
  await datanets.contributeRows(client, account, { datanetId, contributorId }, rows, (stage, rowCount) =>
    step.update(`${stage} ${rowCount} rows`),
  )
  step.done()
}

/** The Datanet would refuse them only at reveal, after the commits are paid. */
async function refuseKnown(client: ChainClient, datanetId: bigint, rows: readonly Uint8Array[]): Promise<void> {
  const known = [...(await datanets.knownRows(client, datanetId, rows))]
  const [first] = known
  if (first === undefined) return
  const [place, rowId] = first
  const more = known.length === 1 ? '' : `, and ${known.length - 1} more are there too`
  throw new CommandError(`row ${place + 1} of the file is already row ${rowId} of Datanet ${datanetId}${more}`)
}

export async function acceptRows(idText: string, options: SessionOptions): Promise<void> {
  const datanetId = parseId(idText, 'Datanet')
  const { client, account } = await openSession(options)
  const rows = await datanets.readRows(client, datanetId)
  const pending = rows.filter((row) => datanets.ROW_STATUS[row.status] === 'Pending').map((row) => row.rowId)
  if (pending.length === 0) throw new CommandError(`Datanet ${datanetId} has no pending rows`)
  await datanets.curate(client, account, datanetId, pending, true)
  console.log(`accepted ${pending.length} rows of Datanet ${datanetId}`)
}

export async function publishVersion(idText: string, options: SessionOptions): Promise<void> {
  const datanetId = parseId(idText, 'Datanet')
  const { client, account } = await openSession(options)
  const step = startStep(`Publishing a version of Datanet ${datanetId}`)
  await datanets.waitReady(client, datanetId, (seconds) => step.update(`the newest row is ready in ${seconds} s`))
  const version = await datanets.publishVersion(client, account, datanetId)
  step.done(`version ${version}`)
}

export async function withdrawRow(idText: string, rowText: string, options: SessionOptions): Promise<void> {
  const args = [parseId(idText, 'Datanet'), parseId(rowText, 'row')]
  const { client, account } = await openSession(options)
  await write(client, account, { address: datanets.DATANET, abi: datanetAbi, functionName: 'withdrawRow', args })
  console.log(`row ${rowText} of Datanet ${idText} is withdrawn: no later version holds it, and it earns no more`)
}

export async function listDatanets(options: { readonly rpc: string }): Promise<void> {
  const client = await connect(options.rpc)
  const count = await client.readContract({ address: datanets.DATANET, abi: datanetAbi, functionName: 'datanetCount' })
  if (count === 0n) return console.log('no Datanets yet; `openledger datanet create NAME` makes one')
  const rows: string[][] = []
  for (let id = 1n; id <= count; id++) {
    const info = await datanets.readDatanet(client, id)
    const curation = ['open', 'owner', 'validators'][info.curation]!
    rows.push([
      `${id}`,
      info.name,
      curation,
      info.licence,
      `${info.rowCount}`,
      `${info.acceptedCount}`,
      `${info.versionCount}`,
    ])
  }
  const titles = ['id', 'name', 'curation', 'licence', 'rows', 'accepted', 'versions']
  console.log(
    table(
      titles.map((title, c) => ({ title, isRight: c === 0 || c > 3 })),
      rows,
    ),
  )
}
