/** Libp2p's own log says nothing: it costs time for each packet, and what operators must know we say ourselves. */
import type { ComponentLogger, Logger } from '@libp2p/interface'

const silent: Logger = Object.assign(() => {}, {
  error: () => {},
  trace: () => {},
  enabled: false,
  newScope: () => silent,
})

export const silentLogger: ComponentLogger = { forComponent: () => silent }
