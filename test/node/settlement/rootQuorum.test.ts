/** Attestations to a quorum: power decides, culprits are dropped and the rest still counts, two roots are evidence. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEpoch } from '../../../consensus/epoch.ts'
import { probeCrypto } from '../../../node/crypto.ts'
import { createRootQuorum, JOBS_PER_SIGNER_MAX, type RootQuorum } from '../../../node/settlement/rootQuorum.ts'
import { uintToBytes } from '../../../primitives/bytes.ts'
import { decodeEvidence, type Evidence, encodeEvidence } from '../../../primitives/evidence.ts'
import { decodeSigners } from '../../../primitives/signers.ts'
import { statementHash } from '../../../primitives/statements.ts'
import type { WireAttestation } from '../../../primitives/wire/attestation.ts'

const { bls } = await probeCrypto()
const chain = { chainId: 1n, genesisHash: new Uint8Array(32).fill(7) }
const secret = (i: number) => new Uint8Array(32).fill(i + 1)
/** W = 10, q = 7. */
const POWERS = [4n, 3n, 2n, 1n]
const validators = POWERS.map((power, i) => ({
  operator: new Uint8Array(20).fill(i + 1),
  blsKey: bls.publicKey(secret(i)),
  p2pKey: new Uint8Array(32).fill(i + 1),
  power,
}))
const epoch = createEpoch(chain, 3, new Uint8Array(32).fill(9), validators)
const id = (n: number) => uintToBytes(n, 32)
const [ROOT, OTHER] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

function attest(signer: number, job: number, root: Uint8Array, number = 3): WireAttestation {
  const statement = { kind: 'attribution', epochHash: epoch.epochHash, jobId: id(job), root } as const
  const signature = bls.sign(secret(signer), statementHash(chain, statement))
  return { epoch: number, signer, jobId: id(job), root, signature }
}

function open() {
  const conflicts: Evidence[] = []
  const culprits: number[] = []
  const quorum: RootQuorum = createRootQuorum({
    ...{ chain, epoch, bls },
    onConflict: (evidence) => conflicts.push(evidence),
    onCulprit: (signer) => culprits.push(signer),
  })
  return { quorum, conflicts, culprits }
}

test('root quorum: power over two thirds on one root, whatever others say, and it verifies as one signature', () => {
  const { quorum } = open()
  quorum.add(attest(1, 5, ROOT))
  quorum.add(attest(2, 5, ROOT))
  quorum.add(attest(3, 5, OTHER))
  assert.is(quorum.certificateOf(id(5), ROOT), undefined)
  assert.is(quorum.add(attest(0, 5, ROOT)), true)
  const certificate = quorum.certificateOf(id(5), ROOT)!
  assert.equal(decodeSigners(certificate.signers, 4), [0, 1, 2])
  const hash = statementHash(chain, { kind: 'attribution', epochHash: epoch.epochHash, jobId: id(5), root: ROOT })
  assert.ok(
    bls.verify(
      [0, 1, 2].map((i) => validators[i]!.blsKey),
      hash,
      certificate.signature,
    ),
  )
  assert.is(quorum.certificateOf(id(5), OTHER), undefined)
  assert.is(quorum.certificateOf(id(6), ROOT), undefined)
})

test('root quorum: signatures of another root, another key and junk are dropped with their signer', () => {
  for (const signature of [attest(2, 5, OTHER).signature, attest(3, 5, ROOT).signature, new Uint8Array(96).fill(5)]) {
    const { quorum, culprits } = open()
    for (const signer of [0, 1]) quorum.add(attest(signer, 5, ROOT))
    quorum.add({ ...attest(2, 5, ROOT), signature })
    assert.ok(quorum.certificateOf(id(5), ROOT), 'the other two hold a quorum')
    assert.equal(culprits, [2])
    assert.is(quorum.add(attest(2, 6, ROOT)), false)
  }
})

test('root quorum: two roots of one signer are evidence that the chain can read; unsigned ones are not', () => {
  const { quorum, conflicts } = open()
  quorum.add(attest(1, 5, ROOT))
  assert.is(quorum.add({ ...attest(1, 5, OTHER), signature: attest(1, 5, ROOT).signature }), false)
  assert.is(conflicts.length, 0)
  assert.is(quorum.add(attest(1, 5, ROOT)), false, 'the same again')
  assert.is(conflicts.length, 0)
  quorum.add(attest(1, 5, OTHER))
  assert.is(conflicts.length, 1)
  const read = decodeEvidence(encodeEvidence(conflicts[0]!))
  assert.equal([read.kind, 'signer' in read && read.signer], ['attestations', 1])
})

test('root quorum: other epochs, strangers and more than the bound are not heard; a settled job makes room', () => {
  const { quorum } = open()
  assert.is(quorum.add(attest(0, 5, ROOT, 2)), false)
  assert.is(quorum.add({ ...attest(0, 5, ROOT), signer: 4 }), false)
  const any = attest(3, 0, ROOT)
  for (let job = 0; job < JOBS_PER_SIGNER_MAX; job++) quorum.add({ ...any, jobId: id(job) })
  assert.is(quorum.add({ ...any, jobId: id(JOBS_PER_SIGNER_MAX) }), false)
  quorum.forget(id(0))
  assert.is(quorum.add({ ...any, jobId: id(JOBS_PER_SIGNER_MAX) }), true)
})

test.run()
