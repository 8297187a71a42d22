/** Every bound and price of the natives in one place, with the reason for each number (style.md 11, runtime.md §8). */

/** Entering a native: selector look-up and frame set-up (runtime.md §8). */
export const DISPATCH_GAS = 100n
/** Per 32-byte word of input and of output: copying and ABI coding (runtime.md §8). */
export const WORD_GAS = 3n
/** One step of a plain loop, at most 1 µs of our own code: 1 gas per 50 ns (runtime.md §8). */
export const STEP_GAS = 20n

/** Validators that one `validators` call lists: a set has at most 100 (consensus.md §9), and each entry is ~9 slots. */
export const VALIDATORS_PAGE_MAX = 100n
