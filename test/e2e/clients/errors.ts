/** Looks for an error of a given name among the causes of what a promise threw. */
import * as assert from 'uvu/assert'

export interface NamedError extends Error {
  readonly details: string
  readonly reason?: string
  readonly data: { readonly errorName: string; readonly args: readonly unknown[] }
}

/** Fails when the promise does not throw, or throws something else. */
export async function thrownBy(promise: Promise<unknown>, name: string): Promise<NamedError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  for (let error = thrown; error instanceof Error; error = error.cause)
    if (error.name === name) return error as NamedError
  assert.unreachable(`expected ${name}, got ${thrown === undefined ? 'no error' : String(thrown)}`)
  throw thrown
}
