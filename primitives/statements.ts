/** Signed statements: the bytes that a validator's BLS key may sign, and hashes of the same family (consensus.md §2). */
import { concat, uintToBytes, utf8 } from './bytes.ts'
import { keccak256 } from './hashes.ts'

/** The domain-separation tag of every BLS signature of the chain. */
export const BLS_DST = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_'

export interface ChainContext {
  readonly chainId: bigint
  /** Hash of block 0, 32 bytes. */
  readonly genesisHash: Uint8Array
}

export type Statement =
  | { readonly kind: 'proposal'; readonly epochHash: Uint8Array; readonly view: number; readonly id: Uint8Array }
  | { readonly kind: 'notarize'; readonly epochHash: Uint8Array; readonly view: number; readonly id: Uint8Array }
  | { readonly kind: 'finalize'; readonly epochHash: Uint8Array; readonly view: number; readonly id: Uint8Array }
  | { readonly kind: 'skip'; readonly epochHash: Uint8Array; readonly view: number }
  | {
      readonly kind: 'possession'
      readonly blsKey: Uint8Array
      readonly p2pKey: Uint8Array
      readonly operator: Uint8Array
    }
  | {
      readonly kind: 'attribution'
      readonly epochHash: Uint8Array
      readonly jobId: Uint8Array
      readonly root: Uint8Array
    }

const TAG = {
  proposal: 'PROP',
  notarize: 'NOTR',
  finalize: 'FINL',
  skip: 'SKIP',
  possession: 'POPK',
  attribution: 'ATTR',
} as const

/** `tag[4] ‖ chainId[8] ‖ genesisHash[32]`. */
export function contextBytes(tag: string, chain: ChainContext): Uint8Array {
  return concat(utf8(tag), uintToBytes(chain.chainId, 8), chain.genesisHash)
}

function fields(statement: Statement): Uint8Array[] {
  switch (statement.kind) {
    case 'proposal':
    case 'notarize':
    case 'finalize':
      return [statement.epochHash, uintToBytes(statement.view, 8), statement.id]
    case 'skip':
      return [statement.epochHash, uintToBytes(statement.view, 8)]
    case 'possession':
      return [statement.blsKey, statement.p2pKey, statement.operator]
    case 'attribution':
      return [statement.epochHash, statement.jobId, statement.root]
    default:
      return statement satisfies never
  }
}

/** The signed preimage: `ctx(tag) ‖ fields`. */
export function statementBytes(chain: ChainContext, statement: Statement): Uint8Array {
  return concat(contextBytes(TAG[statement.kind], chain), ...fields(statement))
}

/** What is signed: keccak256 of `statementBytes`, 32 bytes. */
export function statementHash(chain: ChainContext, statement: Statement): Uint8Array {
  return keccak256(statementBytes(chain, statement))
}
