/** A validator without a node: it joins its network with its published keys, and lies to everybody. */
import { LEADER_SEATS, leaderTable } from '../../consensus/leaderTable.ts'
import type { DevValidatorKeys } from '../../genesis/devKeys.ts'
import type { LoadedNetwork } from '../../genesis/load.ts'
import { openNetwork } from '../../p2p/network.ts'
import { nobleBls } from '../../primitives/bls.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { type ChainContext, type Statement, statementHash } from '../../primitives/statements.ts'
import { candidateId, leaderSeed, setHash } from '../../primitives/validatorSet.ts'
import { attestationCodec } from '../../primitives/wire/attestation.ts'
import { type Frame, frameCodec } from '../../primitives/wire/frame.ts'

export interface Liar {
  /** Views in which it told its lies. */
  readonly views: number
  readonly peers: number
  /** Bytes that are no frame, to everybody. */
  sendGarbage(): void
  close(): Promise<void>
}

export interface LiarOptions {
  readonly network: LoadedNetwork
  readonly keys: DevValidatorKeys
  /** Index in the set of epoch 0. */
  readonly signer: number
  readonly epochHash: Uint8Array
  readonly bootstrap: readonly string[]
  /** 0 ≤ r < 1. */
  readonly random: () => number
}

/**
 * In each view of epoch 0 that it hears of: two votes, two roots of one job, and where it leads two proposals of blocks that
 * nobody has. All are signed and well-formed, so that its peers listen on; what is not costs it every connection.
 */
export async function startLiar({ network, keys, signer, epochHash, bootstrap, random }: LiarOptions): Promise<Liar> {
  const { params, genesisHash } = network
  const chain = { chainId: params.chainId, genesisHash }
  const leaders = leadersOf(chain, network)
  const peers = await openNetwork({
    network: params.name,
    chain: { ...chain, forks: params.forks, client: 'liar' },
    epoch: () => 0,
    secret: keys.p2pSecret,
    listen: [],
    bootstrap,
    peersMax: 50,
    isValidator: () => true,
    contentOf: () => undefined,
    transactionsOf: () => new Uint8Array(0),
    log: () => {},
  })
  const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(256 * random()))
  const sign = (statement: Statement) => nobleBls.sign(keys.blsSecret, statementHash(chain, statement))
  const sendAll = (frame: Uint8Array) => {
    for (const peer of peers.peers()) peers.send(peer, frame)
  }
  const lie = (view: number, lies: number) => {
    for (let i = 0; i < lies; i++) for (const frame of oneOfEach(view)) sendAll(frameCodec.encode(frame))
  }
  const oneOfEach = (view: number): Frame[] => {
    const [id, root] = [bytes(32), bytes(32)]
    const candidate = { view, parentView: 0, parentId: epochHash, blockHash: bytes(32) }
    const proposed = candidateId(chain, epochHash, candidate)
    const jobId = new Uint8Array(32).fill(view)
    const ballot = { epochHash, view }
    const vote = { kind: 'notarize', epoch: 0, view, id, signer } as const
    const attestation = { epoch: 0, signer, jobId, root }
    const signed = sign({ kind: 'attribution', epochHash, jobId, root })
    const said: Frame[] = [
      { kind: 'vote', vote: { ...vote, signature: sign({ kind: 'notarize', ...ballot, id }) } },
      { kind: 'attestation', attestation: attestationCodec.encode({ ...attestation, signature: signed }) },
    ]
    if (leaders[view % LEADER_SEATS] !== signer) return said
    const signature = sign({ kind: 'proposal', ...ballot, id: proposed })
    return [...said, { kind: 'proposal', proposal: { epoch: 0, candidate, signature, certificates: [] } }]
  }
  let lastView = 0
  let views = 0
  peers.listen({
    connected() {},
    disconnected() {},
    message(_, bytes) {
      const frame = frameCodec.decode(bytes)
      if ('code' in frame || frame.kind !== 'vote' || frame.vote.view <= lastView) return
      lastView = frame.vote.view
      views++
      lie(lastView, 2)
    },
    gossip: async () => 'accept',
    async query() {
      throw new Error('a liar does not help')
    },
  })
  return {
    get views() {
      return views
    },
    get peers() {
      return peers.peers().length
    },
    sendGarbage: () => sendAll(utf8('this is no frame of any kind')),
    close: () => peers.close(),
  }
}

function leadersOf(chain: ChainContext, { validators }: LoadedNetwork): Uint8Array {
  const set = validators.map((validator) => ({ ...validator, power: validator.stakeWei / 10n ** 18n }))
  const seed = leaderSeed(chain, 0, setHash(chain, set))
  return leaderTable(
    set.map(({ power }) => power),
    seed,
    LEADER_SEATS,
  )
}
