/** `openledger train`: fine-tunes on a Datanet's newest version, registers a version of any method, waits until it serves. */

import type { LocalAccount } from 'viem'
import { type Hex, zeroHash } from 'viem'
import type { Method } from '../../influence/surface.ts'
import { fromHex } from '../../primitives/bytes.ts'
import type { Row } from '../../primitives/rows.ts'
import { type ChainClient, ChainRefusal } from '../../studio/chain/client.ts'
import { readDatanet, type VersionRow } from '../../studio/chain/datanet.ts'
import { approveModel, proposeModel, readModel, startTraining } from '../../studio/chain/model.ts'
import { readNamedRows } from '../../studio/chain/namedRows.ts'
import {
  corpusOf,
  otherEngine,
  planVersion,
  registerSource,
  registerVersion,
  trainVersion,
  type VersionPlan,
  waitServing,
} from '../../studio/chain/trainVersion.ts'
import { DEFAULT_TRAIN_OPTIONS, type StudioWorker, type TrainOptions } from '../../studio/surface.ts'
import { devAccount } from '../cli/account.ts'
import { baseRowBytes, openStudio } from '../cli/baseModel.ts'
import { progressText } from '../cli/progress.ts'
import { openSession, parseId, type SessionOptions } from '../cli/session.ts'
import { percent } from '../cli/table.ts'
import { CommandError, startStep } from '../cli/terminal.ts'

/** Attestation re-executes every row's gradient. */
const ATTEST_TIMEOUT_MS = 600_000
/** What a new model asks: a short answer costs about a hundredth of an OPEN beside the platform's part. */
const DEFAULT_RATES = { inputWei: 2n * 10n ** 17n, outputWei: 4n * 10n ** 17n, providerBps: 1_000 }
/** `State` of IModel. */
const COLLECTING = 2
const TRAINING = 3
const DEPLOYED = 4
/** Rows of the model's own that are asked back after training: enough for a percentage, seconds to answer. */
const EVALUATION_ROWS_MAX = 40

interface TrainCommand extends SessionOptions {
  readonly model?: number
  readonly purpose: string
  readonly steps?: number
  readonly context?: number
  readonly seed: number
  readonly method: Method
  /** The model is served elsewhere: engine 0. */
  readonly external?: boolean
}

export async function train(idText: string, options: TrainCommand): Promise<void> {
  const datanetId = parseId(idText, 'Datanet')
  checkMethod(options)
  const { client, account } = await openSession(options)
  const { versionCount } = await readDatanet(client, datanetId)
  if (versionCount === 0n)
    throw new CommandError(
      `Datanet ${datanetId} has no version`,
      `\`openledger datanet publish ${datanetId}\` makes one.`,
    )
  const studio = await openStudio()
  try {
    const datanets = [{ datanetId, version: versionCount }]
    if (isTrained(options)) checkLengths((await readNamedRows(client, datanets)).rows, await baseRowBytes())
    const modelId = await modelToTrain(client, account, studio, datanetId, options)
    const plan = await planVersion(client, modelId, datanets, options.method)
    const versionId = options.external
      ? await registerExternal(client, account, plan)
      : await trainModel(client, account, studio, plan, options)
    const attesting = startStep('Waiting for the validators to check and attest it')
    await waitServing(client, versionId, ATTEST_TIMEOUT_MS)
    attesting.done()
    console.log(
      options.external
        ? `model ${modelId} serves: register as a provider of ${versionId} and answer its jobs`
        : `model ${modelId} serves; answer questions to it with \`openledger serve ${modelId}\``,
    )
  } finally {
    await studio.close()
  }
}

const isTrained = ({ steps, external }: TrainCommand): boolean => external !== true && steps !== 0

function checkMethod(options: TrainCommand): void {
  if (options.external && options.method !== 'span')
    throw new CommandError(
      `answers of a model that is served elsewhere cannot be attributed by ${options.method}`,
      'Nobody can re-execute them; `--method span` finds word for word what they repeat.',
    )
  if (!isTrained(options) && options.method === 'datainf')
    throw new CommandError('datainf needs a trained adapter: --steps 0 goes with --method span or rag')
}

/** Before a model is proposed: a version holds every row of its Datanets, and one that is too long stops them all. */
export function checkLengths(rows: readonly VersionRow[], rowBytesMax: number): void {
  for (const { datanetId, rowId, contributorId, row } of rows) {
    const bytes = row.input.length + row.output.length
    if (bytes > rowBytesMax)
      throw new CommandError(
        `row ${rowId} of Datanet ${datanetId} is too long: ${bytes} bytes of input and output, the base reads ${rowBytesMax}`,
        `Contributor ${contributorId} can take it back with \`openledger datanet withdraw ${datanetId} ${rowId}\`; then publish a new version.`,
      )
  }
}

/** The model asked for, or a new one, in a state that takes versions. */
async function modelToTrain(
  client: ChainClient,
  account: LocalAccount,
  studio: StudioWorker,
  datanetId: bigint,
  options: TrainCommand,
): Promise<bigint> {
  const modelId =
    options.model === undefined
      ? await proposeModel(client, account, {
          ...DEFAULT_RATES,
          purpose: options.purpose,
          baseHash: options.external ? fromHex(zeroHash) : studio.hashes.base,
          datanets: [datanetId],
          training: settingsOf(options),
        })
      : BigInt(options.model)
  if (options.model === undefined) {
    console.log(`model ${modelId} proposed`)
    await approveAsDevAdmin(client, modelId)
  }
  const { state } = await readModel(client, modelId)
  if (state === COLLECTING) await startTraining(client, account, modelId)
  else if (state !== TRAINING && state !== DEPLOYED)
    throw new CommandError(`model ${modelId} takes no versions now: it is proposed, rejected or retired`)
  return modelId
}

async function approveAsDevAdmin(client: ChainClient, modelId: bigint): Promise<void> {
  try {
    await approveModel(client, devAccount(0), modelId)
  } catch (error) {
    if (!(error instanceof ChainRefusal)) throw error
    throw new CommandError(
      `model ${modelId} waits for the governor's approval: ${error.message}`,
      `Run \`openledger train … --model ${modelId}\` once it is approved.`,
    )
  }
}

async function trainModel(
  client: ChainClient,
  account: LocalAccount,
  studio: StudioWorker,
  plan: VersionPlan,
  options: TrainCommand,
): Promise<Hex> {
  const training = startStep(
    `${isTrained(options) ? 'Training' : 'Indexing'} model ${plan.modelId} on ${plan.rows.length} rows`,
  )
  const settings = isTrained(options) ? versionSettings(options, studio) : null
  const trained = await trainVersion(studio, plan, settings, (progress) => training.update(progressText(progress)))
  const loss = trained.losses.at(-1)
  training.done(loss === undefined ? '' : `loss ${loss.toFixed(3)}`)
  const evaluating = startStep('Evaluating on a sample of its own rows')
  const evaluation = await studio.evaluate(trained.adapter, sample(plan.rows.map(({ row }) => row)))
  if ('kind' in evaluation) throw new CommandError(`evaluation: ${evaluation.code}: expected ${evaluation.expected}`)
  evaluating.done(`${percent(evaluation.accuracy)} exact, perplexity ${evaluation.perplexity.toFixed(2)}`)
  const registering = startStep('Uploading and registering the version')
  const versionId = await registerVersion(client, account, studio, plan, trained, evaluation)
  registering.done(versionId)
  return versionId
}

/** Only the corpus of what its answers may repeat is on chain. */
async function registerExternal(client: ChainClient, account: LocalAccount, plan: VersionPlan): Promise<Hex> {
  const registering = startStep(`Building and registering the corpus of ${plan.rows.length} rows`)
  const versionId = await registerSource(client, account, plan, corpusOf(plan), otherEngine(plan))
  registering.done(versionId)
  return versionId
}

/** The defaults for so many steps: the warm-up keeps its share of them. */
export function trainSettings(seed: number, steps = DEFAULT_TRAIN_OPTIONS.steps): TrainOptions {
  const warmupSteps = Math.ceil((DEFAULT_TRAIN_OPTIONS.warmupSteps * steps) / DEFAULT_TRAIN_OPTIONS.steps)
  return { ...DEFAULT_TRAIN_OPTIONS, seed, steps, warmupSteps }
}

/** A rag adapter reads chunks before the question, so it is trained for all positions of the base. */
function versionSettings(options: TrainCommand, { contextTokens }: StudioWorker): TrainOptions {
  const settings = settingsOf(options)
  return options.method === 'rag' && options.context === undefined ? { ...settings, contextTokens } : settings
}

function settingsOf({ seed, steps, context }: TrainCommand): TrainOptions {
  return { ...trainSettings(seed, steps), ...(context !== undefined && { contextTokens: context }) }
}

function sample(rows: readonly Row[]): Row[] {
  const stride = Math.max(1, Math.ceil(rows.length / EVALUATION_ROWS_MAX))
  return rows.filter((_, i) => i % stride === 0)
}

/** The version that a model serves with now. */
export async function servingVersion(client: ChainClient, modelId: bigint): Promise<`0x${string}`> {
  const { servingVersion: version } = await readModel(client, modelId)
  if (version === zeroHash)
    throw new CommandError(
      `model ${modelId} serves no version yet`,
      'A version serves once the validators have attested it.',
    )
  return version
}
