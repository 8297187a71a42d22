/** What a header must hold given its parent, its epoch and the parent's state (runtime.md §3). */
import { concat, equal, utf8 } from '../../primitives/bytes.ts'
import type { ChainParams } from '../../primitives/chainParams.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { Header } from './header.ts'

/** EIP-1559: the gas target is half the limit; the base fee moves by at most an eighth. */
const ELASTICITY = 2n
const BASE_FEE_CHANGE_DENOMINATOR = 8n

/** Base fee of the block after `parent` (EIP-1559), not below the floor. */
export function nextBaseFee(params: ChainParams, parent: Header): bigint {
  const { gasUsed, gasLimit, baseFeeWei } = parent
  const target = gasLimit / ELASTICITY
  const distance = gasUsed > target ? gasUsed - target : target - gasUsed
  const step = (baseFeeWei * distance) / target / BASE_FEE_CHANGE_DENOMINATOR
  const next = gasUsed > target ? baseFeeWei + (step > 1n ? step : 1n) : baseFeeWei - step
  return next > params.baseFeeFloorWei ? next : params.baseFeeFloorWei
}

/** Predictable on purpose: who needs chance uses commit and reveal. */
export function mixHashOf(keccak: Hasher, parentHash: Uint8Array): Uint8Array {
  return keccak(concat(utf8('RNDO'), parentHash))
}

/** Epoch in which a block stands: e holds blocks e·B + 1 … (e + 1)·B (consensus.md §7). */
export function epochOfBlock(params: ChainParams, number: number): number {
  return Math.floor((number - 1) / params.epochBlocks)
}

export function isFirstOfEpoch(params: ChainParams, number: number): boolean {
  return (number - 1) % params.epochBlocks === 0
}

export interface HeaderContext {
  readonly params: ChainParams
  readonly keccak: Hasher
  readonly parent: Header
  readonly parentHash: Uint8Array
  readonly epochHash: Uint8Array
  /** Block gas limit by the parameters in the parent's state. */
  readonly gasLimit: bigint
  /** Fee recipient of the leader of the candidate's view. */
  readonly coinbase: Uint8Array
}

export type HeaderRule =
  | 'ParentHash'
  | 'Number'
  | 'GasLimit'
  | 'GasUsedMax'
  | 'BaseFee'
  | 'Timestamp'
  | 'Coinbase'
  | 'EpochHash'
  | 'MixHash'
  | 'OriginHash'

const ZERO_HASH = new Uint8Array(32)

/** The rules in the order of runtime.md §5.3; `undefined` when all hold. */
export function checkHeader(header: Header, context: HeaderContext): Refusal<HeaderRule> | undefined {
  const { params, parent, keccak } = context
  if (!equal(header.parentHash, context.parentHash)) return refuse('ParentHash', context.parentHash, header.parentHash)
  if (header.number !== parent.number + 1) return refuse('Number', parent.number + 1, header.number)
  if (header.gasLimit !== context.gasLimit) return refuse('GasLimit', context.gasLimit, header.gasLimit)
  if (header.gasUsed > header.gasLimit) return refuse('GasUsedMax', `at most ${header.gasLimit}`, header.gasUsed)
  const baseFeeWei = nextBaseFee(params, parent)
  if (header.baseFeeWei !== baseFeeWei) return refuse('BaseFee', baseFeeWei, header.baseFeeWei)
  if (header.timestamp < parent.timestamp) return refuse('Timestamp', `at least ${parent.timestamp}`, header.timestamp)
  if (!equal(header.coinbase, context.coinbase)) return refuse('Coinbase', context.coinbase, header.coinbase)
  if (!equal(header.extraData, context.epochHash)) return refuse('EpochHash', context.epochHash, header.extraData)
  const mixHash = mixHashOf(keccak, header.parentHash)
  if (!equal(header.mixHash, mixHash)) return refuse('MixHash', mixHash, header.mixHash)
  if (!equal(header.parentBeaconBlockRoot, ZERO_HASH))
    return refuse('OriginHash', ZERO_HASH, header.parentBeaconBlockRoot)
  return undefined
}
