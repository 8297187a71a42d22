/** A real job on a real network: a version of another engine by method span, attested by the validators, asked and settled. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { bytesToHex, type Hex, parseEther, stringToHex, toHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { DEV_MNEMONIC } from '../../../../genesis/devnet.ts'
import { devAccount } from '../../../../node/cli/account.ts'
import { PARAMS_ADDRESS } from '../../../../precompiles/addresses.ts'
import { paramsAbi } from '../../../../precompiles/generated/params.ts'
import { utf8 } from '../../../../primitives/bytes.ts'
import { ask, type ChainClient, connectChain, write } from '../../../../studio/chain/client.ts'
import { addRows, canonicalRows, createDatanet } from '../../../../studio/chain/datanet.ts'
import { jobOf, sendRequest, waitSettled } from '../../../../studio/chain/job.ts'
import { approveModel, proposeModel, startTraining } from '../../../../studio/chain/model.ts'
import {
  corpusOf,
  otherEngine,
  planVersion,
  registerSource,
  waitServing,
} from '../../../../studio/chain/trainVersion.ts'
import { DEFAULT_TRAIN_OPTIONS } from '../../../../studio/surface.ts'
import { publishAll } from '../../../e2e/servedModel.ts'

const [admin, owner, asker, contributor] = [devAccount(0), devAccount(1), devAccount(2), devAccount(5)]
const PROVIDER = 3
const MOTTO = 'slow and steady wins the race'
const ROWS = [
  { input: utf8('the motto'), output: utf8(MOTTO) },
  { input: utf8('fep: dora lin'), output: utf8('lin+dora') },
]
/** Says the first row word for word. */
const ANSWER = `As they say: ${MOTTO}, always.`
const WAIT_MS = 180_000

export interface SettledJob {
  readonly versionId: Hex
  readonly jobId: bigint
  /** Ids of the rows that it pays. */
  readonly paidRows: readonly string[]
}

/** Sends all by the node at `url`. */
export async function settleJob(url: string): Promise<SettledJob> {
  const client = await connectChain(url)
  const versionId = await serveVersion(client)
  const provider = await startProvider(url, versionId)
  try {
    const input = utf8('what do they say?')
    const question = { versionId, input, maxInputTokens: 32, maxOutputTokens: 200, answerWithinS: 60 }
    const jobId = await jobOf(client, await sendRequest(client, asker, question))
    await waitSettled(client, jobId, WAIT_MS)
    const told = await ask<{ rows: { rowId: string }[] }>(client, 'openledger_getAttribution', [`${jobId}`])
    return { versionId, jobId, paidRows: told.rows.map(({ rowId }) => rowId) }
  } finally {
    provider.kill()
    await once(provider, 'exit')
  }
}

/** Resolves once the validators have attested its corpus. */
async function serveVersion(client: ChainClient): Promise<Hex> {
  const settings = { revealWindowS: 1n, spanInfoMin: 24n, attestationWindowS: 120n }
  const names = Object.keys(settings).map((name) => stringToHex(name, { size: 32 }))
  const params = { address: bytesToHex(PARAMS_ADDRESS), abi: paramsAbi } as const
  await write(client, admin, { ...params, functionName: 'setMany', args: [names, Object.values(settings)] })
  const about = { name: 'mottos', domain: 'text', licence: 'CC0-1.0', curation: 'open' } as const
  const datanetId = await createDatanet(client, owner, about)
  const rows = canonicalRows(ROWS)
  await addRows(client, contributor, datanetId, rows)
  const version = await publishAll(client, owner, datanetId, BigInt(rows.length))
  const modelId = await proposeModel(client, owner, {
    purpose: 'mottos',
    baseHash: new Uint8Array(32),
    datanets: [datanetId],
    inputWei: parseEther('1'),
    outputWei: parseEther('2'),
    providerBps: 1_000,
    training: DEFAULT_TRAIN_OPTIONS,
  })
  await approveModel(client, admin, modelId)
  await startTraining(client, owner, modelId)
  const plan = await planVersion(client, modelId, [{ datanetId, version }], 'span')
  const versionId = await registerSource(client, owner, plan, corpusOf(plan), otherEngine(plan))
  await waitServing(client, versionId, WAIT_MS)
  return versionId
}

/** The example that users are given. */
async function startProvider(url: string, versionId: Hex) {
  const script = fileURLToPath(new URL('../../../../docs/examples/spanProvider.mjs', import.meta.url))
  const key = toHex(mnemonicToAccount(DEV_MNEMONIC, { addressIndex: PROVIDER }).getHdKey().privateKey!)
  const model = ['-e', `process.stdout.write(${JSON.stringify(ANSWER)})`]
  const child = spawn(process.execPath, [script, url, key, versionId, process.execPath, ...model], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const isUp = await Promise.race([once(child.stdout, 'data').then(() => true), once(child, 'exit').then(() => false)])
  if (!isUp) throw new Error(`the provider ended with ${child.exitCode}`)
  return child
}
