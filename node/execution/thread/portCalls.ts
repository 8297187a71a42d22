/** Calls over a message port, in both directions: each side answers the functions of one interface by plain data. */

/** Functions of one argument, which crosses a thread border as a copy. */
export type Callable<T> = { readonly [K in keyof T]: (argument: never) => unknown }

type Argument<F> = F extends (argument: infer A) => unknown ? A : never
type Outcome<F> = F extends (argument: never) => infer R ? Awaited<R> : never

/** What the other side answers. */
export interface PortCalls<Theirs extends Callable<Theirs>> {
  call<K extends keyof Theirs>(kind: K, argument: Argument<Theirs[K]>): Promise<Outcome<Theirs[K]>>
  /** Nothing comes back; calls and tellings arrive in order. */
  tell<K extends keyof Theirs>(kind: K, argument: Argument<Theirs[K]>): void
  /** Every call that waits, and every later one, ends with this. */
  fail(error: Error): void
}

export interface Port {
  postMessage(message: unknown): void
  on(event: 'message', hear: (message: PortMessage) => void): unknown
}

export type PortMessage =
  | { readonly type: 'call'; readonly id: number | null; readonly kind: PropertyKey; readonly argument: unknown }
  | { readonly type: 'outcome'; readonly id: number; readonly outcome: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: unknown }

interface Waiting {
  readonly resolve: (outcome: never) => void
  readonly reject: (error: unknown) => void
}

/** `answers` begin in the order in which they are asked for; what one throws is thrown at the caller. */
export function createPortCalls<Theirs extends Callable<Theirs>, Ours extends Callable<Ours>>(
  port: Port,
  answers: Ours,
): PortCalls<Theirs> {
  const waiting = new Map<number, Waiting>()
  let calls = 0
  let failed: Error | undefined

  const end = (id: number): Waiting | undefined => {
    const found = waiting.get(id)
    waiting.delete(id)
    return found
  }
  const answer = async (id: number, kind: PropertyKey, argument: unknown) => {
    try {
      const outcome = await answers[kind as keyof Ours](argument as never)
      port.postMessage({ type: 'outcome', id, outcome } satisfies PortMessage)
    } catch (error) {
      port.postMessage({ type: 'error', id, error } satisfies PortMessage)
    }
  }
  port.on('message', (message) => {
    if (message.type === 'outcome') end(message.id)?.resolve(message.outcome as never)
    else if (message.type === 'error') end(message.id)?.reject(message.error)
    else if (message.id === null) answers[message.kind as keyof Ours](message.argument as never)
    else void answer(message.id, message.kind, message.argument)
  })
  return {
    call(kind, argument) {
      if (failed !== undefined) return Promise.reject(failed)
      const id = calls++
      port.postMessage({ type: 'call', id, kind, argument } satisfies PortMessage)
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    tell(kind, argument) {
      if (failed === undefined) port.postMessage({ type: 'call', id: null, kind, argument } satisfies PortMessage)
    },
    fail(error) {
      failed ??= error
      for (const id of [...waiting.keys()]) end(id)?.reject(failed)
    },
  }
}

/** To be sent: a view would take the whole buffer under it along. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}

/** Items of equal length one after another: one object to copy instead of thousands. */
export function joinItems(items: readonly Uint8Array[], itemBytes: number): Uint8Array {
  const joined = new Uint8Array(items.length * itemBytes)
  for (const [i, item] of items.entries()) joined.set(item, i * itemBytes)
  return joined
}

export function splitItems(joined: Uint8Array, itemBytes: number): Uint8Array[] {
  return Array.from({ length: joined.length / itemBytes }, (_, i) => joined.slice(i * itemBytes, (i + 1) * itemBytes))
}
