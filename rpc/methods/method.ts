/** The shape of one JSON-RPC method: parameters, and a function of them and the session that asks. */
import type { Backend } from '../backend.ts'
import type { Filters } from '../filters.ts'
import type { Json } from '../json.ts'
import type { Param } from '../params/param.ts'
import type { Subscriptions } from '../subscriptions.ts'

/** All that a method may use. */
export interface Session {
  readonly backend: Backend
  readonly filters: Filters
  /** `undefined` over HTTP, which cannot push. */
  readonly subscriptions: Subscriptions | undefined
  /** Ends when the client leaves or the deadline passes. */
  readonly signal: AbortSignal
}

export interface Method {
  readonly params: readonly Param<unknown>[]
  readonly run: (session: Session, args: readonly unknown[]) => Json | Promise<Json>
}

export type MethodTable = Readonly<Record<string, Method>>

type Arguments<P extends readonly Param<unknown>[]> = {
  readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never
}

/** Ties the types of the parameters to the function's arguments. */
export function method<const P extends readonly Param<unknown>[]>(
  params: P,
  run: (session: Session, ...args: Arguments<P>) => Json | Promise<Json>,
): Method {
  return { params, run: (session, args) => run(session, ...(args as unknown as Arguments<P>)) }
}
