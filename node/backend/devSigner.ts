/** Signs with the published keys of a devnet's accounts (eth_sendTransaction). */
import { toHex as viemHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { UnsignedTransaction } from '../../rpc/backend.ts'

export interface DevSigner {
  readonly addresses: readonly Uint8Array[]
  /** Raw transaction; `undefined` for an account whose key is not held. */
  sign(from: Uint8Array, transaction: UnsignedTransaction): Promise<Uint8Array | undefined>
}

const TYPES = { 0: 'legacy', 1: 'eip2930', 2: 'eip1559', 4: 'eip7702' } as const

function viemTransaction(transaction: UnsignedTransaction) {
  const { type, gasPriceWei, maxFeeWei, maxTipWei } = transaction
  return {
    type: TYPES[type],
    chainId: Number(transaction.chainId),
    to: transaction.to === null ? null : toHex(transaction.to),
    nonce: Number(transaction.nonce),
    gas: transaction.gasLimit,
    value: transaction.valueWei,
    data: toHex(transaction.data),
    ...(type <= 1 ? { gasPrice: gasPriceWei ?? 0n } : { maxFeePerGas: maxFeeWei, maxPriorityFeePerGas: maxTipWei }),
    ...(type !== 0 && {
      accessList: transaction.accessList.map((item) => ({
        address: toHex(item.address),
        storageKeys: item.storageKeys.map(toHex),
      })),
    }),
    ...(type === 4 && {
      authorizationList: transaction.authorizations.map((one) => ({
        chainId: Number(one.chainId),
        address: toHex(one.address),
        nonce: Number(one.nonce),
        yParity: one.yParity,
        r: viemHex(one.r, { size: 32 }),
        s: viemHex(one.s, { size: 32 }),
      })),
    }),
  }
}

/** `keys` are 32-byte private keys that anyone may know. */
export function createDevSigner(keys: readonly Uint8Array[]): DevSigner {
  const accounts = new Map(
    keys.map((key) => [privateKeyToAccount(toHex(key))] as const).map(([one]) => [one.address.toLowerCase(), one]),
  )
  return {
    addresses: [...accounts.keys()].map((address) => fromHex(address as `0x${string}`)),
    async sign(from, transaction) {
      const account = accounts.get(toHex(from))
      if (account === undefined) return undefined
      const request = viemTransaction(transaction) as Parameters<typeof account.signTransaction>[0]
      return fromHex(await account.signTransaction(request))
    },
  }
}
