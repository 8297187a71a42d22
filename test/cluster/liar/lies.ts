/** Signed lies, each in a well-formed frame, and how often each was told. */
import type { DevValidatorKeys } from '../../../genesis/devKeys.ts'
import type { OpenNetwork } from '../../../p2p/status.ts'
import { nobleBls } from '../../../primitives/bls.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import { type ChainContext, type Statement, statementHash } from '../../../primitives/statements.ts'
import { type Candidate, candidateId } from '../../../primitives/validatorSet.ts'
import { attestationCodec } from '../../../primitives/wire/attestation.ts'
import { type Frame, frameCodec } from '../../../primitives/wire/frame.ts'
import { gossipedBlockCodec } from '../../../primitives/wire/sync.ts'
import type { BadBlock, ProposedBlock } from './badBlocks.ts'
import type { Parent } from './heardChain.ts'

export type Led = BadBlock | 'two proposals'

export interface Lies {
  readonly told: ReadonlyMap<string, number>
  /** Of the blocks that it leads with. */
  readonly header: { readonly coinbase: Uint8Array; readonly epochHash: Uint8Array }
  /** Drawn. */
  bytes(length: number): Uint8Array
  /** Two votes, and two roots of a job that nobody knows. */
  inView(view: number): void
  /** A drawn root of that job. */
  attest(lie: string, jobId: Uint8Array): void
  propose(lie: Led, view: number, parent: Parent, block: ProposedBlock): void
  /** Of blocks that nobody has. */
  proposeTwice(view: number): void
}

export interface LiesOptions {
  readonly chain: ChainContext
  readonly keys: DevValidatorKeys
  readonly signer: number
  readonly epochHash: Uint8Array
  readonly peers: Pick<OpenNetwork, 'peers' | 'send' | 'publish'>
  /** 0 ≤ r < 1. */
  readonly random: () => number
}

/** All are of epoch 0. */
export function createLies({ chain, keys, signer, epochHash, peers, random }: LiesOptions): Lies {
  const told = new Map<string, number>()
  const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(256 * random()))
  const sign = (statement: Statement) => nobleBls.sign(keys.blsSecret, statementHash(chain, statement))
  const tell = (lie: string, frame: Frame) => {
    told.set(lie, (told.get(lie) ?? 0) + 1)
    const encoded = frameCodec.encode(frame)
    for (const peer of peers.peers()) peers.send(peer, encoded)
  }
  const attest = (lie: string, jobId: Uint8Array) => {
    const root = bytes(32)
    const signature = sign({ kind: 'attribution', epochHash, jobId, root })
    const attestation = attestationCodec.encode({ epoch: 0, signer, jobId, root, signature })
    tell(lie, { kind: 'attestation', attestation })
  }
  const vote = (view: number) => {
    const id = bytes(32)
    const signature = sign({ kind: 'notarize', epochHash, view, id })
    tell('votes, two a view', { kind: 'vote', vote: { kind: 'notarize', epoch: 0, view, id, signer, signature } })
  }
  /** Returns it as it is gossiped. */
  const proposed = (lie: Led, candidate: Candidate, certificates: readonly Certificate[]) => {
    const id = candidateId(chain, epochHash, candidate)
    const signature = sign({ kind: 'proposal', epochHash, view: candidate.view, id })
    const bare = { epoch: 0, candidate, signature, certificates: [] }
    tell(lie, { kind: 'proposal', proposal: { ...bare, certificates } })
    return bare
  }
  return {
    told,
    header: { coinbase: keys.operator, epochHash },
    bytes,
    inView(view) {
      for (let i = 0; i < 2; i++) {
        vote(view)
        attest('roots of unknown jobs, two a job', new Uint8Array(32).fill(view))
      }
    },
    attest,
    propose(lie, view, parent, { hash, bytes: block }) {
      const candidate = { view, parentView: parent.view, parentId: parent.id, blockHash: hash }
      const proposal = proposed(lie, candidate, parent.certificates)
      peers.publish('block', gossipedBlockCodec.encode({ proposal, block }))
    },
    proposeTwice(view) {
      for (let i = 0; i < 2; i++)
        proposed('two proposals', { view, parentView: 0, parentId: epochHash, blockHash: bytes(32) }, [])
    },
  }
}
