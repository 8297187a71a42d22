/** WebSocket clients: a session each, frames bounded, slow readers and dead connections dropped. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { createSubscriptions, type Subscriptions } from '../subscriptions.ts'
import { type AccessRules, isHostAllowed, isOriginAllowed } from './access.ts'

/** RFC 6455: policy violation; what a slow reader is told. */
const CLOSE_POLICY = 1008
/** RFC 6455: the server goes away. */
const CLOSE_GOING_AWAY = 1001
/** A peer that reads nothing never reads the close frame either. */
const CLOSE_GRACE_MS = 1_000

export interface WebSocketOptions {
  readonly access: AccessRules
  readonly frameBytesMax: number
  readonly unreadBytesMax: number
  readonly socketsMax: number
  readonly pingIntervalMs: number
  readonly answer: (text: string, client: string, subscriptions: Subscriptions) => Promise<string | undefined>
}

export interface WebSocketEdge {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Subscriptions of all clients that are connected. */
  readonly sessions: Iterable<Subscriptions>
  close(): void
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

function drop(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref()
}

/** Sends, unless the client has left too much unread. */
function send(socket: WebSocket, text: string, unreadBytesMax: number): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > unreadBytesMax) drop(socket, CLOSE_POLICY, 'slow reader')
  else socket.send(text)
}

export function createWebSocketEdge(options: WebSocketOptions): WebSocketEdge {
  const server = new WebSocketServer({ noServer: true, maxPayload: options.frameBytesMax, perMessageDeflate: false })
  const sessions = new Map<WebSocket, Subscriptions>()
  const awaitingPong = new Set<WebSocket>()

  const welcome = (socket: WebSocket, client: string) => {
    const say = (text: string) => send(socket, text, options.unreadBytesMax)
    const subscriptions = createSubscriptions(say)
    sessions.set(socket, subscriptions)
    socket.on('message', async (frame) => {
      const answer = await options.answer(frame.toString(), client, subscriptions)
      if (answer !== undefined) say(answer)
    })
    socket.on('pong', () => awaitingPong.delete(socket))
    // `ws` closes the connection itself (too large a frame: 1009; bad UTF-8: 1007).
    socket.on('error', () => {})
    socket.on('close', () => {
      sessions.delete(socket)
      awaitingPong.delete(socket)
    })
  }

  const pings = setInterval(() => {
    for (const socket of sessions.keys()) {
      if (awaitingPong.has(socket)) socket.terminate()
      else socket.ping()
      awaitingPong.add(socket)
    }
  }, options.pingIntervalMs)
  pings.unref()

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const isAllowed =
        isHostAllowed(request.headers.host, options.access) && isOriginAllowed(request.headers.origin, options.access)
      if (!isAllowed) return refuseUpgrade(socket, '403 Forbidden')
      if (sessions.size >= options.socketsMax) return refuseUpgrade(socket, '503 Service Unavailable')
      server.handleUpgrade(request, socket, head, (opened) => welcome(opened, request.socket.remoteAddress ?? ''))
    },
    sessions: { [Symbol.iterator]: () => sessions.values() },
    close() {
      clearInterval(pings)
      for (const socket of sessions.keys()) drop(socket, CLOSE_GOING_AWAY, 'server stops')
    },
  }
}
