/**
 * The canonical encoding of `ChainParams`, whose keccak256 is block 0's extraData (runtime.md §2).
 *
 * RLP of the list [name, chainId, genesisTimeS, blockIntervalMs, epochBlocks, baseFeeFloorWei, initialBaseFeeWei,
 * bodyBytesMax, governor, devAdmin, forks]: integers big-endian without leading zeros, text as UTF-8, addresses as 20
 * bytes, no dev admin as the empty string, forks as lists [epoch, fork] in their order.
 */
import { RLP } from '@ethereumjs/rlp'
import { utf8 } from '../primitives/bytes.ts'
import type { ChainParams } from '../primitives/chainParams.ts'
import { keccak256 } from '../primitives/hashes.ts'

export function encodeChainParams(params: ChainParams): Uint8Array {
  return RLP.encode([
    utf8(params.name),
    params.chainId,
    params.genesisTimeS,
    params.blockIntervalMs,
    params.epochBlocks,
    params.baseFeeFloorWei,
    params.initialBaseFeeWei,
    params.bodyBytesMax,
    params.governor,
    params.devAdmin ?? new Uint8Array(0),
    params.forks.map(({ epoch, fork }) => [epoch, utf8(fork)]),
  ])
}

export function paramsHash(params: ChainParams): Uint8Array {
  return keccak256(encodeChainParams(params))
}
