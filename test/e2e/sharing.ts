/** One opened thing for all test files of a process that use it: each joins as it loads, the last to leave closes it. */
export interface Membership<T> {
  open(): Promise<T>
  leave(): Promise<void>
}

/** Returns what a file calls once, at its load. */
export function shareAmongFiles<T extends { close(): Promise<void> }>(open: () => Promise<T>): () => Membership<T> {
  let opening: Promise<T> | undefined
  let users = 0
  return () => {
    users++
    return {
      open: () => (opening ??= open()),
      async leave() {
        users--
        if (users === 0) await (await opening)?.close()
      },
    }
  }
}
