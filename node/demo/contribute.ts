/** The demo's rows reach the chain: honest contributors first, then a copier and a noise-maker; the owner spot-checks. */
import type { LocalAccount } from 'viem'
import { bytesToHex } from 'viem'
import { decodeRow, type Row, rowHash } from '../../primitives/rows.ts'
import { type ChainClient, ChainRefusal } from '../../studio/chain/client.ts'
import * as datanets from '../../studio/chain/datanet.ts'
import { ensureIdentity } from '../../studio/chain/identity.ts'
import { copierRows } from '../../studio/tasks.ts'
import type { Step } from '../cli/terminal.ts'
import { type Contributor, isRightRow } from './cast.ts'

/** The owner looks at every tenth row of each contributor and rejects what is wrong there. */
const SPOT_CHECK_STRIDE = 10
const COPIER_ROWS = 60

export type FundedContributor = Contributor & { readonly account: LocalAccount }

export interface Contribution extends FundedContributor {
  readonly id: bigint
  readonly offered: number
  readonly onChain: number
  readonly accepted: number
}

export interface ContributeOptions {
  readonly client: ChainClient
  readonly datanetId: bigint
  readonly owner: LocalAccount
  readonly contributors: readonly FundedContributor[]
  readonly seed: number
}

export async function collectRows(options: ContributeOptions, step: Step): Promise<Contribution[]> {
  const { client, datanetId, contributors } = options
  const first = contributors.filter(({ kind }) => kind !== 'copier')
  const offered = new Map<string, number>()
  await Promise.all(
    first.map(async (contributor) => {
      await contribute(options, contributor, contributor.rows)
      offered.set(contributor.name, contributor.rows.length)
      step.update(`${contributor.name}: ${contributor.rows.length} rows`)
    }),
  )
  for (const copier of contributors.filter(({ kind }) => kind === 'copier')) {
    const rows = await copyRows(options, copier)
    offered.set(copier.name, rows)
    step.update(`${copier.name}: ${rows} rows tried`)
  }
  await spotCheck(options)
  const rows = await datanets.readRows(client, datanetId)
  const all: Contribution[] = []
  for (const contributor of contributors) {
    const id = await ensureIdentity(client, contributor.account)
    const own = rows.filter((row) => row.contributorId === id)
    const accepted = own.filter((row) => datanets.ROW_STATUS[row.status] === 'Accepted').length
    all.push({ ...contributor, id, offered: offered.get(contributor.name)!, onChain: own.length, accepted })
  }
  return all
}

async function contribute({ client, datanetId }: ContributeOptions, by: FundedContributor, rows: readonly Row[]) {
  const contributorId = await ensureIdentity(client, by.account)
  await datanets.contributeRows(client, by.account, { datanetId, contributorId }, datanets.canonicalRows(rows))
}

/** Copies what is on the chain: the Datanet refuses exact copies, so the copier is left with edited ones. */
async function copyRows(options: ContributeOptions, copier: FundedContributor): Promise<number> {
  const { client, datanetId, seed } = options
  const contents = await datanets.readContents(client, datanetId)
  const others = [...contents.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, bytes]) => {
      const row = decodeRow(bytes)
      return 'kind' in row ? [] : [row]
    })
  const copies = distinct(copierRows(seed + 2, others, COPIER_ROWS))
  try {
    await contribute(options, copier, copies)
  } catch (error) {
    if (!(error instanceof ChainRefusal) || error.code !== 'DuplicateRow') throw error
    await contribute(options, copier, await newRows(options, copies))
  }
  return copies.length
}

function distinct(rows: readonly Row[]): Row[] {
  const byHash = new Map(datanets.canonicalRows(rows).map((bytes, i) => [bytesToHex(rowHash(bytes)), rows[i]!]))
  return [...byHash.values()]
}

async function newRows({ client, datanetId }: ContributeOptions, rows: readonly Row[]): Promise<Row[]> {
  const known = await datanets.knownRows(client, datanetId, datanets.canonicalRows(rows))
  return rows.filter((_, i) => !known.has(i))
}

/** On generated tasks the owner knows right from wrong; of a user's own rows everything is accepted. */
async function spotCheck({ client, datanetId, owner, contributors }: ContributeOptions): Promise<void> {
  const rows = await datanets.readRows(client, datanetId)
  const contents = await datanets.readContents(client, datanetId)
  const isOwnData = contributors.every(({ kind }) => kind === 'own data')
  const rejected: bigint[] = []
  const accepted: bigint[] = []
  const seen = new Map<bigint, number>()
  for (const row of rows.filter((one) => datanets.ROW_STATUS[one.status] === 'Pending')) {
    const place = seen.get(row.contributorId) ?? 0
    seen.set(row.contributorId, place + 1)
    const decoded = decodeRow(contents.get(row.rowId)!)
    const isChecked = !isOwnData && place % SPOT_CHECK_STRIDE === 0
    const isWrong = isChecked && ('kind' in decoded || !isRightRow(decoded))
    ;(isWrong ? rejected : accepted).push(row.rowId)
  }
  if (rejected.length > 0) await datanets.curate(client, owner, datanetId, rejected, false)
  await datanets.curate(client, owner, datanetId, accepted, true)
}
