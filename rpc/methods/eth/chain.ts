/** eth_ methods about the chain as a whole: its id, its head, its prices. */
import { toHex } from '../../../primitives/bytes.ts'
import { quantity } from '../../format/quantity.ts'
import { type MethodTable, method } from '../method.ts'
import { suggestedGasPriceWei, suggestedTipWei } from './gasPrice.ts'

export const chainMethods: MethodTable = {
  eth_chainId: method([], ({ backend }) => quantity(backend.chainId)),
  eth_blockNumber: method([], ({ backend }) => quantity(backend.chain.head().number)),
  /** A node of version 1 answers only once it stands at its head. */
  eth_syncing: method([], () => false),
  eth_accounts: method([], ({ backend }) => (backend.dev?.accounts ?? []).map((account) => toHex(account))),
  eth_gasPrice: method([], async ({ backend }) => quantity(await suggestedGasPriceWei(backend))),
  eth_maxPriorityFeePerGas: method([], async ({ backend }) => quantity(await suggestedTipWei(backend))),
  eth_baseFee: method([], ({ backend }) => quantity(backend.chain.nextBaseFeeWei(backend.chain.head()))),
  /** The chain takes no blobs; EIP-4844's price of none is its minimum, 1 wei. */
  eth_blobBaseFee: method([], () => '0x1'),
}
