/** Content that a block's logs name: model versions' adapters, sources and evaluations are kept once they are registered. */
import { modelContract } from '../../precompiles/model/contract.ts'
import { equal } from '../../primitives/bytes.ts'
import type { ContentRef } from '../../primitives/contentId.ts'
import type { Log } from '../../runtime/block/receipt.ts'

/** What the logs name; an evaluation is one object, whose length the chain does not know. */
export function contentNamedBy(logs: readonly Log[]): ContentRef[] {
  return logs.flatMap((log) => {
    if (!equal(log.address, modelContract.address)) return []
    const registered = modelContract.readEvent('VersionRegistered', log)
    if (registered === undefined) return []
    const { adapter, source, evaluation } = registered.spec
    return [refOf(adapter), refOf(source), { digest: evaluation, bytes: 0 }]
  })
}

function refOf({ digest, sizeBytes }: { readonly digest: Uint8Array; readonly sizeBytes: bigint }): ContentRef {
  return { digest, bytes: Number(sizeBytes) }
}
