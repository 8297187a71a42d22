/** Names of what is spoken: `/openledger/<network>/<what>/<version>` (architecture.md, "Wire and names"). */
import type { Topic } from './surface.ts'

/** Streams that we open; the handshake has no name of its own, for it comes before the first stream. */
export type Protocol = 'simplex' | 'status' | 'candidate' | 'sealing' | 'blocks' | 'transactions' | 'content' | 'peers'

/** Of all that is not named here: 1. */
const VERSIONS: Readonly<Partial<Record<Protocol | Topic, number>>> = {
  /** Large ones by hash. */
  transaction: 2,
}

export function protocolName(network: string, what: Protocol | Topic): string {
  return `/openledger/${network}/${what}/${VERSIONS[what] ?? 1}`
}
