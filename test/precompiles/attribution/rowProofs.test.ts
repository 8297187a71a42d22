/** Row proofs on chain: a real index, a real query, and `IAttribution.verifyRow` against the stored root. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildIndex } from '../../../influence/buildIndex.ts'
import { InfluenceEngine } from '../../../influence/engine.ts'
import { wordsOf } from '../../../influence/quantise.ts'
import { createQuery } from '../../../influence/queryFile.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { encodeRowProof } from '../../../influence/rowProof.ts'
import { queryHashOf } from '../../../influence/scoring/context.ts'
import { concat, fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import {
  ATTRIBUTION,
  balanceOf,
  DATANET,
  INFERENCE,
  idOf,
  MODEL,
  OWNER,
  openJob,
  PROVIDER,
  refuse,
  registerProvider,
  SYSTEM_CALL,
  sendFrom,
  servedWorld,
  settleJob,
  trainModel,
  versionIdOf,
  versionOf,
} from '../economy/scenario.ts'
import { send, view } from '../world.ts'

const BLOCK_DIMS = [24, 40]
const ROWS = 12

/** Row i leans towards direction i mod 3; deterministic. */
function gradientOf(i: number): Uint32Array[] {
  return BLOCK_DIMS.map((d) => {
    const wave = (j: number) =>
      Math.fround(Math.sin(0.7 * j * (1 + (i % 3)) + 0.05 * i) + 0.9 * Math.cos(3.1 * i * i + j * i))
    return wordsOf(Float32Array.from({ length: d }, (_, j) => wave(j)))
  })
}

function right<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(`${value.code}: expected ${value.expected}, got ${value.got}`)
  return value
}

/** A settled job whose index, query and result come from the influence room. */
async function settled() {
  const { world, rows } = servedWorld(ROWS, 4)
  const modelId = trainModel(world)
  const versionId = versionIdOf(modelId, 1n)
  const { seed } = view(world, DATANET, 'versionOf', [1n, 1n]) as { seed: `0x${string}` }
  const onChain = view(world, DATANET, 'versionRows', [1n, 1n, 0n, 256n]) as { rowId: bigint; orderKey: bigint }[]
  const gradients = onChain.map(({ rowId, orderKey }, i) => ({ datanetId: 1n, rowId, orderKey, blocks: gradientOf(i) }))
  const guardSeed = keccak256(fromHex(seed))
  const index = right(buildIndex(gradients, { blockDims: BLOCK_DIMS, modelVersion: versionId, guardSeed }))
  const sizeBytes = BigInt(index.bytes.length)
  const described = versionOf(world, modelId, { spec: { source: { digest: toHex(keccak256(utf8('i'))), sizeBytes } } })
  const args = [modelId, toHex(index.header), described.args[2]]
  sendFrom(world, OWNER, MODEL, 'registerVersion', args, described.depositWei)
  const attest = [toHex(versionId), toHex(index.info.indexRoot), '0x01', '0x02']
  send(world, ATTRIBUTION, 'settleVersion', attest, SYSTEM_CALL)
  registerProvider(world, [versionId], OWNER)
  const jobId = openJob(world, versionId)
  const query = right(createQuery(gradientOf(1), index.file.layout, jobId, versionId))
  const engine = right(await InfluenceEngine.open(index.bytes))
  const result = right(await engine.attribute(query, { k: 64, tau: 96, level: 1 }))
  send(world, INFERENCE, 'accept', [jobId], { from: OWNER })
  const answer = [jobId, toHex(utf8('answer')), 9, 9, toHex(queryHashOf(query, keccak256))]
  send(world, INFERENCE, 'respond', answer, { from: OWNER })
  settleJob(world, jobId, result.bytes)
  return { world, rows, jobId, engine, query, result }
}

test('verifyRow: every row’s score is proved on chain and equals the engine’s; the paid rows are paid', async () => {
  const { world, rows, jobId, engine, query, result } = await settled()
  const { scores } = right(await engine.score(query))
  assert.ok(result.entries.length > 2)
  for (let row = 0; row < ROWS; row++) {
    const proof = encodeRowProof(right(await engine.proveRow(query, row)))
    assert.is(view(world, ATTRIBUTION, 'verifyRow', [jobId, toHex(result.bytes), toHex(proof)]), scores[row])
  }
  const best = rows.find(({ rowId }) => rowId === result.entries[0]!.rowId)!
  assert.ok(balanceOf(world, idOf(world, best.wallet)) > 0n)
  await engine.close()
})

test('verifyRow: another job’s result, a changed proof and garbage are refused with the reason', async () => {
  const { world, jobId, engine, query, result } = await settled()
  const proof = encodeRowProof(right(await engine.proveRow(query, 3)))
  const attempt = (resultBytes: Uint8Array, proofBytes: Uint8Array, error: string) =>
    refuse(world, ATTRIBUTION, 'verifyRow', [jobId, toHex(resultBytes), toHex(proofBytes)], {}, error)
  const other = result.bytes.slice()
  other[100]! ^= 1
  attempt(other, proof, 'RootMismatch')
  attempt(new Uint8Array(3), proof, 'BadResult')
  attempt(result.bytes, new Uint8Array(0), 'BadProof')
  attempt(result.bytes, concat(proof, Uint8Array.of(0)), 'BadProof')
  for (let at = 0; at < proof.length; at += 61) {
    const changed = proof.slice()
    changed[at]! ^= 0x10
    attempt(result.bytes, changed, 'BadProof')
  }
  const args = [jobId + 1n, toHex(result.bytes), toHex(proof)]
  refuse(world, ATTRIBUTION, 'verifyRow', args, { from: PROVIDER }, 'NotSettled', [jobId + 1n])
  refuse(world, ATTRIBUTION, 'verifyRow', [jobId, ...args.slice(1)], { gas: 20_000n }, 'outOfGas')
  await engine.close()
})

test.run()
