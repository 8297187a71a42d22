/** HTTP: one POST of JSON in, one JSON out; bodies are bounded while they arrive; and what monitors ask for by GET. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeHealth } from '../backend.ts'
import { type AccessRules, corsHeaders, isHostAllowed, isOriginAllowed, PREFLIGHT_HEADERS } from './access.ts'

export interface HttpOptions {
  readonly access: AccessRules
  readonly bodyBytesMax: number
  /** Text of the answer; `undefined` when there is nothing to say. */
  readonly answer: (text: string, client: string) => Promise<string | undefined>
  /** What `GET /metrics` answers. */
  readonly metrics: () => Promise<string>
  /** What `GET /healthz` and `GET /readyz` answer. */
  readonly health: () => NodeHealth
}

/** Prometheus' text form. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const JSON_TYPE = /^application\/(?:[\w.+-]*\+)?json(?:rpc)?\s*(?:;|$)/i

function reply(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
  response.end(text === '' ? undefined : `${text}\n`)
}

/** Whole body, or `undefined` once it is over the bound. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > bytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** What stands against the request before its body is read: status and words. */
function objection(request: IncomingMessage, access: AccessRules): readonly [number, string] | undefined {
  if (!isHostAllowed(request.headers.host, access)) return [403, 'invalid host specified']
  if (!isOriginAllowed(request.headers.origin, access)) return [403, 'origin not allowed']
  if (request.method !== 'POST') return [405, 'JSON-RPC: POST a JSON body, or open a WebSocket']
  if (!JSON_TYPE.test(request.headers['content-type'] ?? ''))
    return [415, 'invalid content type, only application/json is supported']
  return undefined
}

type Monitor = (options: HttpOptions) => Promise<readonly [status: number, text: string, type?: string]>

/** 200, or 503 with one reason a line. */
const healthReply = (good: string, reasons: readonly string[]) =>
  reasons.length === 0 ? ([200, good] as const) : ([503, reasons.join('\n')] as const)

/** By GET and without CORS headers: a page has no business with a node's measurements. */
const MONITORS: Readonly<Record<string, Monitor>> = {
  '/metrics': async ({ metrics }) => [200, (await metrics()).trimEnd(), METRICS_TYPE],
  '/healthz': async ({ health }) => healthReply('ok', health().faults),
  '/readyz': async ({ health }) => healthReply('ready', [...health().faults, ...health().waitsFor]),
}

const monitorOf = ({ method, url }: IncomingMessage): Monitor | undefined =>
  method === 'GET' || method === 'HEAD' ? MONITORS[url?.split('?')[0] ?? ''] : undefined

export async function handleHttp(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): Promise<void> {
  const { access } = options
  const monitor = monitorOf(request)
  if (monitor !== undefined && isHostAllowed(request.headers.host, access)) {
    const [status, text, type] = await monitor(options)
    return reply(response, status, text, type === undefined ? {} : { 'content-type': type })
  }
  const cors = corsHeaders(request.headers.origin, access)
  if (request.method === 'OPTIONS' && isHostAllowed(request.headers.host, access))
    return reply(response, 204, '', { ...cors, ...PREFLIGHT_HEADERS })
  const refusal = objection(request, access)
  if (refusal !== undefined) return reply(response, refusal[0], refusal[1], cors)
  const body = await readBody(request, options.bodyBytesMax)
  if (body === undefined) {
    // The rest of the body is not read: the connection cannot be used again.
    reply(response, 413, `content length too large: over ${options.bodyBytesMax} bytes`, {
      ...cors,
      connection: 'close',
    })
    return void request.resume()
  }
  const answer = await options.answer(body, request.socket.remoteAddress ?? '')
  if (answer === undefined) return reply(response, 200, '', cors)
  response.writeHead(200, { 'content-type': 'application/json', ...cors })
  response.end(answer)
}
