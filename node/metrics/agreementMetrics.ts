/** Views, votes, finality and peers as Prometheus metrics, read from agreement's own counters at each scrape. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { AgreementCounts, AgreementStatus, FinalNotice } from '../agreement/surface.ts'

/** From one loopback round to the cap of the skip timer (consensus.md §6). */
const LATENCY_BUCKETS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

export interface AgreementReads {
  status(): AgreementStatus
  counts(): AgreementCounts
}

export interface AgreementMetrics {
  onFinal(notice: FinalNotice): void
}

/** What each count says, for people who have not read the code. */
const COUNTS: Readonly<Record<keyof AgreementCounts, readonly [name: string, help: string]>> = {
  views: ['views_total', 'Views entered.'],
  skips: ['skips_total', 'Views that ended with a skip certificate.'],
  votesCast: ['votes_cast_total', 'Votes that this validator signed.'],
  votesReceived: ['votes_received_total', 'Votes received from others.'],
  certificates: ['certificates_total', 'Certificates formed or received.'],
  blocks: ['blocks_total', 'Blocks that became final here.'],
  framesDropped: ['frames_dropped_total', 'Frames of peers dropped at a bound.'],
}

const GAUGES: Readonly<Record<string, readonly [help: string, read: (status: AgreementStatus) => number]>> = {
  epoch: ['Epoch of the next block.', ({ epoch }) => epoch],
  view: ['The current view of the epoch.', ({ view }) => view],
  last_final_view: ['The highest view with a finalization.', ({ lastFinalView }) => lastFinalView],
  height: ['The newest final block.', ({ height }) => height],
  peers: ['Connected peers of this network.', ({ peers }) => peers],
  validators: ['Validators of the epoch.', ({ validators }) => validators],
  is_validator: ['1 while this node may vote.', ({ self }) => (self === null ? 0 : 1)],
  blocks_behind: [
    'Blocks that peers claim and this node lacks.',
    ({ sync }) => (sync ? sync.targetHeight - sync.height : 0),
  ],
  is_stopped: ['1 once agreement stands still for good.', ({ stopped }) => (stopped === null ? 0 : 1)],
}

export function createAgreementMetrics(registry: Registry, reads: AgreementReads): AgreementMetrics {
  const registers = [registry]
  for (const [key, [name, help]] of Object.entries(COUNTS))
    new Counter({
      name: `openledger_agreement_${name}`,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(reads.counts()[key as keyof AgreementCounts])
      },
    })
  for (const [name, [help, read]] of Object.entries(GAUGES))
    new Gauge({
      name: `openledger_agreement_${name}`,
      help,
      registers,
      collect() {
        this.set(read(reads.status()))
      },
    })
  const latency = new Histogram({
    name: 'openledger_agreement_finality_seconds',
    help: 'From the first sight of a proposal to its finalization.',
    buckets: LATENCY_BUCKETS_S,
    registers,
  })
  return {
    onFinal({ latencyMs }) {
      if (latencyMs !== null) latency.observe(latencyMs / 1000)
    },
  }
}
