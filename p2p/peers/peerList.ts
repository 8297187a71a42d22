/** Addresses of peers as one peer tells them to another; each is believed once a connection to it stands. */
import { utf8 } from '../../primitives/bytes.ts'
import { bytesField, type Codec, messageCodec, repeatedField } from '../../primitives/wire/message.ts'
import { ADDRESS_BYTES_MAX, TOLD_ADDRESSES_MAX } from '../limits.ts'
import { type PeerAddress, parseAddress } from './address.ts'

interface WireAddress {
  /** ASCII. */
  readonly text: Uint8Array
}

const addressCodec: Codec<WireAddress> = messageCodec<WireAddress>(
  'Address',
  { text: [1, bytesField(1, ADDRESS_BYTES_MAX)] },
  ADDRESS_BYTES_MAX + 4,
)

export interface PeerList {
  readonly addresses: readonly WireAddress[]
}

export const PEER_LIST_BYTES_MAX = TOLD_ADDRESSES_MAX * (ADDRESS_BYTES_MAX + 8)

export const peerListCodec: Codec<PeerList> = messageCodec<PeerList>(
  'PeerList',
  { addresses: [1, repeatedField(addressCodec, 0, TOLD_ADDRESSES_MAX)] },
  PEER_LIST_BYTES_MAX,
)

export function encodePeerList(addresses: readonly PeerAddress[]): Uint8Array {
  return peerListCodec.encode({
    addresses: addresses.slice(0, TOLD_ADDRESSES_MAX).map(({ text }) => ({ text: utf8(text) })),
  })
}

/** Undefined: no list. Addresses of forms that we do not know are left out: a later release may have more. */
export function decodePeerList(bytes: Uint8Array): PeerAddress[] | undefined {
  const list = peerListCodec.decode(bytes)
  if ('kind' in list) return undefined
  return list.addresses
    .map(({ text }) => parseAddress(Buffer.from(text).toString('latin1')))
    .filter((address) => address !== undefined)
}
