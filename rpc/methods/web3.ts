/** web3_ methods. */
import { keccak256 } from '../../primitives/hashes.ts'
import { hex } from '../format/quantity.ts'
import { param } from '../params/param.ts'
import { data } from '../params/shapes.ts'
import { type MethodTable, method } from './method.ts'

/** Hashing this much takes some tens of milliseconds of the main loop. */
const HASHED_BYTES_MAX = 1 << 20

export const web3Methods: MethodTable = {
  web3_clientVersion: method([], ({ backend }) => backend.clientVersion),
  web3_sha3: method([param('data', data(HASHED_BYTES_MAX))], (_session, bytes) => hex(keccak256(bytes))),
}
