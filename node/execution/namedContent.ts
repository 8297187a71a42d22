/** Content that a block's logs name: model versions' adapters, sources and evaluations are kept once they are registered. */
import { parseEventLogs } from 'viem'
import { MODEL_ADDRESS } from '../../precompiles/addresses.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { equal, fromHex, toHex } from '../../primitives/bytes.ts'
import type { ContentRef } from '../../primitives/contentId.ts'
import type { Log } from '../../runtime/block/receipt.ts'

/** What the logs name; an evaluation is one object, whose length the chain does not know. */
export function contentNamedBy(logs: readonly Log[]): ContentRef[] {
  const ours = logs.filter((log) => equal(log.address, MODEL_ADDRESS))
  if (ours.length === 0) return []
  const rpcLogs = ours.map((log) => ({
    address: toHex(log.address),
    topics: log.topics.map((topic) => toHex(topic)),
    data: toHex(log.data),
  }))
  const registered = parseEventLogs({ abi: modelAbi, eventName: 'VersionRegistered', logs: rpcLogs as never })
  return registered.flatMap(({ args: { spec } }) => [
    refOf(spec.adapter),
    refOf(spec.source),
    { digest: fromHex(spec.evaluation), bytes: 0 },
  ])
}

function refOf(ref: { readonly digest: `0x${string}`; readonly sizeBytes: bigint }): ContentRef {
  return { digest: fromHex(ref.digest), bytes: Number(ref.sizeBytes) }
}
