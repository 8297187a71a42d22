/** The room's refusals: expected answers to bad input, returned as values and never thrown. */

export type InfluenceCode =
  | 'BadMagic'
  | 'BadVersion'
  | 'BadLength'
  | 'BadPadding'
  | 'BadLimit'
  | 'BadOrder'
  | 'LayerMismatch'
  | 'GuardMismatch'
  | 'FlagMismatch'
  | 'LevelMismatch'
  | 'RootMismatch'
  | 'CodeRange'
  | 'ModelMismatch'
  | 'ShapeMismatch'
  | 'NonFinite'
  | 'WrongKind'
  | 'BadParameter'
  | 'BadCitation'
  | 'ProofMismatch'
  | 'ScoreMismatch'
  | 'DecodeMismatch'

export interface Refused {
  readonly kind: 'invalid'
  readonly code: InfluenceCode
  /** What would have been right, in words or as the value itself. */
  readonly expected: unknown
  readonly got: unknown
  /** Where in the input, in words, when that is not clear from the code. */
  readonly place?: string
}

export const refuse = (code: InfluenceCode, expected: unknown, got: unknown): Refused => ({
  kind: 'invalid',
  code,
  expected,
  got,
})

/** A refusal with its place: `row 3, block 1`. */
export const refuseAt = (place: string, code: InfluenceCode, expected: unknown, got: unknown): Refused => ({
  ...refuse(code, expected, got),
  place,
})

/** Of bytes that end too early. */
export const refuseShort = ({ length }: { readonly length: number }): Refused =>
  refuse('BadLength', 'more bytes than there are', length)

/** Tells a refusal from any other value of this room. */
export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'invalid'
}
