/** What a version was trained on, as IDatanet froze it: seeds for the guard, and how many rows the index must have. */
import { datanetContract } from '../datanet/contract.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'

export interface DatanetVersion {
  readonly datanetId: bigint
  readonly version: bigint
}

/** In the order named; refuses a version that is not published. */
export function readDatanetVersions(host: NativeHost, named: readonly DatanetVersion[]) {
  host.charge(STEP_GAS * BigInt(named.length))
  const versions = named.map(({ datanetId, version }) =>
    datanetContract.call(host, 0n, 'versionOf', datanetId, version),
  )
  return { seeds: versions.map(({ seed }) => seed), rowCount: versions.reduce((sum, { count }) => sum + count, 0n) }
}
