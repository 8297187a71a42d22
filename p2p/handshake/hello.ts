/** The first message of a connection, each way: which chain, which forks, which release (runtime.md §2). */
import { concat, equal, toHex, uintToBytes, utf8 } from '../../primitives/bytes.ts'
import type { ForkEntry } from '../../primitives/chainParams.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { bytesField, type Codec, messageCodec, uintField } from '../../primitives/wire/message.ts'

/** Changes when what follows the handshake is spoken otherwise; each protocol's name has a version besides. */
export const HELLO_VERSION = 1
const CLIENT_BYTES_MAX = 64
/** Five short fields and two hashes. */
export const HELLO_BYTES_MAX = 256

export interface Hello {
  readonly version: number
  /** 8 bytes. */
  readonly chainId: Uint8Array
  readonly genesisHash: Uint8Array
  /** The sender's epoch. */
  readonly epoch: number
  /** Hash of the fork entries that are active by that epoch. */
  readonly forksHash: Uint8Array
  /** `openledger-node/0.1.0`; ASCII, for people. */
  readonly client: Uint8Array
}

export const helloCodec: Codec<Hello> = messageCodec<Hello>(
  'Hello',
  {
    version: [1, uintField()],
    chainId: [2, bytesField(8)],
    genesisHash: [3, bytesField(32)],
    epoch: [4, uintField()],
    forksHash: [5, bytesField(32)],
    client: [6, bytesField(1, CLIENT_BYTES_MAX)],
  },
  HELLO_BYTES_MAX,
  ({ client }) => (client.every((byte) => byte > 0x20 && byte < 0x7f) ? undefined : 'a client of printable ASCII'),
)

/** The chain that this node follows. */
export interface ChainIdentity {
  readonly chainId: bigint
  readonly genesisHash: Uint8Array
  readonly forks: readonly ForkEntry[]
  readonly client: string
}

function forksHash(forks: readonly ForkEntry[], epoch: number): Uint8Array {
  const active = forks.filter((entry) => entry.epoch <= epoch).sort((a, b) => a.epoch - b.epoch)
  return keccak256(concat(...active.map((entry) => concat(uintToBytes(entry.epoch, 8), utf8(`${entry.fork}\n`)))))
}

export function ownHello(chain: ChainIdentity, epoch: number): Hello {
  return {
    version: HELLO_VERSION,
    chainId: uintToBytes(chain.chainId, 8),
    genesisHash: chain.genesisHash,
    epoch,
    forksHash: forksHash(chain.forks, epoch),
    client: utf8(chain.client.slice(0, CLIENT_BYTES_MAX)),
  }
}

/** In words, how the peer's chain is another; undefined: it is ours. */
export function differenceOf(chain: ChainIdentity, peer: Hello): string | undefined {
  const own = ownHello(chain, peer.epoch)
  if (peer.version !== own.version)
    return `it speaks version ${peer.version} of the handshake, this node ${own.version}`
  if (!equal(peer.chainId, own.chainId)) return `its chain id is ${BigInt(toHex(peer.chainId))}, ours ${chain.chainId}`
  if (!equal(peer.genesisHash, own.genesisHash))
    return `its genesis is ${toHex(peer.genesisHash)}, ours ${toHex(own.genesisHash)}`
  if (!equal(peer.forksHash, own.forksHash))
    return `its forks up to its epoch ${peer.epoch} are not those of our network file: one of the two is out of date`
  return undefined
}
