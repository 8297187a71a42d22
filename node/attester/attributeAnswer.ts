/** The attribution of a checked answer by its version's method, with the parameters that the job froze. */
import { isRefused, type Refused } from '../../influence/refusal.ts'
import type { Attribution, CitationAttribution, SpanAttribution } from '../../influence/surface.ts'
import type { GivenAnswer } from '../../studio/chain/serving.ts'
import type { JobInfo } from '../../studio/chain/version.ts'
import type { OpenVersion } from './openSource.ts'

export type AttributionSettings = Pick<
  JobInfo,
  'k' | 'tau' | 'level' | 'spanTokensMin' | 'spanInfoMin' | 'citationsMax'
>

/** Result of any method; spans and citations come with what a reader is shown. */
export type Attributed = Attribution | SpanAttribution | CitationAttribution

export async function attributeAnswer(
  open: OpenVersion,
  given: GivenAnswer,
  settings: AttributionSettings,
): Promise<Attributed | Refused> {
  const { k, tau, level, spanTokensMin: lMin, spanInfoMin: iMin, citationsMax: kr } = settings
  if (open.method === 'datainf' && given.method === 'datainf')
    return open.opened.attribute(given.query, { k, tau, level: level === 0 ? 0 : 1 })
  if (open.method === 'span' && given.method === 'span') return open.opened.attribute(given.output, { lMin, iMin, k })
  if (open.method === 'rag' && given.method === 'rag')
    return open.opened.attribute(given.query, given.cited, { kr, k, tau })
  throw new TypeError(`an answer by ${given.method} for a version of ${open.method}`)
}

/** A row of a source. */
export interface SourcePlace {
  readonly datanetId: bigint
  readonly rowId: bigint
}

/** The rows of a version's source, by place. */
export function placesOf({ version }: OpenVersion): readonly SourcePlace[] {
  const { datanetIds, rowIds } = version.method === 'span' ? version.corpus.rows : version.index.rows
  return Array.from(rowIds, (rowId, i) => ({ datanetId: datanetIds[i]!, rowId }))
}

/** Scores of all rows: spans and citations carry them, benefits are scored again. */
export async function scoresOf(
  open: OpenVersion,
  { attribution, given }: { readonly attribution: Attributed; readonly given: GivenAnswer },
): Promise<BigInt64Array | undefined> {
  if ('scores' in attribution) return attribution.scores
  if (open.method !== 'datainf' || given.method !== 'datainf') return undefined
  const scored = await open.opened.score(given.query)
  return isRefused(scored) ? undefined : scored.scores
}
