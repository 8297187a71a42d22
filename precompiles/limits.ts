/** Every bound and price of the natives in one place, with the reason for each number (style.md 11, runtime.md §8). */

/** Entering a native: selector look-up and frame set-up (runtime.md §8). */
export const DISPATCH_GAS = 100n
/** Per 32-byte word of input and of output: copying and ABI coding (runtime.md §8). */
export const WORD_GAS = 3n
/** One step of a plain loop, at most 1 µs of our own code: 1 gas per 50 ns (runtime.md §8). */
export const STEP_GAS = 20n

/** Validators that one `validators` call lists: a set has at most 100 (consensus.md §9), and each entry is ~9 slots. */
export const VALIDATORS_PAGE_MAX = 100n

/** Validators from which sets are chosen: ten sets. The node reads them all when an epoch ends, outside any gas: 2,400 slots,
 * for which 100 ms were measured on a busy core. */
export const CONTENDERS_MAX = 1_000n
/** Validators that one account stakes with: a claim or a view of all is below 3 Mgas. */
export const POSITIONS_MAX = 64n
/** Portions that one `unbondings` call lists, three slots each. */
export const UNBONDINGS_PAGE_MAX = 100n
/** Pools of unbonding stake of one validator that are not free: one for each epoch with a withdrawal, 336 for 14 days of
 * hours, 1,440 for the longest unbonding time. A slash walks them, 5,500 gas each, and with the dearest evidence, 3 Mgas,
 * it must fit the 2^24 gas of a transaction. */
export const UNBONDING_POOLS_MAX = 2_048n
/** Basis points by which a commission may rise in a day: whoever delegated sees it coming. */
export const COMMISSION_RISE_BPS_MAX = 100n

/** Purpose and architecture of a model: a paragraph each; longer texts belong into the training plan. */
export const MODEL_TEXT_BYTES_MAX = 1_024n
/** Datanets of a proposal or a version: a settlement looks each entry's Datanet up among them. */
export const MODEL_DATANETS_MAX = 16
/** Parents of a version: a settlement credits each one's pool, 22,100 gas each (runtime.md §5). */
export const PARENTS_MAX = 8
/** Royalties of all parents together, of the model part: the owner keeps a reason to build (economy.md). */
export const ROYALTIES_BPS_MAX = 5_000n

/** A provider's endpoint: a URL. */
export const ENDPOINT_BYTES_MAX = 256n
/** Versions named in one call of a provider: ~30,000 gas each. */
export const SERVED_VERSIONS_MAX = 64
/** Job input and output travel in calldata and logs: 64 KiB is half of the largest transaction (runtime.md §6). */
export const JOB_BYTES_MAX = 65_536n
/** Jobs with a callback keep their output in slots until settlement, which reads them back within its 8,000,000 gas:
 * 4,096 bytes are 129 slots, ~280,000 gas. */
export const CALLBACK_OUTPUT_BYTES_MAX = 4_096n
/** So that a provider can always answer within the bytes above: 16 bytes per token. */
export const CALLBACK_TOKENS_MAX = 256n
/** What the requester gets back in its callback, kept in slots: 9. */
export const CALLBACK_DATA_BYTES_MAX = 256n

/** Ids of one `claimMany`: ~30,000 gas each. */
export const CLAIMS_MAX = 64
/** Opening one layer of a row proof: a 131-bit division and a rounding in BigInt, at most 5 µs. */
export const PROOF_LAYER_GAS = 100n
/** Bytes of a row proof walked for 1 gas: five copies and a third of a multiplication each, below 50 ns together. */
export const PROOF_BYTES_PER_GAS = 8n
/** Per byte of a span proof: a token of four bytes is compared with eight suffixes, symbol by symbol; beside the hashes 60 ns
 * a byte were measured on proofs of 340 kB. */
export const SPAN_PROOF_BYTE_GAS = 2n

/** Rows of one call: 128 KiB of transaction (runtime.md §6) hold about 256 rows of 500 bytes. */
export const ROWS_PER_CALL_MAX = 256
/** Rows or places that one view lists: 256 rows of two cold slots are about 1.2 Mgas. */
export const ROWS_PAGE_MAX = 256n
/** Rows that one `payees` call answers for: a result has at most 256 entries (influence.md §3.1). */
export const ROW_PAYEES_MAX = 256
/** Text of a Datanet, UTF-8 bytes: a name, a domain and a licence identifier are labels; metadata may be a URI or JSON. */
export const LABEL_BYTES_MAX = 64
export const METADATA_BYTES_MAX = 2_048
/** Seconds of a quota's day: it frees at midnight UTC. */
export const DAY_S = 86_400n
/** Height takes the upper bits of an order key, the place within the block 24 bits (influence.md §4.1). */
export const ORDER_KEY_BITS = 24n
/** Entries of one settlement: K of version 1 (influence.md §3.1). */
export const PAYEES_MAX = 64
