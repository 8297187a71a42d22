/** Signs with the published keys of a devnet's accounts (eth_sendTransaction). */
import type { PrivateKeyAccount } from 'viem'
import type { DevAccount } from '../../genesis/devKeys.ts'
import { fromHex, toHex, uintToBytes } from '../../primitives/bytes.ts'
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
        r: toHex(uintToBytes(one.r, 32)),
        s: toHex(uintToBytes(one.s, 32)),
      })),
    }),
  }
}

/** Keys that anyone may know, of these addresses. */
export function createDevSigner(accounts: readonly DevAccount[]): DevSigner {
  const keys = new Map(accounts.map(({ address, key }) => [toHex(address), key]))
  const opened = new Map<string, PrivateKeyAccount>()
  /** viem is loaded with the first signature: without it the node starts sooner. */
  const accountOf = async (address: Uint8Array): Promise<PrivateKeyAccount | undefined> => {
    const name = toHex(address)
    const key = keys.get(name)
    if (key === undefined || opened.has(name)) return opened.get(name)
    const { privateKeyToAccount } = await import('viem/accounts')
    const account = privateKeyToAccount(toHex(key))
    opened.set(name, account)
    return account
  }
  return {
    addresses: accounts.map(({ address }) => address),
    async sign(from, transaction) {
      const account = await accountOf(from)
      if (account === undefined) return undefined
      const request = viemTransaction(transaction) as Parameters<typeof account.signTransaction>[0]
      return fromHex(await account.signTransaction(request))
    },
  }
}
