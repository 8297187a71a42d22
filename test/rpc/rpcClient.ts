/** Asking a server under test: one request over HTTP, or raw bytes with chosen headers. */
import { request } from 'node:http'

export interface RpcAnswer {
  readonly id?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** `fetch` would not send a Host header of our choice. */
export function send(
  port: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
  path = '/',
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        port,
        host: '127.0.0.1',
        method,
        path,
        headers: { 'content-type': 'application/json', ...headers },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

export async function ask(port: number, method: string, ...params: readonly unknown[]): Promise<RpcAnswer> {
  const { text } = await send(port, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  return JSON.parse(text)
}
