/** What block 0 is made of: balances, predeploys and the natives' genesis, in the shape that the runtime takes. */
import { STAKING_ADDRESS } from '../precompiles/addresses.ts'
import type { GenesisAccount, GenesisInput } from '../runtime/execution/genesisBlock.ts'
import type { Network } from './network.ts'

/** Every balance of block 0, stakes included, which `IStaking` holds; they add up to the supply. */
export function genesisBalances(network: Pick<Network, 'allocations' | 'validators'>): GenesisAccount[] {
  const stakedWei = network.validators.reduce((sum, { stakeWei }) => sum + stakeWei, 0n)
  const plain = network.allocations.map(({ address, balanceWei }) => ({ address, balanceWei }))
  return [...plain, { address: STAKING_ADDRESS, balanceWei: stakedWei }]
}

/** A parsed network → the input of the runtime's `createGenesisBlock`. */
export function genesisInput(network: Network): GenesisInput {
  const { governor, devAdmin } = network.params
  const contracts = network.predeploys.map(({ address, code }) => ({ address, code, nonce: CONTRACT_NONCE }))
  return {
    paramsHash: network.paramsHash,
    accounts: [...genesisBalances(network), ...contracts],
    natives: { governor, devAdmin, params: network.parameters, validators: network.validators },
  }
}

/** EIP-161: a created contract starts at nonce 1. */
const CONTRACT_NONCE = 1n
