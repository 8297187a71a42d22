/** Runs of final blocks: what one peer puts together another believes, and nothing else. */
import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { blsBallots, statementOf } from '../../../consensus/ballotCrypto.ts'
import { createEpoch } from '../../../consensus/epoch.ts'
import type { FinalizedCandidate } from '../../../node/agreement/ports.ts'
import { checkRange, collectRange } from '../../../node/agreement/sync/finalRange.ts'
import { toHex } from '../../../primitives/bytes.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import { encodeSigners } from '../../../primitives/signers.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { type Candidate, candidateId } from '../../../primitives/validatorSet.ts'
import type { WireFinalBlocks } from '../../../primitives/wire/sync.ts'
import { secretOf, taggedBls } from '../../simulator/standIns/taggedBls.ts'
import { validatorOf } from '../../simulator/standIns/validatorPool.ts'

const CHAIN = { chainId: 1n, genesisHash: new Uint8Array(32).fill(7) }
const SET = [0, 1, 2, 3].map((number) => validatorOf(number, 1n))
const EPOCH = createEpoch(CHAIN, 0, CHAIN.genesisHash, SET)
const CRYPTO = blsBallots(taggedBls, CHAIN, EPOCH)
const EPOCH_BLOCKS = 200
const ROOT = { view: 0, id: toHex(EPOCH.epochHash) }
const hashOf = (bytes: Uint8Array) => toHex(new Uint8Array(createHash('sha256').update(bytes).digest()))
const idOf = (candidate: Candidate) => candidateId(CHAIN, EPOCH.epochHash, candidate)

function finalize(candidate: Candidate, signers = [0, 1, 3]): Certificate {
  const { view } = candidate
  const id = idOf(candidate)
  const hash = statementHash(CHAIN, statementOf(EPOCH, { kind: 'finalize', view, id: toHex(id) }))
  const signature = taggedBls.aggregate(signers.map((signer) => taggedBls.sign(secretOf(signer), hash)))
  return { kind: 'finalize', epoch: 0, view, id, signers: encodeSigners(signers, 4), signature }
}

/** Blocks 1 … count; those whose height is no multiple of `step` became final by a later one. Fillers end it. */
function createStore(count: number, step: number, blockBytes = 40, fillers = 0) {
  const candidates: Candidate[] = []
  const bytes: Uint8Array[] = []
  let parent = { view: 0, id: EPOCH.epochHash }
  for (let height = 1; height <= count + fillers; height++) {
    const block = new Uint8Array(blockBytes).fill(height)
    const blockHash = height > count ? new Uint8Array(32) : new Uint8Array(createHash('sha256').update(block).digest())
    const candidate = { view: parent.view + 1 + (height % 2), parentView: parent.view, parentId: parent.id, blockHash }
    candidates.push(candidate)
    bytes.push(block)
    parent = { view: candidate.view, id: idOf(candidate) }
  }
  const finalHeight = (height: number) => {
    const next = Math.ceil(height / step) * step
    return next > count || fillers > 0 ? count + fillers : next
  }
  const blocks = candidates.slice(0, count).map((candidate, i): FinalizedCandidate => {
    return { candidate, bytes: bytes[i]!, finalization: finalize(candidates[finalHeight(i + 1) - 1]!) }
  })
  return {
    epochBlocks: EPOCH_BLOCKS,
    execution: {
      head: () => ({ height: count, hash: toHex(candidates[count - 1]!.blockHash) }),
      stored: (height: number) => blocks[height - 1],
    },
    sealing: async () => ({
      epoch: 0,
      finalization: finalize(candidates.at(-1)!),
      candidates: candidates.slice(count - 1),
    }),
    parentOf: (height: number) =>
      height === 1 ? ROOT : { view: candidates[height - 2]!.view, id: toHex(idOf(candidates[height - 2]!)) },
  }
}

const check = (range: WireFinalBlocks, parent = ROOT) =>
  checkRange({ epoch: EPOCH, crypto: CRYPTO, parent, hashOf }, range)

test('range: what is put together proves itself, from any height, whatever finalized it', async () => {
  for (const [count, step, fillers] of [
    [150, 1, 0],
    [150, 7, 0],
    [200, 200, 0],
    [200, 1, 3],
  ] as const) {
    const store = createStore(count, step, 40, fillers)
    for (let from = 1; from <= count; ) {
      const range = (await collectRange(store, from))!
      const checked = check(range, store.parentOf(from))
      assert.ok(typeof checked !== 'string', `${count} ${step} from ${from}: ${checked}`)
      from += range.bodies.length
    }
    assert.is(await collectRange(store, count + 1), undefined)
    assert.is(await collectRange(store, 0), undefined)
  }
})

test('range: 128 blocks or 2 MiB', async () => {
  assert.is((await collectRange(createStore(150, 1), 1))!.bodies.length, 128)
  assert.is((await collectRange(createStore(10, 1, 600_000), 1))!.bodies.length, 3)
})

test('range: nothing that is changed proves anything', async () => {
  const good = (await collectRange(createStore(6, 4), 1))!
  const [first, second, ...rest] = good.bodies
  const signature = good.finalization.signature.slice()
  signature[5]! ^= 1
  const lone = finalize(good.bodies.at(-1)!.candidate, [0, 1])
  const cases: readonly (readonly [string, WireFinalBlocks])[] = [
    ['another epoch', { ...good, epoch: 1 }],
    ['a certificate of another epoch', { ...good, finalization: { ...good.finalization, epoch: 1 } }],
    ['a notarization', { ...good, finalization: { ...good.finalization, kind: 'notarize' } }],
    ['a wrong signature', { ...good, finalization: { ...good.finalization, signature } }],
    ['too little power', { ...good, finalization: lone }],
    ['a block left out', { ...good, bodies: [first!, ...rest] }],
    ['the first left out', { ...good, bodies: [second!, ...rest] }],
    ['the last left out', { ...good, bodies: good.bodies.slice(0, -1) }],
    ['blocks exchanged', { ...good, bodies: [{ ...first!, block: second!.block }, second!, ...rest] }],
    ['a block of nothing', { ...good, bodies: [{ ...first!, block: new Uint8Array(0) }, second!, ...rest] }],
    ['a candidate above', { ...good, above: [first!.candidate] }],
  ]
  assert.ok(typeof check(good) !== 'string')
  for (const [what, range] of cases) assert.type(check(range), 'string', what)
  assert.type(check(good, { view: 1, id: ROOT.id }), 'string')
})

test.run()
