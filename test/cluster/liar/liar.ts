/** A validator without a node: it joins its network with its published keys, and lies to everybody. */
import { LEADER_SEATS, leaderTable } from '../../../consensus/leaderTable.ts'
import type { DevValidatorKeys } from '../../../genesis/devKeys.ts'
import type { LoadedNetwork } from '../../../genesis/load.ts'
import { probeCrypto } from '../../../node/crypto.ts'
import { openNetwork } from '../../../p2p/network.ts'
import type { OpenNetwork } from '../../../p2p/status.ts'
import { toHex, utf8 } from '../../../primitives/bytes.ts'
import type { ChainContext } from '../../../primitives/statements.ts'
import { candidateId, leaderSeed, setHash } from '../../../primitives/validatorSet.ts'
import { attestationCodec } from '../../../primitives/wire/attestation.ts'
import { frameCodec } from '../../../primitives/wire/frame.ts'
import type { WireProposal } from '../../../primitives/wire/proposal.ts'
import { gossipedBlockCodec } from '../../../primitives/wire/sync.ts'
import { decodeBlockHeader } from '../../../runtime/block/block.ts'
import { hashHeader } from '../../../runtime/block/header.ts'
import { type ChainRules, createChainRules } from '../../../runtime/chainRules.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { makeBadBlock } from './badBlocks.ts'
import { createHeardChain, type HeardChain } from './heardChain.ts'
import { createLies, type Led, type Lies } from './lies.ts'

export interface Liar {
  /** How often each lie was told. */
  readonly told: ReadonlyMap<string, number>
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
  /** Roots that it signs where the others attest a job or a version, each once: none of them theirs. */
  readonly wrongRoots: (jobId: Uint8Array) => number
}

/** In the order in which it leads with them; the one that is dear comes twice only. */
const LED: readonly Led[] = ['wrong state root', 'bad transaction', 'body of another block', 'two proposals']
/** Each costs points, and the fourth within minutes would be its last. */
const WRONG_BODIES_MAX = 2

/**
 * In each view of epoch 0 that it hears of: two votes, and two roots of a job that nobody knows. Where it leads, a block that
 * breaks a rule, or two proposals of blocks that nobody has. Of jobs and versions that others attest, roots of its own. All
 * are signed and well-formed, so that its peers listen on; what is not costs it every connection.
 */
export async function startLiar(options: LiarOptions): Promise<Liar> {
  const { network } = options
  const chain = { chainId: network.params.chainId, genesisHash: network.genesisHash }
  const rules = createChainRules(network.params, { crypto: await probeCrypto() })
  const peers = await joinNetwork(options, chain)
  const lies = createLies({ ...options, chain, peers })
  const heard = createHeardChain()
  listen({ ...options, chain, rules, peers, lies, heard, leaders: leadersOf(chain, network) })
  return {
    told: lies.told,
    get peers() {
      return peers.peers().length
    },
    sendGarbage() {
      for (const peer of peers.peers()) peers.send(peer, utf8('this is no frame of any kind'))
    },
    close: () => peers.close(),
  }
}

function joinNetwork({ network, keys, bootstrap }: LiarOptions, chain: ChainContext): Promise<OpenNetwork> {
  return openNetwork({
    network: network.params.name,
    chain: { ...chain, forks: network.params.forks, client: 'liar' },
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
}

interface Listening extends LiarOptions {
  readonly chain: ChainContext
  readonly rules: ChainRules
  readonly peers: OpenNetwork
  readonly lies: Lies
  readonly heard: HeardChain
  readonly leaders: Uint8Array
}

/** What it hears moves it to the next lie. */
function listen({ chain, rules, peers, lies, heard, leaders, signer, epochHash, wrongRoots }: Listening): void {
  const lead = createLead(rules, lies, heard)
  const answered = new Set<string>()
  let lastView = 0
  let isLeading = false
  const enter = () => {
    if (heard.current <= lastView) return
    lastView = heard.current
    lies.inView(lastView)
    isLeading = leaders[lastView % LEADER_SEATS] === signer
  }
  /** What the parent's certificate names may come after it. */
  const leadIfReady = () => {
    if (isLeading && lead(lastView)) isLeading = false
  }
  const contradict = (attestation: Uint8Array) => {
    const honest = attestationCodec.decode(attestation)
    if ('kind' in honest || answered.has(toHex(honest.jobId))) return
    answered.add(toHex(honest.jobId))
    for (let i = 0; i < wrongRoots(honest.jobId); i++)
      lies.attest('wrong roots of real jobs and versions', honest.jobId)
  }
  const hearProposal = ({ epoch, candidate }: WireProposal) => {
    if (epoch === 0) heard.candidate(candidateId(chain, epochHash, candidate), candidate)
  }
  peers.listen({
    connected() {},
    disconnected() {},
    message(_, bytes) {
      const frame = frameCodec.decode(bytes)
      if ('code' in frame) return
      if (frame.kind === 'proposal') hearProposal(frame.proposal)
      if (frame.kind === 'attestation') contradict(frame.attestation)
      if (frame.kind === 'certificate' && frame.certificate.epoch === 0) {
        heard.certificate(frame.certificate)
        enter()
      }
      leadIfReady()
    },
    async gossip(topic, _, bytes) {
      const gossiped = topic === 'block' ? gossipedBlockCodec.decode(bytes) : undefined
      if (gossiped === undefined || 'code' in gossiped) return 'ignore'
      hearProposal(gossiped.proposal)
      const header = decodeBlockHeader(rules, gossiped.block)
      if (!isRefusal(header)) heard.block({ hash: hashHeader(rules.keccak, header), header })
      leadIfReady()
      return 'accept'
    },
    async query() {
      throw new Error('a liar does not help')
    },
  })
}

/** What it does with a view that it leads: the next kind of lie. False: it has not heard enough for it yet. */
function createLead(rules: ChainRules, lies: Lies, heard: HeardChain): (view: number) => boolean {
  let led = 0
  return (view) => {
    const next = LED[led % LED.length]!
    const isSpent = next === 'body of another block' && (lies.told.get(next) ?? 0) >= WRONG_BODIES_MAX
    const lie = isSpent ? 'two proposals' : next
    if (lie === 'two proposals') lies.proposeTwice(view)
    else {
      const parent = heard.parentOf(view)
      if (parent === undefined) return false
      const making = makeBadBlock({ rules, ...lies.header, bytes: lies.bytes }, lie, parent.block)
      void making.then((block) => lies.propose(lie, view, parent, block))
    }
    led++
    return true
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
