/** Conflicts of the core as evidence: what the chain is shown is what was signed. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { evidenceOf } from '../../consensus/evidence.ts'
import type { Conflict } from '../../consensus/step.ts'
import { toHex } from '../../primitives/bytes.ts'
import { decodeEvidence, encodeEvidence } from '../../primitives/evidence.ts'
import { encodeSigners } from '../../primitives/signers.ts'

const id = (n: number) => new Uint8Array(32).fill(n)
const signature = new Uint8Array(96).fill(7)
const vote = (ballot: { kind: 'notarize' | 'finalize'; n: number } | 'skip') => ({
  signer: 2,
  ballot: ballot === 'skip' ? { kind: ballot, view: 9 } : { kind: ballot.kind, view: 9, id: toHex(id(ballot.n)) },
  signature,
})
const proposal = (n: number) => {
  const candidate = { view: 9, parentView: 8, parentId: toHex(id(0)), blockHash: toHex(id(n + 1)), id: toHex(id(n)) }
  return { candidate, signature, certificates: [] }
}
const certificate = (kind: 'skip' | 'finalize') => ({
  ...{ kind, epoch: 5, view: 9, signature },
  ...{ id: kind === 'skip' ? new Uint8Array(0) : id(1), signers: encodeSigners([0, 2], 4) },
})

const CONFLICTS: readonly Conflict[] = [
  { kind: 'votes', signer: 2, first: vote({ kind: 'finalize', n: 1 }), second: vote('skip') },
  { kind: 'votes', signer: 2, first: vote({ kind: 'notarize', n: 2 }), second: vote({ kind: 'notarize', n: 1 }) },
  { kind: 'proposals', signer: 2, first: proposal(1), second: proposal(2) },
  { kind: 'certificates', first: certificate('finalize'), second: certificate('skip') },
]

test('evidence: each kind of conflict encodes, with its epoch, view, signer and signatures', () => {
  for (const conflict of CONFLICTS) {
    const read = decodeEvidence(encodeEvidence(evidenceOf(5, conflict)))
    assert.is(read.kind, conflict.kind === 'certificates' ? 'certificates' : 'statements')
    if (read.kind === 'invalid' || read.kind === 'attestations') throw new Error(read.kind)
    assert.equal([read.epoch, read.view], [5, 9])
    if (read.kind === 'statements') assert.is(read.signer, 2)
    assert.ok(read.pair.every((side) => toHex(side.signature) === toHex(signature)))
  }
})

test.run()
