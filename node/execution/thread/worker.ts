/** Program of the execution thread: loads the rest from compiled code where it can, which halves its start. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./executionServer.ts')
