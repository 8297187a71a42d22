/** Row proofs from the node's RPC to whoever checks them: a contract, a plain viem script, and the command line. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createPublicClient, type Hex, http, webSocket } from 'viem'
import type { InfluenceStatus } from '../../../rpc/backend.ts'
import { ask, type ChainClient, eventOf, write } from '../../../studio/chain/client.ts'
import { jobOf, sendRequest, waitSettled } from '../../../studio/chain/job.ts'
import { readParameters } from '../../../studio/chain/parameters.ts'
import { runProvider } from '../../../studio/chain/provider.ts'
import { startCommandRunner } from '../../node/commands/commandRunner.ts'
import { compileContract } from '../devnet.ts'
import { WAIT_MS } from '../servedModel.ts'
import { ASKER, joinServedDevnet, OWNER, PROVIDER, type ServedDevnet, TASKS } from './servedDevnet.ts'

const { abi, bytecode } = compileContract('RowProofs')
const BOUNDS = { maxInputTokens: 32, maxOutputTokens: 8 }

/** As openledger_getRowProof answers. */
interface Proof {
  readonly row: number
  readonly score: string
  readonly isPaid: boolean
  readonly rewardWei: string
  readonly status: string
  readonly result: Hex
  readonly proof: Hex
}

const folder = mkdtempSync(join(tmpdir(), 'row-proof-'))
const commands = startCommandRunner()
const membership = joinServedDevnet()
let served: ServedDevnet
let url: string
let client: ChainClient
let checker: Hex
let versionId: Hex
let jobs: readonly bigint[]

test.before(async () => {
  served = await membership.open()
  versionId = served.versionId
  client = served.devnet().client
  url = served.devnet().url
  const hash = await client.deployContract({ abi, bytecode, account: OWNER, chain: client.chain })
  checker = (await client.waitForTransactionReceipt({ hash })).contractAddress!
  jobs = await settleJobs(TASKS.questions.slice(0, 2).map(([row]) => row!.input))
})

test.after(async () => {
  await commands.close()
  await membership.leave()
  rmSync(folder, { recursive: true })
})

/** One job for each question, answered by an honest provider. */
async function settleJobs(questions: readonly Uint8Array[]): Promise<bigint[]> {
  const stop = new AbortController()
  const [bondWei] = await readParameters(client, ['providerBondWei'])
  const options = { versionIds: [versionId], endpoint: '', bondWei, signal: stop.signal }
  const serving = runProvider(client, PROVIDER, served.studio, options)
  const jobIds: bigint[] = []
  for (const question of questions) jobIds.push(await requestJob(question))
  for (const jobId of jobIds) await waitSettled(client, jobId, WAIT_MS)
  stop.abort()
  await serving
  return jobIds
}

async function requestJob(input: Uint8Array): Promise<bigint> {
  const question = { versionId, input, ...BOUNDS, answerWithinS: 60 }
  return jobOf(client, await sendRequest(client, ASKER, question))
}

const proofOf = (jobId: bigint, row: unknown) => ask<Proof>(client, 'openledger_getRowProof', [`${jobId}`, row])

/** Proofs of every row of a job's index. */
async function allProofs(jobId: bigint): Promise<Proof[]> {
  const proofs: Proof[] = []
  for (let row = 0; row < 12; row++) proofs.push(await proofOf(jobId, row))
  return proofs
}

type Verdict = readonly [isValid: boolean, score: bigint, error: string, code: string]
const check = (jobId: bigint, result: Hex, proof: Hex) =>
  client.readContract({
    address: checker,
    abi,
    functionName: 'check',
    args: [jobId, result, proof],
  }) as Promise<Verdict>

const flip = (bytes: Hex, at: number): Hex => {
  const place = 2 + 2 * at + 1
  return `${bytes.slice(0, place)}${(Number.parseInt(bytes[place]!, 16) ^ 1).toString(16)}${bytes.slice(place + 1)}` as Hex
}

test('row proof: a contract verifies paid and unpaid rows and keeps a score', async () => {
  const [jobId] = jobs as [bigint]
  const proofs = await allProofs(jobId)
  const paid = proofs.filter(({ isPaid }) => isPaid)
  assert.ok(paid.length > 0 && paid.length < proofs.length, `${paid.length} of ${proofs.length} rows are paid`)
  for (const { result, proof, score } of proofs)
    assert.equal(await check(jobId, result, proof), [true, BigInt(score), '', ''])
  assert.ok(paid.every(({ score, rewardWei }) => BigInt(score) > 0n && BigInt(rewardWei) > 0n))
  const { result, proof, score } = proofs.find(({ isPaid }) => !isPaid)!
  const call = { address: checker, abi, functionName: 'remember', args: [jobId, result, proof] }
  const receipt = await write(client, ASKER, call as never)
  assert.is(eventOf<{ score: bigint }>(receipt, abi, 'RowVerified').score, BigInt(score))
})

test('row proof: a flipped bit, another job and a garbled result are refused with the right error', async () => {
  const [first, second] = jobs as [bigint, bigint]
  const { result, proof } = await proofOf(first, 3)
  const other = await proofOf(second, 3)
  const errorOf = async (...args: Parameters<typeof check>) => (await check(...args)).slice(2)
  const bytes = proof.length / 2 - 1
  assert.equal(await errorOf(first, result, flip(proof, 170)), ['BadProof', 'RootMismatch'])
  assert.equal(await errorOf(first, result, flip(proof, 180)), ['BadProof', 'LayerMismatch'])
  assert.equal(await errorOf(first, result, flip(proof, bytes - 1)), ['BadProof', 'ProofMismatch'])
  assert.equal(await errorOf(first, result, `${proof}00`), ['BadProof', 'BadLength'])
  assert.equal(await errorOf(first, result, other.proof), ['BadProof', 'ProofMismatch'])
  assert.equal(await errorOf(second, result, proof), ['RootMismatch', ''])
  assert.equal(await errorOf(99n, result, proof), ['NotSettled', ''])
  assert.equal(await errorOf(first, flip(result, 0), proof), ['BadResult', 'BadMagic'])
})

test('row proof: over WebSocket, and by the contribution instead of the place, it is the same', async () => {
  const [jobId] = jobs as [bigint]
  const overHttp = await proofOf(jobId, 5)
  const socket = webSocket(url.replace('http', 'ws'))
  const plain = createPublicClient({ transport: socket })
  const params = [Number(jobId), { datanetId: '1', rowId: '6' }]
  assert.equal(await plain.request({ method: 'openledger_getRowProof', params } as never), overHttp)
  const rpc = await plain.transport.getRpcClient()
  rpc.close()
})

test('row proof: what cannot be proved is refused in words', async () => {
  const refusalOf = async (jobId: bigint, row: unknown) => {
    const plain = createPublicClient({ transport: http(url, { retryCount: 0 }) })
    const asked = plain.request({ method: 'openledger_getRowProof', params: [`${jobId}`, row] } as never)
    return asked.then(
      () => 'answered',
      (error: { details: string }) => error.details,
    )
  }
  const [jobId] = jobs as [bigint]
  assert.is(await refusalOf(99n, 0), 'unknown job 99')
  assert.is(await refusalOf(jobId, 12), 'row 12 is out of range: the index has 12 rows, 0 to 11')
  const stranger = { datanetId: 1, rowId: 77 }
  assert.is(await refusalOf(jobId, stranger), "row 77 of Datanet 1 is not in the index of the job's model version")
  const open = await requestJob(TASKS.questions[2]![0]!.input)
  assert.match(await refusalOf(open, 0), `job ${open} is open: row proofs exist for jobs that are answered or settled`)
})

test('row proof: the node counts what it computed, in its status and for Prometheus', async () => {
  const { influence } = await ask<{ influence: InfluenceStatus }>(client, 'openledger_status', [])
  const { state, backend, scoredQueries, indexesOpen, crashes, stages } = influence
  assert.equal([state, backend, indexesOpen, crashes], ['ready', 'js', 1, 0])
  // Two jobs attested, and a proof for each row that was asked for.
  assert.ok(scoredQueries >= 2 + 12 && stages['proveRow']!.count >= 12)
  const text = await (await fetch(`${url}/metrics`)).text()
  assert.match(text, /^openledger_build_info\{version=/m)
  const counted = /^openledger_influence_queries_scored_total (\d+)$/m.exec(text)?.[1]
  assert.ok(Number(counted) >= scoredQueries, text)
})

interface Outcome {
  readonly status: number | null
  readonly output: string
}

function run(...args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: '1' }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { env })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })))
}

test('row proof: the example of the documentation, a plain viem script, runs as it is', async () => {
  const [jobId] = jobs as [bigint]
  const { score } = await proofOf(jobId, 0)
  const { status, output } = await run('docs/examples/verifyRowProof.mjs', url, `${jobId}`, '1:1')
  assert.is(status, 0, output)
  assert.ok(output.startsWith(`row 0 (row 1 of Datanet 1) in job ${jobId}: verified score ${score}\n`), output)
  assert.match(output, /one bit flipped: BadProof\(ProofMismatch\)\n$/)
})

test('row proof: the command writes a proof, verifies it with and without a chain, and refuses a changed one', async () => {
  const [first, second] = jobs as [bigint, bigint]
  const file = join(folder, 'proof.json')
  const command = async (...args: string[]): Promise<Outcome> => {
    const { status, output, errors } = await commands.run(['influence', ...args])
    return { status, output: output + errors }
  }
  const made = await command('prove', `${first}`, '1:4', '--out', file, '--rpc', url)
  assert.is(made.status, 0, made.output)
  assert.match(made.output, new RegExp(`row 3 of the index .* row #4 of Datanet 1[\\s\\S]*written to ${file}`))
  const told = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  for (const args of [['--rpc', url], ['--offline']]) {
    const { status, output } = await command('verify', file, ...args)
    assert.is(status, 0, output)
    assert.match(output, new RegExp(`score ${told['score']}`))
  }
  const changed = join(folder, 'changed.json')
  const cases: readonly [Record<string, unknown>, readonly string[], RegExp][] = [
    [{ proof: flip(told['proof'] as Hex, 700) }, ['--offline'], /✗ .*ProofMismatch|✗ .*RootMismatch/],
    [{ proof: flip(told['proof'] as Hex, 700) }, [], /✗ /],
    [{ score: '1' }, ['--offline'], /✗ .*score/],
    [{ jobId: `${second}` }, [], /✗ .*attribution/],
    [{ jobId: '99' }, [], /job 99/],
  ]
  for (const [change, args, wanted] of cases) {
    writeFileSync(changed, JSON.stringify({ ...told, ...change }))
    const { status, output } = await command('verify', changed, '--rpc', url, ...args)
    assert.is(status, 1, output)
    assert.match(output, wanted)
  }
  writeFileSync(changed, '{"proof": 7}')
  const broken = await command('verify', changed, '--offline')
  assert.match(broken.output, /changed\.json is no row proof: /)
  assert.is(broken.status, 1)
})

test('fetch: the index of a version comes as a file that is what the chain names, and verifies', async () => {
  const file = join(folder, 'index')
  const { status, output, errors } = await commands.run(['influence', 'fetch', versionId, '--out', file, '--rpc', url])
  assert.is(status, 0, output + errors)
  const [, root] = /method datainf, root on the chain (0x[0-9a-f]{64})\n/.exec(output) ?? []
  const inspected = await commands.run(['influence', 'inspect', file, '--verify', '--backend', 'js'])
  assert.is(inspected.status, 0, inspected.output)
  assert.match(inspected.output, new RegExp(`index root +${root}\\n`))
})

test.run()
