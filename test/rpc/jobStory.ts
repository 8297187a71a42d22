/**
 * A settled job on a real chain: two contributors' rows in a model version, one row rejected, one too late; rows 1 and 3
 * are paid, row 2 repeats row 1. Sent with the node's own dev accounts.
 */
import { type Abi, createPublicClient, createWalletClient, defineChain, type Hex, http } from 'viem'
import { encodeIndexHeader } from '../../influence/indexFile.ts'
import { encodeResult } from '../../influence/result.ts'
import { PARAMS_ADDRESS } from '../../precompiles/addresses.ts'
import { paramsAbi } from '../../precompiles/generated/params.ts'
import { parameterKey } from '../../precompiles/params/contract.ts'
import { concat, fromHex, toHex, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { encodeRow } from '../../primitives/rows.ts'
import { type CONTRIBUTOR, DATANET, INFERENCE, MODEL } from '../../rpc/ledger/natives.ts'
import type { RealNode } from './realBackend.ts'

const OPEN = 10n ** 18n
const ZERO = toHex(new Uint8Array(32))
const BASE = toHex(keccak256(utf8('base')))
const QUERY = keccak256(utf8('query'))

const rowOf = (text: string) => toHex(encodeRow({ input: utf8(text), output: utf8('!') }) as Uint8Array)

type Native = { readonly address: Uint8Array; readonly abi: Abi } | typeof CONTRIBUTOR

export interface Storyteller {
  /** Sends from the n-th dev account; throws when it fails. */
  send(account: number, native: Native, functionName: string, args: readonly unknown[], value?: bigint): Promise<void>
  view<T>(native: Native, functionName: string, args: readonly unknown[]): Promise<T>
  parameter(name: string): Promise<bigint>
  readonly accounts: readonly Hex[]
}

export async function createStoryteller(node: RealNode): Promise<Storyteller> {
  const chain = defineChain({
    id: Number(node.backend.chainId),
    name: 'devnet',
    nativeCurrency: { name: 'OPEN', symbol: 'OPEN', decimals: 18 },
    rpcUrls: { default: { http: [node.server.httpUrl] } },
  })
  const client = createPublicClient({ chain, transport: http(), pollingInterval: 5 })
  const wallet = createWalletClient({ chain, transport: http() })
  const accounts = await wallet.getAddresses()
  const view = <T>(native: Native, functionName: string, args: readonly unknown[]) =>
    client.readContract({ address: toHex(native.address), abi: native.abi as Abi, functionName, args }) as Promise<T>
  return {
    accounts,
    view,
    parameter: (name) => view({ address: PARAMS_ADDRESS, abi: paramsAbi }, 'get', [toHex(parameterKey(name))]),
    async send(account, native, functionName, args, value = 0n) {
      const request = { account: accounts[account]!, address: toHex(native.address), abi: native.abi as Abi }
      const hash = await wallet.writeContract({ ...request, functionName, args, value })
      const { status } = await client.waitForTransactionReceipt({ hash })
      if (status !== 'success') throw new Error(`${functionName} failed`)
    },
  }
}

/** Accounts: 0 owner, 1 and 2 contributors, 3 has no row, 4 provider, 5 requester. */
export async function publishData(node: RealNode, { send, parameter }: Storyteller): Promise<void> {
  await send(0, DATANET, 'createDatanet', ['Tales', 'text', 'CC0', 1, 0n, ''])
  await send(1, DATANET, 'addRows', [1n, [rowOf('one'), rowOf('two')]])
  await send(2, DATANET, 'addRows', [1n, [rowOf('three'), rowOf('noise')]])
  await send(0, DATANET, 'curate', [1n, [1n, 2n, 3n], true])
  await send(0, DATANET, 'curate', [1n, [4n], false])
  await node.chain.mine([], { passS: Number(await parameter('revealWindowS')) + 1 })
  await send(0, DATANET, 'publishVersion', [1n, 100n])
  await send(2, DATANET, 'addRows', [1n, [rowOf('late')]])
}

export interface StoryVersion {
  readonly versionId: Uint8Array
  readonly sourceRoot: Uint8Array
}

export async function serveModel(node: RealNode, teller: Storyteller): Promise<StoryVersion> {
  const { send, view, parameter } = teller
  const rates = { inputWei: 2n * OPEN, outputWei: 4n * OPEN, providerBps: 1_000 }
  const shares = { modelBps: 7_000, stakersBps: 1_000, contributorsBps: 2_000 }
  const proposal = { purpose: 'tests', architecture: 'tiny', baseHash: BASE, planHash: ZERO, datanets: [1n] }
  const stakeWei = await parameter('modelStakeWei')
  await send(0, MODEL, 'propose', [{ ...proposal, rates: { ...rates, ...shares } }], stakeWei)
  await send(0, MODEL, 'approve', [1n])
  await send(0, MODEL, 'startTraining', [1n])
  const versionId = fromHex(await view<Hex>(MODEL, 'versionIdOf', [1n, 1n]))
  const { seed } = await view<{ seed: Hex }>(DATANET, 'versionOf', [1n, 1n])
  const counts = { rowCount: 3, acceptedCount: 3, blockCount: 2, rowBytes: 64, rhoRef: 5n }
  const header = encodeIndexHeader({
    kind: 'gradient',
    ...counts,
    clip: 4,
    tau: 96,
    modelVersion: versionId,
    guardSeed: keccak256(fromHex(seed)),
    layersHash: keccak256(utf8('layers')),
    rowsRoot: keccak256(utf8('rows')),
  })
  const indexBytes = BigInt(Math.ceil((176 + 2 * 32 + 3 * (40 + 4 + 256)) / 64) * 64 + 3 * 64)
  const spec = {
    datanets: [{ datanetId: 1n, version: 1n }],
    baseHash: BASE,
    adapter: { digest: toHex(keccak256(utf8('adapter'))), sizeBytes: 1_000n },
    source: { digest: toHex(keccak256(utf8('index'))), sizeBytes: indexBytes },
    tokenizerHash: ZERO,
    engine: 1,
    method: 1,
    saRoot: ZERO,
    evaluation: ZERO,
    parents: [],
  }
  const depositWei = await view<bigint>(MODEL, 'depositFor', [indexBytes])
  await send(0, MODEL, 'registerVersion', [1n, toHex(header), spec], depositWei)
  const sourceRoot = keccak256(concat(Uint8Array.of(0x12), header))
  await node.chain.mine([], { attested: { kind: 'version', versionId, root: sourceRoot } })
  await send(
    4,
    INFERENCE,
    'registerProvider',
    ['http://127.0.0.1:1', [toHex(versionId)]],
    await parameter('providerBondWei'),
  )
  return { versionId, sourceRoot }
}

export async function requestJob(node: RealNode, { send, view }: Storyteller, version: StoryVersion): Promise<void> {
  const head = node.backend.chain.head()
  const [input, output] = [1_000, 200]
  const versionId = toHex(version.versionId)
  const escrowWei = await view<bigint>(INFERENCE, 'escrowFor', [versionId, input, output, 0])
  const request = {
    versionId,
    input: toHex(utf8('what is it?')),
    maxInputTokens: input,
    maxOutputTokens: output,
    provider: 0n,
    answerBy: BigInt(head.timestampS) + 60n,
    callback: toHex(new Uint8Array(20)),
    callbackGas: 0,
    callbackData: '0x',
  }
  await send(5, INFERENCE, 'request', [request], escrowWei)
}

export async function answerJob({ send }: Storyteller, jobId: bigint): Promise<void> {
  await send(4, INFERENCE, 'accept', [jobId])
  await send(4, INFERENCE, 'respond', [jobId, toHex(utf8('an answer')), 120, 100, toHex(QUERY)])
}

/** Rows 1 and 3 get three quarters and one quarter. */
export async function settleJob(node: RealNode, version: StoryVersion, jobId: bigint): Promise<void> {
  const quarter = 1n << 30n
  const result = encodeResult({
    method: 'datainf',
    level: 1,
    k: 64,
    tau: 96,
    rowCount: 3,
    exponentG: 7,
    sourceRoot: version.sourceRoot,
    queryHash: QUERY,
    scoresRoot: keccak256(utf8('scores')),
    contextRoot: keccak256(utf8('context')),
    entries: [
      { row: 0, datanetId: 1n, rowId: 1n, score: 900n, weight: 3n * quarter },
      { row: 2, datanetId: 1n, rowId: 3n, score: 300n, weight: quarter },
    ],
  })
  await node.chain.mine([], { attested: { kind: 'job', jobId, result } })
}
