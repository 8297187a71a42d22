/** People, natives and rows that the tests of Datanets share. */
import { CONTRIBUTOR_ADDRESS, DATANET_ADDRESS } from '../../../precompiles/addresses.ts'
import { contributorAbi } from '../../../precompiles/generated/contributor.ts'
import { datanetAbi } from '../../../precompiles/generated/datanet.ts'
import { toHex, utf8 } from '../../../primitives/bytes.ts'
import { encodeRow } from '../../../primitives/rows.ts'
import { account } from '../world.ts'

export const datanet = { address: DATANET_ADDRESS, abi: datanetAbi }
export const identity = { address: CONTRIBUTOR_ADDRESS, abi: contributorAbi }
export const owner = { from: account(1) }
export const alice = { from: account(2) }
export const bob = { from: account(3) }
export const REVEAL_WINDOW_S = 100n

export function row(text: string): Uint8Array {
  const bytes = encodeRow({ input: utf8(`say ${text}`), output: utf8(text) })
  if ('kind' in bytes) throw new Error(bytes.code)
  return bytes
}
export const hexRow = (text: string): `0x${string}` => toHex(row(text))
