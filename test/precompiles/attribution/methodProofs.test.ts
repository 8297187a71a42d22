/** Proofs of spans and citations on chain: real sources, real answers, against the stored root of the settled job. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildIndex } from '../../../influence/buildIndex.ts'
import { wordsOf } from '../../../influence/quantise.ts'
import { createQuery } from '../../../influence/queryFile.ts'
import { encodeCitationProof } from '../../../influence/rag/citationProof.ts'
import { RetrievalEngine } from '../../../influence/rag/retrievalEngine.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { queryHashOf } from '../../../influence/scoring/context.ts'
import { type BuiltCorpus, buildCorpus } from '../../../influence/span/buildCorpus.ts'
import { encodeCorpusFile } from '../../../influence/span/corpusFile.ts'
import { corpusRootOf } from '../../../influence/span/corpusHeader.ts'
import { corpusRoots, growCorpusTrees } from '../../../influence/span/corpusTrees.ts'
import { BYTE_TOKENIZER, BYTE_VOCABULARY, byteOutput, outputHashOf } from '../../../influence/span/outputHash.ts'
import { encodeOrderProof } from '../../../influence/span/proof/orderProof.ts'
import { proveDisorder } from '../../../influence/span/proof/proveDisorder.ts'
import { encodeSpanProof } from '../../../influence/span/proof/spanProof.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { concat, fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { encodeRow } from '../../../primitives/rows.ts'
import {
  ATTRIBUTION,
  balanceOf,
  checkSolvent,
  contributorWallet,
  DATANET,
  INFERENCE,
  idOf,
  MODEL,
  OWNER,
  openJob,
  PROVIDER,
  refuse,
  registerProvider,
  STAKING,
  SYSTEM_CALL,
  sendFrom,
  settleJob,
  trainModel,
  versionIdOf,
  versionOf,
} from '../economy/scenario.ts'
import { freshWorld, send, view, type World } from '../world.ts'

const TEXTS = [
  'the quick brown fox jumps over the lazy dog',
  'a stitch in time saves nine, my mother said',
  'the quick brown fox jumps over the lazy cat',
  'to be or not to be, that is the question',
]
const ANSWER = utf8('they say the quick brown fox jumps over the lazy cat; a stitch in time saves nine')

function right<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(`${value.code}: expected ${value.expected}, got ${value.got}`)
  return value as T
}

/** One row a contributor, frozen; a model in training on them. */
function textWorld() {
  const world = freshWorld({ params: { revealWindowS: 1n } })
  world.block = { ...world.block, number: 5n }
  world.setBalance(STAKING_ADDRESS, view(world, STAKING, 'liabilities') as bigint)
  send(world, DATANET, 'createDatanet', ['texts', 'tests', 'CC0', 0, 0n, ''], { from: OWNER })
  for (const [i, text] of TEXTS.entries()) {
    const row = encodeRow({ input: utf8(`${i}`), output: utf8(text) }) as Uint8Array
    send(world, DATANET, 'addRows', [1n, [toHex(row)]], { from: contributorWallet(i) })
  }
  world.mine(10n)
  send(world, DATANET, 'publishVersion', [1n, 100n], { from: OWNER })
  world.mine()
  const rows = view(world, DATANET, 'versionRows', [1n, 1n, 0n, 256n]) as { rowId: bigint; orderKey: bigint }[]
  return { world, modelId: trainModel(world), places: rows.map((row) => ({ ...row, datanetId: 1n })) }
}

interface Source {
  readonly method: 'span' | 'rag'
  readonly bytes: Uint8Array
  readonly header: Uint8Array
  readonly saRoot: Uint8Array
  readonly root: Uint8Array
}

/** Registered, attested, served, and asked: an accepted job. */
function serve(world: World, modelId: bigint, source: Source): bigint {
  const content = { digest: toHex(keccak256(source.bytes)), sizeBytes: BigInt(source.bytes.length) }
  const spec = { source: content, saRoot: toHex(source.saRoot) }
  const { args, depositWei, versionId } = versionOf(world, modelId, { method: source.method, spec })
  sendFrom(world, OWNER, MODEL, 'registerVersion', [modelId, toHex(source.header), args[2]], depositWei)
  send(world, ATTRIBUTION, 'settleVersion', [toHex(versionId), toHex(source.root), '0x01', '0x02'], SYSTEM_CALL)
  registerProvider(world, [versionId])
  const jobId = openJob(world, versionId)
  send(world, INFERENCE, 'accept', [jobId], { from: PROVIDER })
  return jobId
}

async function settledSpans() {
  const { world, modelId, places } = textWorld()
  const texts = places.map((place, i) => ({ ...place, tokens: utf8(TEXTS[i]!) }))
  const built = right(buildCorpus(texts, { tokenizerHash: BYTE_TOKENIZER, vocabulary: BYTE_VOCABULARY }))
  const { bytes, commitment, info } = built
  const [header, saRoot] = [commitment.slice(0, 176), commitment.slice(176)]
  const jobId = serve(world, modelId, { method: 'span', bytes, header, saRoot, root: info.corpusRoot })
  const output = byteOutput(jobId, ANSWER)
  const answer = [jobId, toHex(ANSWER), 11, ANSWER.length, toHex(outputHashOf(output, keccak256))]
  send(world, INFERENCE, 'respond', answer, { from: PROVIDER })
  const engine = right(await SpanEngine.open(bytes))
  const result = right(await engine.attribute(output, { lMin: 8, iMin: 16, k: 64 }))
  settleJob(world, jobId, result.bytes)
  return { world, jobId, engine, output, result }
}

test('verifySpan: every piece that the answer repeats is proved on chain, with its first owner, who is paid', async () => {
  const { world, jobId, engine, output, result } = await settledSpans()
  const pieces = result.spans.map(({ start, length }) => new TextDecoder().decode(ANSWER.slice(start, start + length)))
  assert.equal(pieces, ['the quick brown fox jumps over the lazy cat', 'a stitch in time saves nine'])
  assert.equal(
    result.spans.map(({ owner }) => owner),
    [2, 1],
  )
  for (const [place, span] of result.spans.entries()) {
    const proof = right(await engine.proveSpan(output, place, { lMin: 8, iMin: 16 }))
    const args = [jobId, toHex(result.bytes), toHex(encodeSpanProof(proof))]
    const { start, length, info, owner, position } = span
    const expected = { start, length, info, owner, position: BigInt(position) }
    assert.equal(view(world, ATTRIBUTION, 'verifySpan', args), expected)
  }
  const earned = TEXTS.map((_, i) => balanceOf(world, idOf(world, contributorWallet(i))) > 0n)
  assert.equal(earned, [false, true, true, false])
  checkSolvent(world)
  await engine.close()
})

/** A vector of 24 coordinates that leans towards direction `lean`. */
const embeddingOf = (lean: number, noise: number): Uint32Array =>
  wordsOf(Float32Array.from({ length: 24 }, (_, j) => Math.fround((j % 6 === lean ? 3 : 0) + Math.sin(j * noise))))

async function settledCitations() {
  const { world, modelId, places } = textWorld()
  // Two chunks for each row.
  const chunks = places.flatMap((place, i) =>
    [0, 1].map((half) => ({ ...place, blocks: [embeddingOf(i, i + half + 1)] })),
  )
  const { seed } = view(world, DATANET, 'versionOf', [1n, 1n]) as { seed: `0x${string}` }
  const modelVersion = versionIdOf(modelId, 1n)
  const facts = { modelVersion, guardSeed: keccak256(fromHex(seed)), tau: 246, clip: 255, blockDims: [24] }
  const { bytes, header, info, file } = right(buildIndex(chunks, { ...facts, kind: 'retrieval' }))
  const saRoot = new Uint8Array(32)
  const jobId = serve(world, modelId, { method: 'rag', bytes, header, saRoot, root: info.indexRoot })
  const query = right(createQuery([embeddingOf(1, 2)], file.layout, jobId, modelVersion))
  const engine = right(await RetrievalEngine.open(bytes))
  const [best] = right(await engine.retrieve(query, 16))
  const cited = [best!.row]
  const answer = [jobId, toHex(ANSWER), 11, 20, toHex(queryHashOf(query, keccak256))]
  send(world, INFERENCE, 'respondCiting', [...answer, cited], { from: PROVIDER })
  const result = right(await engine.attribute(query, cited, { kr: 16, k: 64, tau: 246 }))
  settleJob(world, jobId, result.bytes)
  return { world, jobId, engine, query, cited, result }
}

test('verifyCitation: every chunk’s likeness is proved on chain, and whether it was cited; only that row is paid', async () => {
  const { world, jobId, engine, query, cited, result } = await settledCitations()
  assert.equal(cited, [2])
  assert.ok(result.retrieved.length > 1)
  for (let row = 0; row < result.scores.length; row++) {
    const proof = right(await engine.proveCitation(query, row, cited, { kr: 16, k: 64, tau: 246 }))
    const args = [jobId, toHex(result.bytes), toHex(encodeCitationProof(proof))]
    const expected = { row, score: result.scores[row], isCited: row === 2 }
    assert.equal(view(world, ATTRIBUTION, 'verifyCitation', args), expected)
  }
  const earned = TEXTS.map((_, i) => balanceOf(world, idOf(world, contributorWallet(i))) > 0n)
  assert.equal(earned, [false, true, false, false])
  checkSolvent(world)
  await engine.close()
})

/** A corpus with two neighbours of its suffix array exchanged, and its commitment made to fit. */
function disordered({ file }: BuiltCorpus) {
  const order = file.order.slice()
  order.set([order[9]!, order[8]!], 8)
  const trees = growCorpusTrees({ ...file, order }, keccak256)
  const { suffixRoot } = corpusRoots(trees, file.text.length, keccak256)
  const commitment = concat(file.commitment.slice(0, 176), suffixRoot)
  const parts = { ...file, order, commitment }
  return { wrong: { ...parts, bytes: encodeCorpusFile(parts) }, trees }
}

test('verifyDisorder: a corpus out of order is shown on chain; of a right one, or another version, nothing is shown', () => {
  const { world, modelId, places } = textWorld()
  const texts = places.map((place, i) => ({ ...place, tokens: utf8(TEXTS[i]!) }))
  const built = right(buildCorpus(texts, { tokenizerHash: BYTE_TOKENIZER, vocabulary: BYTE_VOCABULARY }))
  const { wrong, trees } = disordered(built)
  const source = (commitment: Uint8Array, bytes: Uint8Array) => {
    const [header, saRoot] = [commitment.slice(0, 176), commitment.slice(176)]
    return { method: 'span', bytes, header, saRoot, root: corpusRootOf(commitment) } as const
  }
  serve(world, modelId, source(wrong.commitment, wrong.bytes))
  const [versionId, rightId] = [1n, 2n].map((number) => toHex(versionIdOf(modelId, number)))
  const proof = toHex(encodeOrderProof(proveDisorder(wrong, trees, 8, keccak256)))
  assert.is(view(world, ATTRIBUTION, 'verifyDisorder', [versionId, proof]), 8n)
  refuse(world, ATTRIBUTION, 'verifyDisorder', [rightId, proof], {}, 'UnknownVersion', [rightId])
  const spec = { source: { digest: toHex(keccak256(built.bytes)), sizeBytes: BigInt(built.bytes.length) } }
  const honest = source(built.commitment, built.bytes)
  const { args, depositWei } = versionOf(world, modelId, {
    ...{ method: 'span', spec: { ...spec, saRoot: toHex(honest.saRoot) } },
  })
  sendFrom(world, OWNER, MODEL, 'registerVersion', [modelId, toHex(honest.header), args[2]], depositWei)
  refuse(world, ATTRIBUTION, 'verifyDisorder', [rightId, proof], {}, 'BadProof')
  refuse(world, ATTRIBUTION, 'verifyDisorder', [versionId, proof], { gas: 10_000n }, 'outOfGas')
  const bytes = fromHex(proof)
  for (let at = 0; at < bytes.length; at += 53) {
    const broken = bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte))
    refuse(world, ATTRIBUTION, 'verifyDisorder', [versionId, toHex(broken)], {}, 'BadProof')
  }
})

test('proofs: another job’s result, another method’s proof, changed bytes, garbage and low gas are refused', async () => {
  const spans = await settledSpans()
  const spanProof = encodeSpanProof(right(await spans.engine.proveSpan(spans.output, 0, { lMin: 8, iMin: 16 })))
  const citations = await settledCitations()
  const { query, cited } = citations
  const options = { kr: 16, k: 64, tau: 246 }
  const citationProof = encodeCitationProof(right(await citations.engine.proveCitation(query, 2, cited, options)))
  for (const [name, { world, jobId, result }, proof, other] of [
    ['verifySpan', spans, spanProof, citationProof],
    ['verifyCitation', citations, citationProof, spanProof],
  ] as const) {
    const attempt = (resultBytes: Uint8Array, bytes: Uint8Array, error: string) =>
      refuse(world, ATTRIBUTION, name, [jobId, toHex(resultBytes), toHex(bytes)], {}, error)
    const changed = result.bytes.slice()
    changed[90]! ^= 1
    attempt(changed, proof, 'RootMismatch')
    attempt(result.bytes, other, 'BadProof')
    attempt(result.bytes, new Uint8Array(0), 'BadProof')
    attempt(result.bytes, concat(proof, Uint8Array.of(0)), 'BadProof')
    const wrongView = name === 'verifySpan' ? 'verifyCitation' : 'verifySpan'
    const args = [jobId, toHex(result.bytes), toHex(proof)]
    refuse(world, ATTRIBUTION, wrongView, args, {}, 'BadProof')
    refuse(world, ATTRIBUTION, 'verifyRow', args, {}, 'BadProof')
    refuse(world, ATTRIBUTION, name, [jobId + 1n, ...args.slice(1)], {}, 'NotSettled', [jobId + 1n])
    refuse(world, ATTRIBUTION, name, args, { gas: 20_000n }, 'outOfGas')
    for (let at = 0; at < proof.length; at += 97) {
      const broken = proof.slice()
      broken[at]! ^= 0x10
      attempt(result.bytes, broken, 'BadProof')
    }
  }
  await spans.engine.close()
  await citations.engine.close()
})

test.run()
