/** Starts `evmWorker.ts` in its thread: a thread compiles all it loads anew, half of its start, until it asks for the cache. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./evmWorker.ts')
