/** eth_ methods that hand transactions in: raw, raw with the receipt as answer (EIP-7966), and filled by the node. */
import type { Backend } from '../../backend.ts'
import { hex } from '../../format/quantity.ts'
import { formatFilled } from '../../format/unsigned.ts'
import type { Json } from '../../json.ts'
import { call } from '../../params/callParam.ts'
import { optional, param } from '../../params/param.ts'
import { data, looseCount } from '../../params/shapes.ts'
import { invalidParams, RpcError, refused, SYNC_TIMEOUT } from '../../rpcError.ts'
import { type MethodTable, method } from '../method.ts'
import { fillTransaction } from './fill.ts'
import { receiptByHash } from './transactions.ts'

/** The pool takes at most 128 KiB and says so in its own words; this only bounds what is parsed. */
const RAW_BYTES_MAX = 1 << 20
/** EIP-7966 leaves both to the node: several blocks, and less than the request deadline. */
const SYNC_DEFAULT_MS = 5_000
const SYNC_MAX_MS = 20_000

async function submit(backend: Backend, raw: Uint8Array): Promise<Uint8Array> {
  const outcome = await backend.pool.submit(raw)
  if (outcome.kind === 'refused') throw refused(outcome.message)
  return outcome.hash
}

/** Resolves once a block that holds the transaction is readable; `false` when the time is over. */
function mined(backend: Backend, hash: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isMined: boolean) => {
      stop()
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      resolve(isMined)
    }
    const look = async () => (await backend.chain.placeOf(hash)) !== undefined && finish(true)
    const abort = () => finish(false)
    const stop = backend.chain.onBlock(() => void look())
    const timer = setTimeout(() => finish(false), timeoutMs)
    signal.addEventListener('abort', abort, { once: true })
    void look()
  })
}

async function sendSync(backend: Backend, raw: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<Json> {
  const hash = await submit(backend, raw)
  if (await mined(backend, hash, timeoutMs, signal)) return receiptByHash(backend, hash)
  const waited = `the transaction was added to the pool but not mined within ${timeoutMs / 1000}s`
  throw new RpcError(SYNC_TIMEOUT, waited, hex(hash))
}

const raw = param('transaction', data(RAW_BYTES_MAX))

export const sendMethods: MethodTable = {
  eth_sendRawTransaction: method([raw], async ({ backend }, bytes) => hex(await submit(backend, bytes))),
  eth_sendRawTransactionSync: method(
    [raw, optional('timeoutMs', looseCount(Number.MAX_SAFE_INTEGER))],
    ({ backend, signal }, bytes, timeoutMs) =>
      sendSync(backend, bytes, Math.min(timeoutMs || SYNC_DEFAULT_MS, SYNC_MAX_MS), signal),
  ),
  eth_fillTransaction: method([param('transaction', call)], async ({ backend }, given) =>
    formatFilled(await fillTransaction(backend, given), given.from ?? new Uint8Array(20)),
  ),
}

/** For the accounts whose keys the devnet holds. */
export const devSendMethods: MethodTable = {
  eth_sendTransaction: method([param('transaction', call)], async ({ backend }, given) => {
    if (given.from === undefined) throw invalidParams('transaction.from', 'expected an address, got nothing')
    const signed = await backend.dev?.sign(given.from, await fillTransaction(backend, given))
    if (signed === undefined) throw refused(`unknown account ${hex(given.from)}`)
    return hex(await submit(backend, signed))
  }),
}
