/** How gossipsub judges its neighbours: by invalid messages and our own points, not by what a quiet network cannot show. */
import type { GossipsubOpts } from '@libp2p/gossipsub'
import { POINTS_MAX } from '../limits.ts'
import type { PeerId } from '../surface.ts'

type ScoreParams = GossipsubOpts['scoreParams']

/** A counter falls to a hundredth within ten minutes of one-second steps. */
const DECAY = 0.01 ** (1 / 600)

export function scoreParams(topics: readonly string[], standingOf: (peer: PeerId) => number): ScoreParams {
  return {
    topics: Object.fromEntries(topics.map((topic) => [topic, TOPIC])),
    topicScoreCap: 50,
    appSpecificScore: standingOf,
    appSpecificWeight: 1,
    // Devnets and operators run several nodes behind one address; the gate bounds them.
    IPColocationFactorWeight: 0,
    behaviourPenaltyWeight: -1,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: DECAY,
    decayInterval: 1_000,
    decayToZero: 0.01,
    retainScore: 60 * 60 * 1000,
  }
}

const TOPIC = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1_000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0.5,
  firstMessageDeliveriesDecay: DECAY,
  firstMessageDeliveriesCap: 40,
  // Few messages, and whoever is one hop further brings none first: silence proves nothing.
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: DECAY,
  meshMessageDeliveriesCap: 10,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 100,
  meshMessageDeliveriesActivation: 60_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: DECAY,
  // Square of the counter: three in ten minutes are out of the mesh, five are not heard.
  invalidMessageDeliveriesWeight: -8,
  invalidMessageDeliveriesDecay: DECAY,
} as const

export const scoreThresholds: GossipsubOpts['scoreThresholds'] = {
  gossipThreshold: -POINTS_MAX / 4,
  publishThreshold: -POINTS_MAX / 2,
  graylistThreshold: -POINTS_MAX,
  acceptPXThreshold: POINTS_MAX,
  opportunisticGraftThreshold: 2,
}
