/** Why a validator does not attest. */
import { factText } from '../../precompiles/words.ts'

export interface Objection {
  readonly kind: 'objection'
  readonly reason: string
}

export const object = (reason: string): Objection => ({ kind: 'objection', reason })

/** A refusal of the studio or of influence as a reason. */
export const refusalText = ({ code, expected, got }: { code: string; expected: unknown; got: unknown }): string =>
  `${code}: expected ${factText(expected)}, got ${factText(got)}`
