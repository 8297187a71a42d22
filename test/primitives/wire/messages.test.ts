/** Wire messages: protobuf that any client can write from `simplex.proto`, and nothing but its one encoding. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../primitives/bytes.ts'
import { BALLOT_KINDS, type Certificate, certificateCodec } from '../../../primitives/certificate.ts'
import { type Frame, frameCodec } from '../../../primitives/wire/frame.ts'
import { type Codec, UINT48_MAX, type WireRefused } from '../../../primitives/wire/message.ts'
import { candidateCodec, proposalCodec, type WireProposal } from '../../../primitives/wire/proposal.ts'
import { type Sealing, sealingCodec } from '../../../primitives/wire/sealing.ts'
import {
  bodyCodec,
  finalBlocksCodec,
  gossipedBlockCodec,
  numberCodec,
  statusCodec,
  type WireBody,
  type WireFinalBlocks,
} from '../../../primitives/wire/sync.ts'
import {
  announcedCodec,
  announcementCodec,
  type GossipedTransaction,
  gossipedTransactionCodec,
  hashesCodec,
  TRANSACTION_BYTES_MAX,
  transactionsCodec,
  WHOLE_BYTES_MAX,
  type WireAnnouncement,
} from '../../../primitives/wire/transactions.ts'
import { voteCodec, type WireVote } from '../../../primitives/wire/vote.ts'

const root = new protobuf.Root()
for (const name of ['simplex', 'sync', 'transactions']) {
  const file = new URL(`../../../primitives/wire/${name}.proto`, import.meta.url)
  protobuf.parse(readFileSync(file, 'utf8'), root, { keepCase: true })
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const uint48 = fc.oneof(fc.constantFrom(0, 1, UINT48_MAX), fc.nat(UINT48_MAX))
const withId = <T extends { kind: string; id: Uint8Array }>(message: T): T =>
  message.kind === 'skip' ? { ...message, id: new Uint8Array(0) } : message
const kind = fc.constantFrom('notarize' as const, 'skip' as const, 'finalize' as const)

const certificate: fc.Arbitrary<Certificate> = fc
  .record({
    kind,
    epoch: uint48,
    view: uint48,
    id: bytes(32),
    signers: fc.uint8Array({ minLength: 1, maxLength: 13 }),
    signature: bytes(96),
  })
  .map(withId)
const vote: fc.Arbitrary<WireVote> = fc
  .record({ kind, epoch: uint48, view: uint48, id: bytes(32), signer: fc.nat(99), signature: bytes(96) })
  .map(withId)
const candidate = fc
  .record({ view: uint48, parentView: uint48, parentId: bytes(32), blockHash: bytes(32) })
  .filter(({ view, parentView }) => parentView < view)
const proposal: fc.Arbitrary<WireProposal> = fc.record({
  epoch: uint48,
  candidate,
  signature: bytes(96),
  certificates: fc.array(certificate, { maxLength: 4 }),
})
const sealing: fc.Arbitrary<Sealing> = fc.record({
  epoch: uint48,
  finalization: certificate,
  candidates: fc.array(candidate, { minLength: 1, maxLength: 4 }),
})
const frame: fc.Arbitrary<Frame> = fc.oneof(
  vote.map((vote) => ({ kind: 'vote' as const, vote })),
  certificate.map((certificate) => ({ kind: 'certificate' as const, certificate })),
  proposal.map((proposal) => ({ kind: 'proposal' as const, proposal })),
  fc.uint8Array({ minLength: 1, maxLength: 64 }).map((attestation) => ({ kind: 'attestation' as const, attestation })),
)

const body: fc.Arbitrary<WireBody> = fc.record({ candidate, block: fc.uint8Array({ maxLength: 64 }) })
const finalBlocks: fc.Arbitrary<WireFinalBlocks> = fc.record({
  epoch: uint48,
  bodies: fc.array(body, { minLength: 1, maxLength: 4 }),
  above: fc.array(candidate, { maxLength: 4 }),
  finalization: certificate,
})
const announced = fc.record({
  hash: bytes(32),
  bytes: fc.integer({ min: WHOLE_BYTES_MAX + 1, max: TRANSACTION_BYTES_MAX }),
})
const announcement: fc.Arbitrary<WireAnnouncement> = fc.record({
  holder: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  transactions: fc.array(announced, { minLength: 1, maxLength: 4 }),
})
const raw = fc.uint8Array({ minLength: 1, maxLength: 64 })
const gossipedTransaction: fc.Arbitrary<GossipedTransaction> = fc.oneof(
  raw.map((whole) => ({ kind: 'whole' as const, whole })),
  announcement.map((announcement) => ({ kind: 'announcement' as const, announcement })),
)
/** A message of defaults alone has no bytes to spoil. */
const positive = uint48.map((value) => Math.max(1, value))

interface Subject {
  readonly name: string
  readonly codec: Codec<unknown>
  readonly values: fc.Arbitrary<object>
}

const subject = <T extends object>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>): Subject => ({
  name,
  codec: codec as Codec<unknown>,
  values,
})

const SUBJECTS: readonly Subject[] = [
  subject('Vote', voteCodec, vote),
  subject('Certificate', certificateCodec, certificate),
  subject('Candidate', candidateCodec, candidate),
  subject('Proposal', proposalCodec, proposal),
  subject('Sealing', sealingCodec, sealing),
  subject('Frame', frameCodec, frame),
  subject('Status', statusCodec, fc.record({ epoch: positive, height: uint48, view: uint48 })),
  subject('Number', numberCodec, fc.record({ number: positive })),
  subject('Body', bodyCodec, body),
  subject(
    'GossipedBlock',
    gossipedBlockCodec,
    fc.record({
      proposal: proposal.map((one) => ({ ...one, certificates: [] })),
      block: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    }),
  ),
  subject('FinalBlocks', finalBlocksCodec, finalBlocks),
  subject('Announced', announcedCodec, announced),
  subject('Announcement', announcementCodec, announcement),
  subject('GossipedTransaction', gossipedTransactionCodec, gossipedTransaction),
  subject('Hashes', hashesCodec, fc.record({ hashes: fc.array(bytes(32), { minLength: 1, maxLength: 16 }) })),
  subject(
    'Transactions',
    transactionsCodec,
    fc.record({ transactions: fc.array(raw, { minLength: 1, maxLength: 4 }) }),
  ),
]

/** Twice the same list is a longer one. */
const LISTS: ReadonlySet<string> = new Set(['Hashes', 'Transactions'])

const isDefault = (value: unknown) => value === 0 || (value instanceof Uint8Array && value.length === 0)

/** As protobufjs takes it by reflection: kinds are numbers, a frame is its one field, and defaults are not set. */
function asPlain(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(asPlain)
  const { kind, ...rest } = value as Record<string, unknown>
  const fields = Object.entries(rest).filter(([, inner]) => !isDefault(inner))
  const plain = Object.fromEntries(fields.map(([key, inner]) => [key, asPlain(inner)]))
  return typeof kind === 'string' && Object.hasOwn(BALLOT_KINDS, kind) && !Object.hasOwn(rest, kind)
    ? { kind: BALLOT_KINDS[kind as keyof typeof BALLOT_KINDS], ...plain }
    : plain
}

const isRefused = (value: unknown): value is WireRefused => (value as { kind?: unknown }).kind === 'invalid'

test('wire: the proto files name the messages that the codecs know, and no other', () => {
  const messages = (root.lookup('openledger.simplex') as protobuf.Namespace).nestedArray.map(({ name }) => name)
  assert.equal(messages.sort(), SUBJECTS.map(({ name }) => name).sort())
})

for (const { name, codec, values } of SUBJECTS) {
  test(`wire: ${name} reads what a client generated from the proto files writes, and writes the same bytes`, () => {
    const type = root.lookupType(`openledger.simplex.${name}`)
    fc.assert(
      fc.property(values, (value) => {
        const ours = codec.encode(value)
        const theirs = type.encode(type.fromObject(asPlain(value) as Record<string, unknown>)).finish()
        assert.is(toHex(theirs), toHex(ours))
        assert.is(toHex(codec.encode(codec.decode(ours))), toHex(ours))
      }),
      { numRuns: 60 },
    )
  })

  test(`wire: ${name} accepts only the bytes that it would write`, () => {
    fc.assert(
      fc.property(
        values,
        fc.nat(),
        fc.nat(255),
        fc.constantFrom('flip', 'cut', 'insert', 'twice'),
        (value, at, byte, how) => {
          const good = codec.encode(value)
          const place = at % good.length
          const head = good.slice(0, place)
          const tail = good.slice(place)
          const bad = {
            flip: Uint8Array.of(...head, tail[0]! ^ (byte || 1), ...tail.slice(1)),
            cut: head,
            insert: Uint8Array.of(...head, byte, ...tail),
            twice: Uint8Array.of(...good, ...good),
          }[how]
          const decoded = codec.decode(bad)
          assert.ok(isRefused(decoded) || toHex(codec.encode(decoded)) === toHex(bad), toHex(bad))
          if (how === 'twice' && !LISTS.has(name)) assert.ok(isRefused(decoded))
        },
      ),
      { numRuns: 150 },
    )
  })
}

const GOOD: WireVote = {
  kind: 'notarize',
  epoch: 3,
  view: 7,
  id: new Uint8Array(32).fill(1),
  signer: 2,
  signature: new Uint8Array(96).fill(9),
}

const REFUSED: readonly (readonly [string, Partial<WireVote>])[] = [
  ['a kind that is none', { kind: 'other' as WireVote['kind'] }],
  ['a skip with an id', { kind: 'skip' }],
  ['a notarize without an id', { id: new Uint8Array(0) }],
  ['a short id', { id: new Uint8Array(31) }],
  ['a short signature', { signature: new Uint8Array(95) }],
  ['a long signature', { signature: new Uint8Array(97) }],
  ['a signer beyond any set', { signer: 100 }],
  ['a view beyond 48 bits', { view: UINT48_MAX + 1 }],
  ['an epoch beyond 48 bits', { epoch: UINT48_MAX + 1 }],
]

test('wire: a vote is refused for each field that it cannot have', () => {
  assert.equal(voteCodec.decode(voteCodec.encode(GOOD)), GOOD)
  for (const [what, change] of REFUSED) {
    const decoded = voteCodec.decode(voteCodec.encode({ ...GOOD, ...change }))
    assert.ok(isRefused(decoded), what)
  }
})

test('wire: unknown, repeated, misplaced and explicit default fields are refused', () => {
  const good = voteCodec.encode({ ...GOOD, epoch: 0 })
  const kindField = good.slice(0, 2)
  const rest = good.slice(2)
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['unknown field 7', Uint8Array.of(...good, 56, 1)],
    ['kind twice', Uint8Array.of(...kindField, ...good)],
    ['kind last', Uint8Array.of(...rest, ...kindField)],
    ['epoch 0 written', Uint8Array.of(...kindField, 16, 0, ...rest)],
    ['a view in more bytes than it needs', Uint8Array.of(...kindField, 24, 0x87, 0, ...rest.slice(2))],
    ['nothing', new Uint8Array(0)],
  ]
  assert.not(isRefused(voteCodec.decode(good)))
  for (const [what, bytes] of cases) assert.ok(isRefused(voteCodec.decode(bytes)), what)
})

test('wire: bounds hold: 170 bytes a vote and certificate, 512 certificates a proposal', () => {
  const largest: Certificate = {
    kind: 'finalize',
    epoch: UINT48_MAX,
    view: UINT48_MAX,
    id: new Uint8Array(32).fill(1),
    signers: new Uint8Array(13).fill(255),
    signature: new Uint8Array(96).fill(1),
  }
  assert.ok(certificateCodec.encode(largest).length <= 170)
  const proposalOf = (count: number): WireProposal => ({
    epoch: 1,
    candidate: { view: 2, parentView: 1, parentId: new Uint8Array(32), blockHash: new Uint8Array(32) },
    signature: new Uint8Array(96),
    certificates: Array<Certificate>(count).fill(largest),
  })
  const full = frameCodec.encode({ kind: 'proposal', proposal: proposalOf(512) })
  assert.ok(full.length < 128 * 1024 && !isRefused(frameCodec.decode(full)))
  assert.ok(isRefused(proposalCodec.decode(proposalCodec.encode(proposalOf(513)))))
  const endless = { ...proposalOf(0).candidate, parentView: 2 }
  assert.ok(isRefused(candidateCodec.decode(candidateCodec.encode(endless))), 'a parent that is not older')
})

test.run()
