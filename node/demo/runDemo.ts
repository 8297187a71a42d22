/** The demo, phase by phase, every step a real transaction or a real computation; nothing is prepared to look good. */
import { bytesToHex, type Hex, type LocalAccount, parseEther } from 'viem'
import { isRefused } from '../../influence/refusal.ts'
import type { Query } from '../../influence/surface.ts'
import { openInfluenceWorker } from '../../influence/worker/openInfluenceWorker.ts'
import { ask, type ChainClient, confirm } from '../../studio/chain/client.ts'
import { createDatanet, publishVersion, waitReady } from '../../studio/chain/datanet.ts'
import { approveModel, proposeModel, startTraining } from '../../studio/chain/model.ts'
import {
  planVersion,
  registerVersion,
  type TrainedVersion,
  trainVersion,
  waitServing,
} from '../../studio/chain/trainVersion.ts'
import { DEFAULT_TRAIN_OPTIONS, type StudioWorker } from '../../studio/surface.ts'
import { devAccount } from '../cli/account.ts'
import { progressText } from '../cli/progress.ts'
import { type Step, startStep } from '../cli/terminal.ts'
import { askAll } from './askQuestions.ts'
import type { Cast, Question } from './cast.ts'
import { type Contribution, collectRows } from './contribute.ts'
import { readOutcome } from './outcome.ts'
import type { DemoResult } from './result.ts'

/** Devnet accounts by part: 0 is the dev admin; contributors start at 20 and are funded by 4. */
const OWNER = 1
const ASKER = 2
const PROVIDER = 3
const FUNDER = 4
const FIRST_CONTRIBUTOR = 20
const CONTRIBUTOR_FUND_WEI = parseEther('5')

const ATTEST_TIMEOUT_MS = 300_000
/** Wei per 1,000 tokens: a short answer's token part is about a twentieth of an OPEN. */
const RATES = { inputWei: parseEther('1'), outputWei: parseEther('2'), providerBps: 1_000 }

export interface DemoOptions {
  readonly seed: number
  readonly cast: Cast
  readonly client: ChainClient
  readonly studio: StudioWorker
}

interface Phases {
  run<T>(name: string, label: string, work: (step: Step) => Promise<readonly [T, string]>): Promise<T>
  readonly times: { readonly name: string; readonly seconds: number }[]
}

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { client, cast, studio, seed } = options
  const phases = createPhases()
  const contributors = cast.contributors.map((contributor, i) => ({
    ...contributor,
    account: devAccount(FIRST_CONTRIBUTOR + i),
  }))
  const [owner, asker] = [devAccount(OWNER), devAccount(ASKER)]
  await phases.run('fund', `Funding ${contributors.length} contributors`, async () => {
    await fund(
      client,
      contributors.map(({ account }) => account),
    )
    return [undefined, '']
  })
  const datanetId = await phases.run('datanet', 'Creating a Datanet that its owner curates', async () => {
    const name = `demo, seed ${seed}`
    const id = await createDatanet(client, owner, { name, domain: 'text', licence: 'CC0-1.0', curation: 'owner' })
    return [id, `Datanet ${id}`]
  })
  const contributions = await phases.run('rows', 'Contributing rows by commit and reveal', async (step) => {
    const all = await collectRows({ client, datanetId, owner, contributors, seed }, step)
    return [all, contributionText(all)]
  })
  const version = await phases.run('publish', 'Freezing the accepted rows as a version', async (step) => {
    await waitReady(client, datanetId, (seconds) => step.update(`the newest row is ready in ${seconds} s`))
    const number = await publishVersion(client, owner, datanetId)
    return [number, `version ${number}`]
  })
  const before = await phases.run('before', 'Asking the bare base model all questions', async () => {
    const evaluation = await evaluate(studio, null, cast.questions)
    return [evaluation, `${evaluation.exact} of ${evaluation.rows} right`]
  })
  const modelId = await deployModel(options, owner, datanetId)
  const { plan, trained } = await phases.run(
    'train',
    'Fine-tuning the adapter and indexing every row',
    async (step) => {
      const named = await planVersion(client, modelId, [{ datanetId, version }])
      const settings = { ...DEFAULT_TRAIN_OPTIONS, seed }
      const done = await trainVersion(studio, named, settings, (progress) => step.update(progressText(progress)))
      return [{ plan: named, trained: done }, `loss ${done.losses.at(-1)!.toFixed(3)}`]
    },
  )
  const versionId = await phases.run('attest', 'Registering; the validator re-executes every row', async () => {
    const evaluation = await evaluate(studio, trained.adapter, cast.questions)
    const id = await registerVersion(client, owner, studio, plan, trained, evaluation)
    await waitServing(client, id, ATTEST_TIMEOUT_MS)
    return [id, `index root ${bytesToHex(trained.sourceRoot).slice(0, 18)}…`]
  })
  const asked = await phases.run('answer', `Asking ${cast.questions.length} questions`, async (step) => {
    const provider = devAccount(PROVIDER)
    const all = await askAll({ client, studio, questions: cast.questions, versionId, asker, provider }, step)
    return [all, `${all.jobs.length} settled`]
  })
  const scored = await phases.run('check', 'Recomputing every score from the public data', async () => {
    const scores = await recompute(trained, asked.queries)
    return [scores, `${scores.length} × ${plan.rows.length} scores`]
  })
  const outcome = await phases.run('claim', 'Claiming the earnings', async () => {
    const read = await readOutcome({ client, cast, contributors: contributions, asked, plan, scored })
    return [read, `${read.contributors.filter((c) => c.claimedWei > 0n).length} claims paid`]
  })
  const status = await ask<{ influenceBackend: string }>(client, 'openledger_status', [])
  return {
    ...outcome,
    seed,
    source: cast.source,
    influenceBackend: status.influenceBackend,
    blocks: Number(await client.getBlockNumber({ cacheTime: 0 })),
    phases: phases.times,
    training: [...trained.losses].map((loss, i) => ({ step: i + 1, loss })),
    accuracyBefore: before.accuracy,
  }
}

function createPhases(): Phases {
  const times: { name: string; seconds: number }[] = []
  return {
    times,
    async run(name, label, work) {
      const step = startStep(label)
      const [value, text] = await work(step)
      times.push({ name, seconds: step.done(text) })
      return value
    },
  }
}

function contributionText(all: readonly Contribution[]): string {
  const sum = (part: (one: Contribution) => number) => all.reduce((total, one) => total + part(one), 0)
  return `${sum((c) => c.offered)} offered, ${sum((c) => c.onChain)} on chain, ${sum((c) => c.accepted)} accepted`
}

async function fund(client: ChainClient, accounts: readonly LocalAccount[]): Promise<void> {
  const account = devAccount(FUNDER)
  const hashes: Hex[] = []
  for (const { address: to } of accounts)
    hashes.push(await client.sendTransaction({ account, chain: client.chain, to, value: CONTRIBUTOR_FUND_WEI }))
  for (const hash of hashes) await confirm(client, hash)
}

async function deployModel(
  { client, studio, seed }: DemoOptions,
  owner: LocalAccount,
  datanetId: bigint,
): Promise<bigint> {
  const training = { ...DEFAULT_TRAIN_OPTIONS, seed }
  const about = { purpose: 'string transformations', baseHash: studio.hashes.base, datanets: [datanetId] }
  const plan = { ...RATES, ...about, training }
  const modelId = await proposeModel(client, owner, plan)
  await approveModel(client, devAccount(0), modelId)
  await startTraining(client, owner, modelId)
  return modelId
}

async function evaluate(studio: StudioWorker, adapter: Uint8Array | null, questions: readonly Question[]) {
  const evaluation = await studio.evaluate(
    adapter,
    questions.map(({ row }) => row),
  )
  if ('kind' in evaluation)
    throw new Error(`evaluation: ${evaluation.code}: expected ${evaluation.expected}, got ${evaluation.got}`)
  return evaluation
}

/** Anyone can do this from the published index and the committed queries: the CPU twin, whatever the validator used. */
async function recompute(trained: TrainedVersion, queries: readonly Query[]): Promise<BigInt64Array[]> {
  const worker = openInfluenceWorker({ backend: 'js' })
  try {
    const opened = await worker.openIndex(trained.source)
    if (isRefused(opened)) throw new Error(`index: ${opened.code}: expected ${opened.expected}, got ${opened.got}`)
    const scores: BigInt64Array[] = []
    for (const query of queries) {
      const scored = await opened.score(query)
      if (isRefused(scored)) throw new Error(`score: ${scored.code}: expected ${scored.expected}, got ${scored.got}`)
      scores.push(scored.scores)
    }
    await opened.close()
    return scores
  } finally {
    await worker.close()
  }
}
