/** A request's text → the response's text: parse, look the method up, run it, word its error (JSON-RPC 2.0). */

import type { Json } from '../json.ts'
import { BATCH_ITEMS_MAX, BATCH_LANES, IN_FLIGHT_MAX, REQUEST_DEADLINE_MS, RESPONSE_BYTES_MAX } from '../limits.ts'
import type { Method, Session } from '../methods/method.ts'
import { parseParams, quote } from '../params/param.ts'
import {
  INTERNAL,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  REFUSED,
  RESPONSE_TOO_LARGE,
  RpcError,
  TIMEOUT,
} from '../rpcError.ts'
import { createInFlight } from './inFlight.ts'

export interface DispatchOptions {
  /** Own properties only: `constructor` is no method. */
  readonly methods: ReadonlyMap<string, Method>
  readonly deadlineMs?: number
  readonly responseBytesMax?: number
  /** Requests of one client at work at once. */
  readonly inFlightMax?: number
  /** A bug in a method: the caller learns only that there was one. */
  readonly onFault: (method: string, error: unknown) => void
}

/** Text of the response; `undefined` when all requests were notifications. */
export type Dispatch = (text: string, session: Omit<Session, 'signal'>, client: string) => Promise<string | undefined>

type Id = string | number | null

const MISSING = Symbol('no id')

export function createDispatch(options: DispatchOptions): Dispatch {
  const responseBytesMax = options.responseBytesMax ?? RESPONSE_BYTES_MAX
  const inFlightMax = options.inFlightMax ?? IN_FLIGHT_MAX
  const inFlight = createInFlight(inFlightMax)
  return async (text, session, client) => {
    let request: unknown
    try {
      request = JSON.parse(text)
    } catch {
      return errorText(null, new RpcError(PARSE_ERROR, 'parse error: the body is not JSON'))
    }
    const requests = Array.isArray(request) ? request.length : 1
    // A batch that is over the bound by itself would never find room.
    const places = Math.min(requests, inFlightMax)
    if (!inFlight.enter(client, places)) return busyText(request, inFlightMax)
    try {
      if (Array.isArray(request)) return await runBatch(options, request, session, responseBytesMax)
      return await runOne(options, request, session, responseBytesMax)
    } finally {
      inFlight.leave(client, places)
    }
  }
}

function errorText(id: Id, error: RpcError): string {
  const { code, message, data } = error
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } })
}

/** Each request is refused by its own id: a WebSocket client waits for that. */
function busyText(request: unknown, inFlightMax: number): string {
  const busy = new RpcError(REFUSED, `too many requests in flight, at most ${inFlightMax} a client`)
  if (!Array.isArray(request)) return errorText(idOf(request), busy)
  return `[${request
    .slice(0, BATCH_ITEMS_MAX)
    .map((one) => errorText(idOf(one), busy))
    .join(',')}]`
}

const tooLarge = (max: number) => new RpcError(RESPONSE_TOO_LARGE, `response too large: over ${max} bytes`)

/** Lanes take items in order; once the answers are over the limit, the rest are refused unrun. */
async function runBatch(
  options: DispatchOptions,
  requests: readonly unknown[],
  session: Omit<Session, 'signal'>,
  responseBytesMax: number,
): Promise<string | undefined> {
  if (requests.length === 0) return errorText(null, new RpcError(INVALID_REQUEST, 'empty batch'))
  if (requests.length > BATCH_ITEMS_MAX)
    return errorText(
      null,
      new RpcError(INVALID_REQUEST, `batch too large: ${requests.length} of at most ${BATCH_ITEMS_MAX}`),
    )
  const answers: (string | undefined)[] = new Array(requests.length)
  let next = 0
  let bytesLeft = responseBytesMax
  const lane = async () => {
    for (let i = next++; i < requests.length; i = next++) {
      const run = bytesLeft > 0 ? await runOne(options, requests[i], session, bytesLeft) : ''
      // Asked again: the other lanes have taken of the room meanwhile.
      const fits = bytesLeft > 0 && (run?.length ?? 0) <= bytesLeft
      const answer = fits ? run : errorText(idOf(requests[i]), tooLarge(responseBytesMax))
      answers[i] = answer
      bytesLeft -= answer?.length ?? 0
    }
  }
  await Promise.all(Array.from({ length: Math.min(BATCH_LANES, requests.length) }, lane))
  const given = answers.filter((answer) => answer !== undefined)
  return given.length === 0 ? undefined : `[${given.join(',')}]`
}

interface Request {
  readonly id: Id | typeof MISSING
  readonly method: string
  readonly params: unknown
}

function idOf(request: unknown): Id {
  const id = typeof request === 'object' && request !== null ? (request as { id?: unknown }).id : null
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

function readRequest(value: unknown): Request {
  const invalid = (complaint: string) => new RpcError(INVALID_REQUEST, `invalid request: ${complaint}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`expected an object, got ${quote(value)}`)
  const { jsonrpc, id, method, params } = value as Record<string, unknown>
  if (jsonrpc !== '2.0') throw invalid(`expected "jsonrpc": "2.0", got ${quote(jsonrpc)}`)
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number')
    throw invalid(`expected an id that is a string or a number, got ${quote(id)}`)
  if (typeof method !== 'string') throw invalid(`expected a method name, got ${quote(method)}`)
  return { id: id === undefined ? MISSING : id, method, params }
}

async function runOne(
  options: DispatchOptions,
  value: unknown,
  session: Omit<Session, 'signal'>,
  responseBytesMax: number,
): Promise<string | undefined> {
  let request: Request
  try {
    request = readRequest(value)
  } catch (error) {
    return errorText(idOf(value), error as RpcError)
  }
  const id = request.id === MISSING ? null : request.id
  const answer = await runMethod(options, request, session).then(
    (result) => ({ text: JSON.stringify({ jsonrpc: '2.0', id, result }) }),
    (error) => ({ text: errorText(id, worded(options, request.method, error)) }),
  )
  if (request.id === MISSING) return undefined
  return answer.text.length > responseBytesMax ? errorText(id, tooLarge(responseBytesMax)) : answer.text
}

function worded(options: DispatchOptions, name: string, error: unknown): RpcError {
  if (error instanceof RpcError) return error
  options.onFault(name, error)
  return new RpcError(INTERNAL, 'internal error')
}

async function runMethod(options: DispatchOptions, request: Request, session: Omit<Session, 'signal'>): Promise<Json> {
  const found = options.methods.get(request.method)
  if (found === undefined)
    throw new RpcError(METHOD_NOT_FOUND, `the method ${request.method.slice(0, 80)} does not exist/is not available`)
  const args = parseParams(found.params, request.params)
  return withDeadline(options.deadlineMs ?? REQUEST_DEADLINE_MS, (signal) => found.run({ ...session, signal }, args))
}

async function withDeadline<T>(deadlineMs: number, run: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const abort = new AbortController()
  const answer = run(abort.signal)
  if (!(answer instanceof Promise)) return answer
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      abort.abort()
      reject(new RpcError(TIMEOUT, `request timed out after ${deadlineMs / 1000}s`))
    }, deadlineMs)
  })
  // The loser of the race must not go unheard.
  answer.catch(() => {})
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
