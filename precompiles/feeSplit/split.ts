/** The arithmetic of fees (economy.md "Fees"): each product floored once, every remainder the treasury's, as dust. */

/** Basis points of the whole. */
export const BPS_WHOLE = 10_000n
/** Weights are parts of this (influence.md §6.4). */
export const WEIGHT_WHOLE = 1n << 32n
/** Rates are wei per so many tokens. */
export const RATE_TOKENS = 1_000n

export interface Rates {
  readonly inputWei: bigint
  readonly outputWei: bigint
  readonly providerBps: bigint
  /** β, γ, δ: sum to `BPS_WHOLE`. */
  readonly modelBps: bigint
  readonly stakersBps: bigint
  readonly contributorsBps: bigint
}

/** What a fee is computed from: the owner's rates and the chain's platform part. */
export interface FeeTerms {
  readonly rates: Rates
  readonly platformFlatWei: bigint
  /** η. */
  readonly platformBps: bigint
}

export interface Fee {
  readonly tokenPartWei: bigint
  readonly platformWei: bigint
  readonly feeWei: bigint
}

export interface Split {
  readonly feeWei: bigint
  readonly platformWei: bigint
  readonly ownerWei: bigint
  readonly providerWei: bigint
  readonly parentsWei: bigint
  readonly stakersWei: bigint
  readonly rewardsWei: bigint
  readonly dustWei: bigint
}

export interface SplitPlan {
  readonly split: Split
  /** One per parent, in order. */
  readonly royaltiesWei: readonly bigint[]
  /** One per payee, in order; 0 for the payee 0. */
  readonly rewardsWei: readonly bigint[]
}

/** A row's payee; contributor 0 stands for a withdrawn row. */
export interface Payee {
  readonly contributorId: bigint
  readonly weight: bigint
}

export const shareOf = (wei: bigint, bps: bigint): bigint => (wei * bps) / BPS_WHOLE

export function feeOf(terms: FeeTerms, inputTokens: bigint, outputTokens: bigint): Fee {
  const { inputWei, outputWei } = terms.rates
  const tokenPartWei = (inputTokens * inputWei + outputTokens * outputWei) / RATE_TOKENS
  const platformWei = terms.platformFlatWei + shareOf(tokenPartWei, terms.platformBps)
  return { tokenPartWei, platformWei, feeWei: tokenPartWei + platformWei }
}

/** Whose is what of one job's fee; all parts sum to the fee exactly. */
export function splitFee(
  terms: FeeTerms,
  tokens: { readonly inputTokens: bigint; readonly outputTokens: bigint },
  royaltiesBps: readonly bigint[],
  payees: readonly Payee[],
): SplitPlan {
  const { tokenPartWei, platformWei, feeWei } = feeOf(terms, tokens.inputTokens, tokens.outputTokens)
  const { rates } = terms
  const modelWei = shareOf(tokenPartWei, rates.modelBps)
  const stakersWei = shareOf(tokenPartWei, rates.stakersBps)
  const contributorsWei = shareOf(tokenPartWei, rates.contributorsBps)
  const providerWei = shareOf(modelWei, rates.providerBps)
  const royaltiesWei = royaltiesBps.map((bps) => shareOf(modelWei, bps))
  const rewardsWei = payees.map(({ contributorId, weight }) =>
    contributorId === 0n ? 0n : (contributorsWei * weight) / WEIGHT_WHOLE,
  )
  const parentsWei = sum(royaltiesWei)
  const rewards = sum(rewardsWei)
  // provider + parents ≤ model: registerVersion holds providerBps + Σ royaltyBps to the whole, setRates too.
  const ownerWei = modelWei - providerWei - parentsWei
  const dustWei = feeWei - platformWei - modelWei - stakersWei - rewards
  const split = { feeWei, platformWei, ownerWei, providerWei, parentsWei, stakersWei, rewardsWei: rewards, dustWei }
  return { split, royaltiesWei, rewardsWei }
}

const sum = (parts: readonly bigint[]): bigint => parts.reduce((total, part) => total + part, 0n)
