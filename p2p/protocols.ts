/** Names of what is spoken: `/openledger/<network>/<what>/<version>` (architecture.md, "Wire and names"). */

/** Streams that we open; the handshake has no name of its own, for it comes before the first stream. */
export type Protocol = 'simplex' | 'status' | 'candidate' | 'sealing' | 'blocks' | 'content' | 'peers'

const VERSION = 1

export function protocolName(network: string, what: Protocol | 'block' | 'transaction'): string {
  return `/openledger/${network}/${what}/${VERSION}`
}
