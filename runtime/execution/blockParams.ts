/** Reads of the natives' storage from outside the EVM: block parameters here, the validator set and others in `node/`. */
import { PARAMS_ADDRESS } from '../../precompiles/addresses.ts'
import { readParamFrom } from '../../precompiles/params/contract.ts'
import type { StorageReader } from '../../precompiles/storage.ts'
import { bytesToUint, uintToBytes } from '../../primitives/bytes.ts'
import type { ChainRules } from '../chainRules.ts'
import { createLayer, type Layer } from '../state/overlayState.ts'
import type { StateRoot } from '../state/stateRoot.ts'

export interface BlockParams {
  readonly gasLimit: bigint
  readonly burnBps: bigint
}

/** Storage of one native in a state, for the readers that precompiles export. */
export function storageReader(rules: ChainRules, state: Layer | StateRoot, native: Uint8Array): StorageReader {
  const layer = createLayer(state)
  return { sload: (slot) => bytesToUint(layer.storageAt(native, uintToBytes(slot, 32))), keccak: rules.keccak }
}

/** Block parameters by the parent's state: total, so that no vote can halt the chain. */
export function readBlockParams(rules: ChainRules, state: Layer | StateRoot): BlockParams {
  const reader = storageReader(rules, state, PARAMS_ADDRESS)
  return { gasLimit: readParamFrom(reader, 'blockGasLimit'), burnBps: readParamFrom(reader, 'baseFeeBurnBps') }
}
