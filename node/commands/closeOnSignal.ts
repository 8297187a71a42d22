/** The end of a command that runs until it is told to stop. */

/**
 * The first signal closes cleanly; the same one again ends at once. Another one does not: a terminal's Ctrl-C reaches a
 * devnet's nodes as SIGINT, and the devnet then ends them with SIGTERM.
 */
export function closeOnSignal(running: { close(): Promise<void> }): void {
  const seen = new Set<NodeJS.Signals>()
  const onSignal = (signal: NodeJS.Signals) => {
    if (seen.has(signal)) process.exit(130)
    seen.add(signal)
    if (seen.size > 1) return
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(70)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}
