/** The one table of parameters (economy.md): name, unit, bounds, default. It only grows at its end: place = slot. */

export interface Parameter {
  /** ASCII, at most 32 bytes. */
  readonly name: string
  readonly unit: 'gas' | 'wei' | 'bps' | 's' | 'bytes' | 'count' | 'flag' | 'tau256' | 'bits' | 'tokens'
  readonly min: bigint
  readonly max: bigint
  readonly default: bigint
}

const OPEN = 10n ** 18n
const DAY_S = 86_400n

const parameter = <const N extends string>(
  name: N,
  unit: Parameter['unit'],
  min: bigint | number,
  max: bigint | number,
  value: bigint | number,
) => ({ name, unit, min: BigInt(min), max: BigInt(max), default: BigInt(value) })

export const PARAMETERS = [
  // Blocks. A transaction may hold 2^24 gas and settlements 8,000,000 (runtime.md §5): less would strand them.
  parameter('blockGasLimit', 'gas', 25_000_000, 60_000_000, 30_000_000),
  parameter('baseFeeBurnBps', 'bps', 0, 10_000, 0),

  // Fees (economy.md "Fees"). Defaults are the paper's example: beta/gamma/delta 70/10/20 %, flat 0.5, eta 0.
  parameter('platformFlatWei', 'wei', 0, 100n * OPEN, OPEN / 2n),
  parameter('platformBps', 'bps', 0, 3_000, 0),
  parameter('betaBps', 'bps', 0, 10_000, 7_000),
  parameter('betaBpsMin', 'bps', 0, 10_000, 2_000),
  parameter('betaBpsMax', 'bps', 0, 10_000, 8_500),
  parameter('gammaBps', 'bps', 0, 10_000, 1_000),
  parameter('gammaBpsMin', 'bps', 0, 10_000, 500),
  parameter('gammaBpsMax', 'bps', 0, 10_000, 3_000),
  parameter('deltaBps', 'bps', 0, 10_000, 2_000),
  parameter('deltaBpsMin', 'bps', 0, 10_000, 1_000),
  parameter('deltaBpsMax', 'bps', 0, 10_000, 7_000),
  parameter('ratesNoticeS', 's', 0, 30n * DAY_S, 3_600),

  // Attribution (influence.md §3.1, §3.5, §6.2, §6.6, §7, §8, §12).
  parameter('attributionK', 'count', 1, 64, 64),
  parameter('guardTau', 'tau256', 0, 256, 96),
  parameter('clipBits', 'bits', 0, 64, 4),
  parameter('level', 'flag', 0, 1, 1),
  parameter('spanTokensMin', 'tokens', 1, 65_535, 8),
  parameter('spanInfoMin', 'bits', 0, 65_535, 64),
  parameter('citationsMax', 'count', 1, 256, 16),
  parameter('auditRows', 'count', 1, 1_048_576, 4_096),

  // Models. 4 GiB is what one manifest can name (primitives/contentId.ts).
  parameter('indexBytesMax', 'bytes', 1_048_576, 4_294_967_296, 1_073_741_824),
  parameter('indexDepositWeiPerMib', 'wei', 0, 1_000n * OPEN, OPEN / 100n),
  parameter('modelStakeWei', 'wei', 0, 1_000_000n * OPEN, 10n * OPEN),

  // Jobs. Nobody must be slashed by a one-block trap: answers get 30 s at least on any public network.
  parameter('answerDelayMinS', 's', 5, 3_600, 30),
  parameter('answerDelayMaxS', 's', 60, 30n * DAY_S, DAY_S),
  parameter('attestationWindowS', 's', 10, 7n * DAY_S, 600),
  parameter('providerBondWei', 'wei', 0, 1_000_000n * OPEN, 10n * OPEN),
  parameter('providerSlashBps', 'bps', 0, 10_000, 1_000),
  // A settlement with its callback must fit 8,000,000 gas (runtime.md §5).
  parameter('callbackGasMax', 'gas', 0, 500_000, 500_000),

  // Datanets.
  parameter('rowBondWeiMin', 'wei', 0, OPEN, 0),
  parameter('rowBondWeiMax', 'wei', 0, 1_000n * OPEN, 100n * OPEN),
  parameter('rowsPerAccountDay', 'count', 1, 1_000_000, 10_000),
  parameter('datanetsPerAccountDay', 'count', 1, 10_000, 20),
  parameter('revealWindowS', 's', 1, 7n * DAY_S, 3_600),

  // Identity and stake.
  parameter('rotationDelayS', 's', 60, 30n * DAY_S, 7n * DAY_S),
  parameter('validatorStakeWeiMin', 'wei', OPEN, 10_000_000n * OPEN, OPEN),
  parameter('unbondingS', 's', 60, 60n * DAY_S, 14n * DAY_S),
  parameter('slashBps', 'bps', 1, 10_000, 500),
  parameter('reporterRewardWeiMax', 'wei', 0, 1_000_000n * OPEN, 1_000n * OPEN),

  // Guard of retrieval indexes. Embeddings of texts of one kind are alike as gradients are not: on the shipped base 99.9 % of
  // all pairs of 200 different rows lie below cos² = 0.961 = 246/256, where 96/256 would keep one row of each kind.
  parameter('retrievalTau', 'tau256', 0, 256, 246),
] as const satisfies readonly Parameter[]

export type ParameterName = (typeof PARAMETERS)[number]['name']

const placeByName = new Map<string, number>(PARAMETERS.map((entry, place) => [entry.name, place]))

/** Place in the table, or `undefined` for a name that it does not hold. */
export function parameterPlace(name: string): number | undefined {
  return placeByName.get(name)
}

/** Rules between parameters; each write must leave all of them true. */
export const RULES: readonly {
  readonly text: string
  readonly holds: (read: (name: ParameterName) => bigint) => boolean
}[] = [
  {
    text: 'betaBps + gammaBps + deltaBps = 10000',
    holds: (p) => p('betaBps') + p('gammaBps') + p('deltaBps') === 10_000n,
  },
  {
    text: 'betaBpsMin <= betaBps <= betaBpsMax',
    holds: (p) => isWithin(p('betaBpsMin'), p('betaBps'), p('betaBpsMax')),
  },
  {
    text: 'gammaBpsMin <= gammaBps <= gammaBpsMax',
    holds: (p) => isWithin(p('gammaBpsMin'), p('gammaBps'), p('gammaBpsMax')),
  },
  {
    text: 'deltaBpsMin <= deltaBps <= deltaBpsMax',
    holds: (p) => isWithin(p('deltaBpsMin'), p('deltaBps'), p('deltaBpsMax')),
  },
  { text: 'answerDelayMinS <= answerDelayMaxS', holds: (p) => p('answerDelayMinS') <= p('answerDelayMaxS') },
  { text: 'rowBondWeiMin <= rowBondWeiMax', holds: (p) => p('rowBondWeiMin') <= p('rowBondWeiMax') },
]

function isWithin(min: bigint, value: bigint, max: bigint): boolean {
  return min <= value && value <= max
}
