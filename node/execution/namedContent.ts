/** Content that a block's logs name: model versions' adapters, sources and evaluations are kept once they are registered. */
import { parseEventLogs } from 'viem'
import { MODEL_ADDRESS } from '../../precompiles/addresses.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { equal, fromHex, toHex } from '../../primitives/bytes.ts'
import { CHUNK_BYTES_MAX, parseManifest } from '../../primitives/contentId.ts'
import type { Log } from '../../runtime/block/receipt.ts'

/** Digests of every object that the logs name, chunks of held manifests included. */
export function contentNamedBy(
  logs: readonly Log[],
  contentOf: (digest: Uint8Array) => Uint8Array | undefined,
): Uint8Array[] {
  const ours = logs.filter((log) => equal(log.address, MODEL_ADDRESS))
  if (ours.length === 0) return []
  const rpcLogs = ours.map((log) => ({
    address: toHex(log.address),
    topics: log.topics.map((topic) => toHex(topic)),
    data: toHex(log.data),
  }))
  const registered = parseEventLogs({ abi: modelAbi, eventName: 'VersionRegistered', logs: rpcLogs as never })
  return registered.flatMap(({ args: { spec } }) => [
    ...objectsOf(spec.adapter, contentOf),
    ...objectsOf(spec.source, contentOf),
    fromHex(spec.evaluation),
  ])
}

function objectsOf(
  ref: { readonly digest: `0x${string}`; readonly sizeBytes: bigint },
  contentOf: (digest: Uint8Array) => Uint8Array | undefined,
): Uint8Array[] {
  const digest = fromHex(ref.digest)
  const manifest = ref.sizeBytes > CHUNK_BYTES_MAX ? contentOf(digest) : undefined
  return [digest, ...((manifest && parseManifest(manifest, Number(ref.sizeBytes))) ?? [])]
}
