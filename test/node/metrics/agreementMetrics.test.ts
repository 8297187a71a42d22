/** Agreement's metrics: every count and every state is in the text, and scraping twice counts nothing twice. */
import { Registry } from 'prom-client'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createAgreementMetrics } from '../../../node/metrics/agreementMetrics.ts'

const counts = { views: 9, skips: 2, votesCast: 8, votesReceived: 24, certificates: 14, blocks: 7, framesDropped: 1 }
const status = {
  ...{ epoch: 3, view: 10, lastFinalView: 8, height: 40, peers: 3, validators: 4, self: 2 },
  sync: { height: 40, targetHeight: 45, leftMs: null },
  stopped: null,
}

test('agreement metrics: counts and states, the same at the second scrape', async () => {
  const registry = new Registry()
  const metrics = createAgreementMetrics(registry, { status: () => status, counts: () => counts })
  metrics.onFinal({ height: 40, hash: '0x', view: 8, latencyMs: 30 })
  metrics.onFinal({ height: 41, hash: '0x', view: 9, latencyMs: null })
  const text = await registry.metrics()
  assert.is(await registry.metrics(), text)
  const value = (name: string) => text.match(new RegExp(`^openledger_agreement_${name} (\\S+)$`, 'm'))?.[1]
  const named = ['views_total', 'skips_total', 'votes_cast_total', 'votes_received_total', 'certificates_total']
  assert.equal(named.map(value), ['9', '2', '8', '24', '14'])
  assert.equal(['blocks_total', 'frames_dropped_total'].map(value), ['7', '1'])
  assert.equal(['epoch', 'view', 'height', 'peers', 'is_validator', 'blocks_behind'].map(value), [
    ...['3', '10', '40', '3', '1', '5'],
  ])
  assert.is(value('is_stopped'), '0')
  assert.is(value('finality_seconds_count'), '1', 'a block that came by sync has no latency')
})

test.run()
