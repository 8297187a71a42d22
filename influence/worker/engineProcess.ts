/** How Node starts a process that holds an engine. */

/**
 * The WebGPU and amaro warnings are no news. New objects have 2 MiB before they are looked through, not 16: what an engine
 * makes is few and large, and V8 keeps three times that room for good.
 */
export const ENGINE_PROCESS_FLAGS: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=2',
]
