/** `agreement/messages`: what peers and accused validators send, damaged and forged, into every decoder. */
import { helloCodec } from '../../../p2p/handshake/hello.ts'
import { encodePeerList, peerListCodec } from '../../../p2p/peers/peerList.ts'
import { concat, uintToBytes, utf8 } from '../../../primitives/bytes.ts'
import { certificateCodec, decodeCandidate, encodeCandidate } from '../../../primitives/certificate.ts'
import { decodeEvidence, encodeEvidence } from '../../../primitives/evidence.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { encodeSigners } from '../../../primitives/signers.ts'
import { decodeSet, encodeSet } from '../../../primitives/validatorSet.ts'
import { attestationCodec } from '../../../primitives/wire/attestation.ts'
import { frameCodec } from '../../../primitives/wire/frame.ts'
import type { Codec } from '../../../primitives/wire/message.ts'
import { candidateCodec, proposalCodec } from '../../../primitives/wire/proposal.ts'
import { sealingCodec } from '../../../primitives/wire/sealing.ts'
import {
  bodyCodec,
  finalBlocksCodec,
  gossipedBlockCodec,
  numberCodec,
  statusCodec,
} from '../../../primitives/wire/sync.ts'
import {
  announcementCodec,
  gossipedTransactionCodec,
  hashesCodec,
  transactionsCodec,
} from '../../../primitives/wire/transactions.ts'
import { voteCodec } from '../../../primitives/wire/vote.ts'
import type { Decoder } from '../influence/decoder.ts'
import { damagedBytes } from '../influence/files.ts'

const hash = (n: number): Uint8Array => keccak256(uintToBytes(n, 4))
const signature = concat(hash(1), hash(2), hash(3))
const signers = encodeSigners([0, 5, 99], 100)
const NO_ID = new Uint8Array(0)

const candidate = { view: 258, parentView: 257, parentId: hash(4), blockHash: hash(5) }
const next = { view: 259, parentView: 258, parentId: hash(6), blockHash: new Uint8Array(32) }
const notarization = { kind: 'notarize', epoch: 7, view: 257, id: hash(4), signers, signature } as const
const skip = { kind: 'skip', epoch: 0, view: 2 ** 40, id: NO_ID, signers, signature } as const
const vote = { kind: 'finalize', epoch: 7, view: 258, id: hash(4), signer: 99, signature } as const
const proposal = { epoch: 7, candidate, signature, certificates: [notarization, skip] }
const bare = { ...proposal, certificates: [] }
const block = concat(hash(7), hash(8))
const body = { candidate, block }
const attestation = { epoch: 7, signer: 3, jobId: hash(9), root: hash(10), signature }

const decoderOf = <T extends object>(name: string, codec: Codec<T>, ...values: readonly T[]): Decoder => ({
  name,
  valid: values.map((value) => codec.encode(value)),
  decode(bytes) {
    const read = codec.decode(bytes)
    return 'kind' in read && read.kind === 'invalid' && 'code' in read ? read : codec.encode(read as T)
  },
})

const ballot = (kind: 'proposal' | 'finalize', n: number) => ({ kind, id: hash(n), signature })
const evidence: Decoder = {
  name: 'evidence',
  valid: [
    encodeEvidence({
      ...{ kind: 'statements', epoch: 7, signer: 3, view: 258 },
      pair: [ballot('proposal', 1), ballot('proposal', 2)],
    }),
    encodeEvidence({
      ...{ kind: 'certificates', epoch: 7, view: 258 },
      pair: [
        { kind: 'skip', signers, signature },
        { kind: 'finalize', id: hash(1), signers, signature },
      ],
    }),
    encodeEvidence({
      ...{ kind: 'attestations', epoch: 7, signer: 3, jobId: hash(9) },
      pair: [
        { root: hash(1), signature },
        { root: hash(2), signature },
      ],
    }),
  ],
  decode(bytes) {
    const read = decodeEvidence(bytes)
    return read.kind === 'invalid' ? read : encodeEvidence(read)
  },
}

const member = (n: number) => ({
  ...{ operator: uintToBytes(n, 20), blsKey: concat(hash(n), hash(n).slice(16)) },
  ...{ p2pKey: hash(n + 1), power: BigInt(n) << 40n },
})
const set: Decoder = {
  name: 'validator set',
  valid: [encodeSet([member(1)]), encodeSet([member(1), member(2), member(3)])],
  decode(bytes) {
    const read = decodeSet(bytes)
    return read === undefined ? { kind: 'invalid', code: 'BadSet' } : encodeSet(read)
  },
}

const storedCandidate: Decoder = {
  name: 'stored candidate',
  valid: [encodeCandidate(candidate), encodeCandidate(next)],
  decode(bytes) {
    const read = decodeCandidate(bytes)
    return 'kind' in read ? read : encodeCandidate(read)
  },
}

const peerList: Decoder = {
  ...decoderOf('peer list', peerListCodec, { addresses: [] }),
  valid: [
    peerListCodec.encode({ addresses: [{ text: utf8('/ip4/127.0.0.1/tcp/1/p2p/x') }, { text: utf8('/dns4/a') }] }),
    encodePeerList([]),
  ],
}

const announcement = {
  holder: utf8('12D3KooW'),
  transactions: [
    { hash: hash(13), bytes: 4_097 },
    { hash: hash(14), bytes: 128 * 1024 },
  ],
}

const DECODERS: readonly Decoder[] = [
  decoderOf('vote', voteCodec, vote, { ...vote, kind: 'skip', id: NO_ID }),
  decoderOf('certificate', certificateCodec, notarization, skip),
  decoderOf('candidate', candidateCodec, candidate, next),
  decoderOf('proposal', proposalCodec, proposal, bare),
  decoderOf('sealing', sealingCodec, { epoch: 7, finalization: notarization, candidates: [candidate, next] }),
  decoderOf('attestation', attestationCodec, attestation),
  decoderOf(
    'frame',
    frameCodec,
    { kind: 'vote', vote },
    { kind: 'certificate', certificate: skip },
    { kind: 'proposal', proposal },
    { kind: 'attestation', attestation: attestationCodec.encode(attestation) },
  ),
  decoderOf('hello', helloCodec, {
    ...{ version: 1, chainId: uintToBytes(77_116_120, 8), genesisHash: hash(11), epoch: 7, forksHash: hash(12) },
    client: utf8('openledger-node/0.1.0'),
  }),
  decoderOf('status', statusCodec, { epoch: 7, height: 25_201, view: 3 }),
  decoderOf('number', numberCodec, { number: 0 }, { number: 2 ** 47 }),
  decoderOf('body', bodyCodec, body, { candidate: next, block: NO_ID }),
  decoderOf('gossiped block', gossipedBlockCodec, { proposal: bare, block }),
  decoderOf('final blocks', finalBlocksCodec, {
    ...{ epoch: 7, bodies: [body], above: [next] },
    finalization: { ...notarization, kind: 'finalize' },
  }),
  decoderOf('announcement', announcementCodec, announcement),
  decoderOf(
    'gossiped transaction',
    gossipedTransactionCodec,
    { kind: 'whole', whole: block },
    { kind: 'announcement', announcement },
  ),
  decoderOf('hashes', hashesCodec, { hashes: [hash(13)] }, { hashes: [hash(13), hash(14)] }),
  decoderOf('transactions', transactionsCodec, { transactions: [block, hash(15)] }, { transactions: [] }),
  ...[evidence, set, storedCandidate, peerList],
]

export const messages = damagedBytes('agreement/messages', async () => DECODERS)
