/** eth_ methods that read accounts: balance, nonce, code, storage, proofs. */
import type { Backend } from '../../backend.ts'
import { hex, quantity, word } from '../../format/quantity.ts'
import type { Json } from '../../json.ts'
import { type BlockParam, block, isPending, LATEST, stateHeight } from '../../params/blockParam.ts'
import { param, type Shape, withDefault } from '../../params/param.ts'
import { address, list, slot } from '../../params/shapes.ts'
import { type MethodTable, method } from '../method.ts'

/** Each is a walk of the trie: a thousand take some tens of milliseconds. */
const PROOF_SLOTS_MAX = 1_024

const at = withDefault('block', block, LATEST)

/** A slot and the text by which the client named it: answers repeat it. */
const namedSlot: Shape<{ readonly slot: bigint; readonly text: string }> = {
  schema: slot.schema,
  parse: (value, path) => ({ slot: slot.parse(value, path), text: value as string }),
}

async function nonceOf(backend: Backend, account: Uint8Array, wanted: BlockParam): Promise<Json> {
  if (isPending(wanted)) return quantity(await backend.pool.nextNonce(account))
  const found = await backend.state.account(account, await stateHeight(backend, wanted))
  return quantity(found?.nonce ?? 0n)
}

async function proofOf(
  backend: Backend,
  account: Uint8Array,
  slots: readonly { readonly slot: bigint; readonly text: string }[],
  wanted: BlockParam,
): Promise<Json> {
  const height = await stateHeight(backend, wanted)
  const proof = await backend.state.proof(
    account,
    slots.map((one) => one.slot),
    height,
  )
  return {
    address: hex(account),
    accountProof: proof.accountProof.map(hex),
    balance: quantity(proof.account.balanceWei),
    codeHash: hex(proof.account.codeHash),
    nonce: quantity(proof.account.nonce),
    storageHash: hex(proof.account.storageRoot),
    storageProof: proof.storageProof.map((one, i) => ({
      key: slots[i]!.text,
      value: quantity(one.value),
      proof: one.proof.map(hex),
    })),
  }
}

export const stateMethods: MethodTable = {
  eth_getBalance: method([param('address', address), at], async ({ backend }, account, wanted) => {
    const found = await backend.state.account(account, await stateHeight(backend, wanted))
    return quantity(found?.balanceWei ?? 0n)
  }),
  eth_getTransactionCount: method([param('address', address), at], ({ backend }, account, wanted) =>
    nonceOf(backend, account, wanted),
  ),
  eth_getCode: method([param('address', address), at], async ({ backend }, account, wanted) =>
    hex(await backend.state.code(account, await stateHeight(backend, wanted))),
  ),
  eth_getStorageAt: method(
    [param('address', address), param('slot', slot), at],
    async ({ backend }, account, position, wanted) =>
      word(await backend.state.storage(account, position, await stateHeight(backend, wanted))),
  ),
  eth_getProof: method(
    [param('address', address), param('storageKeys', list(namedSlot, PROOF_SLOTS_MAX)), at],
    ({ backend }, account, slots, wanted) => proofOf(backend, account, slots, wanted),
  ),
}
