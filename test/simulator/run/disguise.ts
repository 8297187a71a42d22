/** What a Byzantine node of the full simulator does to its honest host's words, on their way to the network and back. */
import { statementOf } from '../../../consensus/ballotCrypto.ts'
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import { wireToVote } from '../../../consensus/messages.ts'
import type { Ballot } from '../../../consensus/step.ts'
import type { Network } from '../../../p2p/surface.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { candidateId } from '../../../primitives/validatorSet.ts'
import { frameCodec } from '../../../primitives/wire/frame.ts'
import type { WireProposal } from '../../../primitives/wire/proposal.ts'
import { gossipedBlockCodec, statusCodec } from '../../../primitives/wire/sync.ts'
import type { WireVote } from '../../../primitives/wire/vote.ts'
import type { Random } from '../../fuzz/random.ts'
import type { Behaviour } from './faultPlan.ts'
import type { SimulatedChain } from './simulatedChain.ts'

export interface DisguiseOptions {
  readonly key: number
  readonly chain: SimulatedChain
  readonly random: Random
  readonly epochOf: (epoch: number) => EpochWithLeaders | undefined
}
type Disguise = (network: Network) => Network

/** Undefined: a twin runs honest code, twice. */
export function disguiseOf(behaviour: Behaviour, options: DisguiseOptions): Disguise | undefined {
  switch (behaviour) {
    case 'twin':
      return undefined
    case 'silent':
      return (network) => ({ ...network, send() {}, publish() {}, ask: () => Promise.reject(new Error('silent')) })
    case 'doubleVoter':
      return (network) => ({ ...network, send: doubleVotes(options, network) })
    case 'badLeader':
      return (network) => ({ ...network, send: badProposals(options, network) })
    case 'junk':
      return (network) => ({ ...network, send: junk(options, network) })
    case 'falseHeights':
      return (network) => ({ ...network, listen: falseHeights(options, network) })
    default:
      return behaviour satisfies never
  }
}

function signedVote({ key, chain }: DisguiseOptions, epoch: EpochWithLeaders, ballot: Ballot): Uint8Array {
  const signer = chain.indexOf(epoch.number, key)
  const hash = statementHash(chain.context, statementOf(epoch, ballot))
  const id = ballot.kind === 'skip' ? new Uint8Array(0) : fromHex(ballot.id)
  const signature = chain.keys.bls.sign(chain.keys.secretOf(key), hash)
  const vote: WireVote = { kind: ballot.kind, epoch: epoch.number, view: ballot.view, id, signer, signature }
  return frameCodec.encode({ kind: 'vote', vote })
}

/** Some peers get the other votes of the view: another candidate, finalize and skip. */
function doubleVotes(options: DisguiseOptions, network: Network): Network['send'] {
  const { random, epochOf } = options
  /** Per view the candidate that the others hear of, so that they hear of one. */
  const others = new Map<number, Uint8Array>()
  return (peer, bytes) => {
    const frame = frameCodec.decode(bytes)
    if (frame.kind !== 'vote' || random.oneIn(2)) return network.send(peer, bytes)
    const epoch = epochOf(frame.vote.epoch)
    if (epoch === undefined) return
    const { ballot } = wireToVote(frame.vote)
    const { view } = ballot
    const other = others.get(view) ?? random.bytes(32)
    others.set(view, other)
    if (others.size > 64) others.delete(others.keys().next().value!)
    network.send(peer, signedVote(options, epoch, { kind: 'notarize', view, id: toHex(other) }))
    network.send(peer, signedVote(options, epoch, { kind: 'skip', view }))
    if (ballot.kind !== 'skip')
      network.send(peer, signedVote(options, epoch, { kind: 'finalize', view, id: ballot.id }))
  }
}

/** Half of the peers get another proposal: on an old parent, with a block that is sound or not, or that nobody has. */
function badProposals(options: DisguiseOptions, network: Network): Network['send'] {
  const { random, epochOf, chain, key } = options
  const earlier: WireProposal[] = []
  const twins = new Map<number, Uint8Array>()
  const makeTwin = (proposal: WireProposal, epoch: EpochWithLeaders): Uint8Array => {
    const { view } = proposal.candidate
    const old = random.oneIn(2) ? undefined : earlier.find(({ epoch: number }) => number === epoch.number)
    const parent = old === undefined ? proposal.candidate : old.candidate
    const block = chain.forgeBlock(random, toHex(random.oneIn(2) ? parent.blockHash : parent.parentId), epoch.epochHash)
    const { parentView, parentId } = proposal.candidate
    const blockHash = fromHex(block.hash)
    const candidate =
      old === undefined
        ? { view, parentView, parentId, blockHash }
        : {
            view,
            parentView: old.candidate.view,
            parentId: candidateId(chain.context, epoch.epochHash, old.candidate),
            blockHash,
          }
    const id = toHex(candidateId(chain.context, epoch.epochHash, candidate))
    const hash = statementHash(chain.context, statementOf(epoch, { kind: 'proposal', view, id }))
    const signature = chain.keys.bls.sign(chain.keys.secretOf(key), hash)
    const twin: WireProposal = { epoch: epoch.number, candidate, signature, certificates: proposal.certificates }
    if (random.oneIn(2))
      network.publish(
        'block',
        gossipedBlockCodec.encode({ proposal: { ...twin, certificates: [] }, block: block.bytes }),
      )
    return frameCodec.encode({ kind: 'proposal', proposal: twin })
  }
  return (peer, bytes) => {
    const frame = frameCodec.decode(bytes)
    const epoch = frame.kind === 'proposal' ? epochOf(frame.proposal.epoch) : undefined
    if (frame.kind !== 'proposal' || epoch === undefined || random.oneIn(2)) return network.send(peer, bytes)
    const { view } = frame.proposal.candidate
    const twin = twins.get(view) ?? makeTwin(frame.proposal, epoch)
    if (!twins.has(view)) earlier.unshift(frame.proposal)
    if (earlier.length > 16) earlier.pop()
    twins.set(view, twin)
    if (twins.size > 64) twins.delete(twins.keys().next().value!)
    network.send(peer, twin)
  }
}

/** Bytes that are nothing, frames with a flipped bit, signatures of nobody. */
function junk({ random }: DisguiseOptions, network: Network): Network['send'] {
  return (peer, bytes) => {
    if (random.oneIn(20)) network.send(peer, random.bytes(random.int(0, 300)))
    if (random.oneIn(20)) {
      const flipped = bytes.slice()
      flipped[random.int(0, flipped.length - 1)]! ^= 1 << random.int(0, 7)
      network.send(peer, flipped)
    }
    const frame = frameCodec.decode(bytes)
    if (random.oneIn(20) && frame.kind === 'vote')
      network.send(peer, frameCodec.encode({ ...frame, vote: { ...frame.vote, signature: random.bytes(96) } }))
    else network.send(peer, bytes)
  }
}

/** Claims to be far ahead, and has nothing to show for it. */
function falseHeights({ random }: DisguiseOptions, network: Network): Network['listen'] {
  return (events) =>
    network.listen({
      ...events,
      async query(peer, query, request) {
        const answer = await events.query(peer, query, request)
        if (query !== 'status') return answer
        const status = statusCodec.decode(answer)
        if ('code' in status) return answer
        return statusCodec.encode({ ...status, height: status.height + random.int(1, 1_000_000) })
      },
    })
}
