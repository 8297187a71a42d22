/** A refusal as JSON-RPC sends it: code, message and, for reverts, data (rpc.md, "Codes"). */
import { toHex } from '../primitives/bytes.ts'
import type { EvmFailure, Refused } from './backend.ts'
import { NATIVE_ERRORS } from './ledger/natives.ts'
import { revertReason } from './revertReason.ts'

export const PARSE_ERROR = -32700
export const INVALID_REQUEST = -32600
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602
export const REFUSED = -32000
export const TIMEOUT = -32002
export const RESPONSE_TOO_LARGE = -32003
/** Only for a bug of ours: wallets repeat what fails with it. */
export const INTERNAL = -32603
export const REVERTED = 3
/** EIP-7966: the transaction was taken but not mined in time. */
export const SYNC_TIMEOUT = 4

export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

export const refused = (message: string): RpcError => new RpcError(REFUSED, message)

export const invalidParams = (argument: string, complaint: string): RpcError =>
  new RpcError(INVALID_PARAMS, `invalid argument ${argument}: ${complaint}`)

/** Why an EVM run has no answer, as an error. */
export async function evmError(failure: EvmFailure): Promise<RpcError> {
  switch (failure.kind) {
    case 'reverted':
      return revertedError(failure.data)
    case 'timeout':
      return new RpcError(TIMEOUT, `execution aborted (timeout = ${failure.deadlineMs / 1000}s)`)
    case 'refused':
      return refusedError(failure)
  }
}

async function revertedError(data: Uint8Array): Promise<RpcError> {
  const reason = await revertReason(data, NATIVE_ERRORS)
  return new RpcError(REVERTED, reason === '' ? 'execution reverted' : `execution reverted: ${reason}`, toHex(data))
}

export const refusedError = (refusal: Refused): RpcError => refused(refusal.message)
