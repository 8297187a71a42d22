/** Short ways from a built index to its scores and entries, for properties that compare many indexes. */

import { createJsBackend } from '../../../influence/backends/jsBackend.ts'
import type { BuiltIndex } from '../../../influence/buildIndex.ts'
import type { InfluenceEngine } from '../../../influence/engine.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import type { Attribution, AttributionOptions, Query, Score } from '../../../influence/surface.ts'
import { openEngine } from '../conformance/caseChecks.ts'

export function orThrow<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(`${value.code}: ${value.expected} / ${value.got}`)
  return value
}

export const engineOf = (built: BuiltIndex): Promise<InfluenceEngine> => openEngine(built.bytes, createJsBackend())

export const scoreOf = async (built: BuiltIndex, query: Query): Promise<Score> =>
  orThrow(await (await engineOf(built)).score(query))

export const attributionOf = async (
  built: BuiltIndex,
  query: Query,
  options: AttributionOptions = {},
): Promise<Attribution> => orThrow(await (await engineOf(built)).attribute(query, options))

export const text = (scores: BigInt64Array): string => scores.join()
