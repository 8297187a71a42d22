/** What a method's parameter is: a name, a parser that throws -32602 naming it, and a JSON schema for `rpc_discover`. */
import { INVALID_PARAMS, invalidParams, RpcError } from '../rpcError.ts'

/** Parses one JSON value; `at` is its path for messages: `transaction.accessList[0].address`. */
export type Parse<T> = (value: unknown, at: string) => T

export interface Param<T> {
  readonly name: string
  readonly isRequired: boolean
  readonly schema: Readonly<Record<string, unknown>>
  readonly parse: Parse<T>
}

/** A parser with the shape that it accepts. */
export interface Shape<T> {
  readonly schema: Readonly<Record<string, unknown>>
  readonly parse: Parse<T>
}

export const param = <T>(name: string, shape: Shape<T>): Param<T> => ({ name, isRequired: true, ...shape })

/** May be left out or null. */
export const optional = <T>(name: string, shape: Shape<T>): Param<T | undefined> => ({
  name,
  isRequired: false,
  schema: shape.schema,
  parse: (value, at) => (value === undefined || value === null ? undefined : shape.parse(value, at)),
})

/** May be left out or null, and then has this value. */
export const withDefault = <T>(name: string, shape: Shape<T>, fallback: T): Param<T> => ({
  name,
  isRequired: false,
  schema: shape.schema,
  parse: (value, at) => (value === undefined || value === null ? fallback : shape.parse(value, at)),
})

export const expected = (at: string, wanted: string, got: unknown): RpcError =>
  invalidParams(at, `expected ${wanted}, got ${quote(got)}`)

/** A value as a message shows it: short, on one line. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Positional parameters → arguments; every refusal names the argument. */
export function parseParams(params: readonly Param<unknown>[], values: unknown): unknown[] {
  if (values !== undefined && values !== null && !Array.isArray(values))
    throw new RpcError(INVALID_PARAMS, `params: expected an array, got ${quote(values)}`)
  const given: readonly unknown[] = values ?? []
  if (given.length > params.length) {
    const names = params.map((p) => p.name).join(', ') || 'none'
    throw new RpcError(
      INVALID_PARAMS,
      `too many arguments, want at most ${params.length} (${names}), got ${given.length}`,
    )
  }
  return params.map((p, i) => {
    if (p.isRequired && given[i] === undefined)
      throw new RpcError(INVALID_PARAMS, `missing value for required argument ${i} (${p.name})`)
    return p.parse(given[i], p.name)
  })
}
