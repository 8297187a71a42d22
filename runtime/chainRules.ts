/** Everything a node must share to execute alike: parameters, EVM rules, cryptography and the native contracts. */
import type { Common } from '@ethereumjs/common'
import type { ChainParams } from '../primitives/chainParams.ts'
import type { Hasher } from '../primitives/hashes.ts'
import { nobleCrypto, type RuntimeCrypto } from './crypto.ts'
import { createEvmRules } from './evm/evmRules.ts'
import { createNativeContracts, type NativeContracts } from './evm/nativeContracts.ts'

export interface ChainRules {
  readonly params: ChainParams
  readonly crypto: RuntimeCrypto
  readonly keccak: Hasher
  /** What the EVM library reads its rules from; shared by all blocks, never changed. */
  readonly common: Common
  readonly natives: NativeContracts
}

export interface ChainRulesOptions {
  /** Default: all that precompiles/natives.ts lists. */
  readonly natives?: NativeContracts
  /** Default: noble. `node/` passes in native twins. */
  readonly crypto?: RuntimeCrypto
}

/** The rules of one network; deterministic in `params` and the natives. */
export function createChainRules(params: ChainParams, options: ChainRulesOptions = {}): ChainRules {
  const crypto = options.crypto ?? nobleCrypto
  const natives = options.natives ?? createNativeContracts()
  const common = createEvmRules(params, crypto)
  return { params, crypto, keccak: crypto.keccak, common, natives }
}
