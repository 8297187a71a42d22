/** The rows of several Datanet versions together, in the order in which a version's source holds them. */
import { concatHex, type Hex, keccak256 } from 'viem'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { firstInfoTable } from '../versionCorpus.ts'
import type { ChainClient } from './client.ts'
import { DATANET, readVersionRows, type VersionRow } from './datanet.ts'

export interface DatanetVersion {
  readonly datanetId: bigint
  readonly version: bigint
}

/** Rows by ascending order key, and the seed of the duplicate guard (influence.md §3.4). */
export async function readNamedRows(client: ChainClient, datanets: readonly DatanetVersion[]) {
  const rows: VersionRow[] = []
  const seeds: Hex[] = []
  for (const { datanetId, version } of datanets) {
    const native = { address: DATANET, abi: datanetAbi } as const
    const info = await client.readContract({ ...native, functionName: 'versionOf', args: [datanetId, version] })
    seeds.push(info.seed)
    rows.push(...(await readVersionRows(client, datanetId, version)))
  }
  rows.sort((a, b) => (a.orderKey < b.orderKey ? -1 : a.orderKey > b.orderKey ? 1 : 0))
  return { rows, guardSeed: fromHex(keccak256(concatHex(seeds))) }
}

/** The token information that every span version over these Datanets carries: that of their first versions. */
export async function readInfoTable(client: ChainClient, datanets: readonly DatanetVersion[]): Promise<Uint8Array> {
  const first = datanets.map(({ datanetId }) => ({ datanetId, version: 1n }))
  return firstInfoTable((await readNamedRows(client, first)).rows)
}
