/** The contracts that stand in block 0 at their usual addresses, and the code hashes that they must have. */
import { equal, fromHex, toHex } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/hashes.ts'
import { type Field, invalid, readHex, readObject } from './fields.ts'

export interface Predeploy {
  readonly name: string
  readonly address: Uint8Array
  /** Runtime bytecode. */
  readonly code: Uint8Array
}

/** The executor writes to the last two and treats missing code as a fault (runtime.md §2), so every network has all. */
export const PREDEPLOYS = [
  {
    name: 'Multicall3',
    address: fromHex('0xcA11bde05977b3631167028862bE2a173976CA11'),
    codeHash: fromHex('0xd5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891'),
  },
  {
    name: 'DeterministicDeploymentProxy',
    address: fromHex('0x4e59b44847b379578588920cA78FbF26c0B4956C'),
    codeHash: fromHex('0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989'),
  },
  {
    name: 'HistoryStorage',
    source: 'EIP-2935',
    address: fromHex('0x0000F90827F1C53a10cb7A02335B175320002935'),
    codeHash: fromHex('0x6e49e66782037c0555897870e29fa5e552daf4719552131a0abce779daec0a5d'),
  },
  {
    name: 'BeaconRoots',
    source: 'EIP-4788',
    address: fromHex('0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02'),
    codeHash: fromHex('0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c'),
  },
] as const

/** The file's `predeploys`: all of the table, no other, each with the code that its hash names. */
export function readPredeploys(field: Field): Predeploy[] {
  const names = PREDEPLOYS.map(({ name }) => name)
  const codes = readObject(field, names)
  return PREDEPLOYS.map(({ name, address, codeHash }) => {
    const code = readHex(codes[name])
    const got = keccak256(code)
    if (!equal(got, codeHash)) throw invalid(codes[name], `code of hash ${toHex(codeHash)}`, toHex(got))
    return { name, address, code }
  })
}
