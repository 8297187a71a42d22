/** The JSON-RPC server: HTTP and WebSocket on one port, answering from a `Backend`. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Backend } from './backend.ts'
import { createFilters } from './filters.ts'
import {
  BODY_BYTES_MAX,
  FRAME_BYTES_MAX,
  KEEP_ALIVE_MS,
  PING_INTERVAL_MS,
  SOCKETS_MAX,
  UNREAD_BYTES_MAX,
} from './limits.ts'
import { ADMIN_METHODS, DEV_METHODS, PUBLIC_METHODS } from './methods/table.ts'
import type { AccessRules } from './server/access.ts'
import { createDispatch } from './server/dispatch.ts'
import { handleHttp } from './server/http.ts'
import { startPublishing } from './server/publish.ts'
import { createWebSocketEdge } from './server/webSocket.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface RpcServerOptions {
  /** Address to bind; 127.0.0.1 by default. */
  readonly host?: string
  /** 0 takes a free port. */
  readonly port: number
  /** Host names besides `localhost` and IP addresses that may stand in the Host header; `*` allows all. */
  readonly hosts?: readonly string[]
  /** Origins of pages that may ask; `*` allows all. */
  readonly origins?: readonly string[]
  readonly deadlineMs?: number
  readonly bodyBytesMax?: number
  readonly responseBytesMax?: number
  readonly unreadBytesMax?: number
  readonly inFlightMax?: number
  readonly nowMs?: () => number
  /** A method threw what is no refusal. */
  readonly onFault?: (what: string, error: unknown) => void
}

export interface RpcServer {
  readonly host: string
  readonly port: number
  readonly httpUrl: string
  readonly wsUrl: string
  /** Stops listening, tells WebSocket clients, ends open connections. */
  close(): Promise<void>
}

/** The port is taken, or the address is not this machine's. */
export class RpcListenError extends Error {
  readonly code: string
  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(`cannot listen on ${host}:${port}: ${cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message}`, {
      cause,
    })
    this.name = 'RpcListenError'
    this.code = cause.code ?? 'RpcListen'
  }
}

function methodsOf(backend: Backend) {
  return new Map(
    Object.entries({
      ...PUBLIC_METHODS,
      ...(backend.dev === null ? {} : DEV_METHODS),
      ...(backend.peers === null ? {} : ADMIN_METHODS),
    }),
  )
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new RpcListenError(host, port, error)))
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}

/** Binds and serves; throws `RpcListenError` when it cannot bind. */
export async function createRpcServer(backend: Backend, options: RpcServerOptions): Promise<RpcServer> {
  const host = options.host ?? '127.0.0.1'
  const access: AccessRules = { hosts: options.hosts ?? [], origins: options.origins ?? [] }
  const onFault = options.onFault ?? (() => {})
  const filters = createFilters(options.nowMs ?? Date.now)
  const dispatch = createDispatch({
    methods: methodsOf(backend),
    onFault,
    ...(options.inFlightMax !== undefined && { inFlightMax: options.inFlightMax }),
    ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
    ...(options.responseBytesMax !== undefined && { responseBytesMax: options.responseBytesMax }),
  })
  const answer = (text: string, client: string, subscriptions?: Subscriptions) =>
    dispatch(text, { backend, filters, subscriptions }, client)
  const sockets = createWebSocketEdge({
    access,
    frameBytesMax: FRAME_BYTES_MAX,
    unreadBytesMax: options.unreadBytesMax ?? UNREAD_BYTES_MAX,
    socketsMax: SOCKETS_MAX,
    pingIntervalMs: PING_INTERVAL_MS,
    answer,
  })
  const { metrics, health } = backend
  const http = { access, bodyBytesMax: options.bodyBytesMax ?? BODY_BYTES_MAX, answer, metrics, health }
  const server = createServer((request, response) => {
    handleHttp(request, response, http).catch(() => response.destroy())
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.on('upgrade', sockets.upgrade)
  const stopPublishing = startPublishing(backend, filters, sockets.sessions, onFault)
  const { port } = await listen(server, host, options.port)
  const name = host.includes(':') ? `[${host}]` : host
  return {
    host,
    port,
    httpUrl: `http://${name}:${port}`,
    wsUrl: `ws://${name}:${port}`,
    close: () =>
      new Promise((resolve) => {
        stopPublishing()
        sockets.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
