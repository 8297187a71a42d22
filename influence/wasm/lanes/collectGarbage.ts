/** Lets go of dropped WebAssembly memories at once: their gigabytes do not weigh in V8's own choice of when to collect. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** Collects this thread's garbage; a memory that threads share goes when each of them has done so. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
