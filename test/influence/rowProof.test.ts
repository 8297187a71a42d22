/** Row proofs: every row of an index proves, every tampered part is refused, and the codec is strict. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsBackend } from '../../influence/backends/jsBackend.ts'
import { isRefused } from '../../influence/refusal.ts'
import { encodeResult } from '../../influence/result.ts'
import { decodeRowProof, encodeRowProof } from '../../influence/rowProof.ts'
import { contextRootOf } from '../../influence/scoring/context.ts'
import type { Attribution, RowProof } from '../../influence/surface.ts'
import { treeRoot } from '../../influence/tree.ts'
import { verifyRow } from '../../influence/verifyRow.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { openEngine } from './conformance/caseChecks.ts'
import { openCase, type VectorCase } from './conformance/vectorCases.ts'

const FOLDER = new URL('../vectors/influence/small', import.meta.url).pathname
const cases = (JSON.parse(readFileSync(`${FOLDER}/pipeline.json`, 'utf8')) as { cases: VectorCase[] }).cases
const caseOf = (name: string): VectorCase => cases.find((own) => own.name === name)!

async function prove(name: string, q: number) {
  const vector = caseOf(name)
  const { built, queries } = openCase(vector, FOLDER)
  const engine = await openEngine(built.bytes, createJsBackend())
  const query = queries[q]!
  const result = (await engine.attribute(query)) as Attribution
  const proofs: RowProof[] = []
  for (let row = 0; row < built.info.rowCount; row++) proofs.push((await engine.proveRow(query, row)) as RowProof)
  return { vector, built, engine, query, result, proofs, scores: vector.results[q]!.S }
}

test('row proof: every row of every kind proves its score', async () => {
  for (const name of [
    'one by one',
    'odd shapes',
    'zeros',
    'spread',
    'hashed sketch',
    'wide',
    'many rows',
    'orthogonal',
  ]) {
    const { built, result, proofs, scores } = await prove(name, 0)
    for (const [row, proof] of proofs.entries()) {
      const verified = verifyRow(proof, built.info.indexRoot, result.bytes)
      assert.equal(verified, { kind: 'valid', row, score: BigInt(scores[row]!) }, `${name}, row ${row}`)
    }
  }
})

test('row proof: the codec gives back the same proof, also from bytes at an odd address', async () => {
  const { proofs, built, result } = await prove('wide', 1)
  for (const proof of proofs) {
    const bytes = encodeRowProof(proof)
    const odd = new Uint8Array(bytes.length + 1)
    odd.set(bytes, 1)
    const again = decodeRowProof(odd.subarray(1))
    assert.equal(again, proof)
    assert.is(verifyRow(again as RowProof, built.info.indexRoot, result.bytes).kind, 'valid')
  }
})

test('row proof: any flipped bit is refused', async () => {
  const { proofs, built, result } = await prove('odd shapes', 0)
  const bytes = encodeRowProof(proofs[2]!)
  for (let at = 0; at < bytes.length; at++) {
    const own = bytes.slice()
    own[at]! ^= 1 << (at & 7)
    const proof = decodeRowProof(own)
    const verdict = isRefused(proof) ? proof : verifyRow(proof, built.info.indexRoot, result.bytes)
    assert.ok(isRefused(verdict), `byte ${at}`)
  }
})

test('row proof: another length, and garbage, are refused', async () => {
  const { proofs } = await prove('odd shapes', 0)
  const bytes = encodeRowProof(proofs[0]!)
  for (let length = 0; length < bytes.length; length += 11) {
    const proof = decodeRowProof(bytes.slice(0, length))
    assert.is(isRefused(proof) && proof.code, 'BadLength')
  }
  assert.ok(isRefused(decodeRowProof(Uint8Array.of(...bytes, 0))))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      assert.ok(isRefused(decodeRowProof(tail)))
      assert.ok(isRefused(decodeRowProof(Uint8Array.of(...bytes.subarray(0, 176), ...tail))))
    }),
    { numRuns: 200 },
  )
})

test('row proof: parts of wrong lengths that add up to the right one are refused', async () => {
  const { proofs, built, result } = await prove('odd shapes', 0)
  const [first, second, ...rest] = proofs[0]!.rowSiblings
  const shifted = [new Uint8Array([...first!, second![0]!]), second!.slice(1), ...rest]
  const proof = { ...proofs[0]!, rowSiblings: shifted, scoreSiblings: [...proofs[0]!.scoreSiblings] }
  // The bytes are the same, so the reading of the bytes decides.
  assert.is(verifyRow(proof, built.info.indexRoot, result.bytes).kind, 'valid')
  const short = { ...proofs[0]!, rowSiblings: rest }
  assert.ok(isRefused(verifyRow(short, built.info.indexRoot, result.bytes)))
})

test('verifyRow: another index root, another result, or another method is refused', async () => {
  const { proofs, built, result } = await prove('odd shapes', 0)
  const other = await prove('odd shapes', 1)
  const verdict = (root: Uint8Array, bytes: Uint8Array) => {
    const own = verifyRow(proofs[0]!, root, bytes)
    return isRefused(own) ? own.code : own.kind
  }
  assert.is(verdict(built.info.indexRoot, result.bytes), 'valid')
  assert.is(verdict(new Uint8Array(32), result.bytes), 'RootMismatch')
  assert.is(verdict(built.info.indexRoot, other.result.bytes), 'ProofMismatch')
  assert.is(verdict(built.info.indexRoot, encodeResult({ ...result, method: 'span' })), 'WrongKind')
  assert.is(verdict(built.info.indexRoot, encodeResult({ ...result, sourceRoot: new Uint8Array(32) })), 'RootMismatch')
  assert.is(verdict(built.info.indexRoot, encodeResult({ ...result, scoresRoot: new Uint8Array(32) })), 'ProofMismatch')
})

test('verifyRow: a committed score that is not the recomputed one is a score mismatch', async () => {
  const { proofs, built, engine, query, result } = await prove('one by one', 0)
  const proof = proofs[0]!
  const scoreLeaf = proof.scoreLeaf.slice()
  scoreLeaf[5]! ^= 1
  const scoresRoot = treeRoot([keccak256(scoreLeaf)], keccak256)
  const verdict = verifyRow({ ...proof, scoreLeaf }, built.info.indexRoot, encodeResult({ ...result, scoresRoot }))
  assert.is(isRefused(verdict) && verdict.code, 'ScoreMismatch')
  const outside = await engine.proveRow(query, 1)
  assert.is(isRefused(outside) && outside.code, 'BadLimit')
})

test('verifyRow: a context with shifts beyond all bounds is refused and costs nothing', async () => {
  const { proofs, built, result } = await prove('one by one', 0)
  for (const shift of [2 ** 31 - 1, 100]) {
    const proof = { ...proofs[0]!, x: Int32Array.of(shift) }
    const contextRoot = contextRootOf(result.queryHash, proof.exponentG, proof.x, proof.h, keccak256)
    const verdict = verifyRow(proof, built.info.indexRoot, encodeResult({ ...result, contextRoot }))
    assert.is(isRefused(verdict) && verdict.code, 'ScoreMismatch')
  }
})

test.run()
