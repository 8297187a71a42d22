/** What block 0 is made of: balances, predeploys and the natives' genesis, in the shapes that their rooms take. */
import { STAKING_ADDRESS } from '../precompiles/addresses.ts'
import type { NativeGenesis } from '../precompiles/genesis.ts'
import type { Network } from './network.ts'

export interface GenesisBalance {
  readonly address: Uint8Array
  readonly balanceWei: bigint
}

/** Every balance of block 0, stakes included, which `IStaking` holds; they add up to the supply. */
export function genesisBalances(network: Pick<Network, 'allocations' | 'validators'>): GenesisBalance[] {
  const stakedWei = network.validators.reduce((sum, { stakeWei }) => sum + stakeWei, 0n)
  const plain = network.allocations.map(({ address, balanceWei }) => ({ address, balanceWei }))
  return [...plain, { address: STAKING_ADDRESS, balanceWei: stakedWei }]
}

export function nativeGenesis(network: Pick<Network, 'params' | 'parameters' | 'validators'>): NativeGenesis {
  const { governor, devAdmin } = network.params
  return { governor, devAdmin, params: network.parameters, validators: network.validators }
}
