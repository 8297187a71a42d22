/** Random moves over all natives: each picks its subjects by three numbers and may be refused, never anything else. */

import { concat, fromHex, toHex, uintToBytes, utf8 } from '../../../primitives/bytes.ts'
import { keccak256, sha256 } from '../../../primitives/hashes.ts'
import { encodeRow } from '../../../primitives/rows.ts'
import { account, DEV_ADMIN, Refused, send, view, type World } from '../world.ts'
import {
  ATTRIBUTION,
  BOND_WEI,
  CONTRIBUTOR,
  DATANET,
  equalEntries,
  FEE_SPLIT,
  INFERENCE,
  idOf,
  keyOf,
  MODEL,
  OPEN,
  PARAMS,
  PROVIDER,
  proposalOf,
  QUERY_HASH,
  RATES,
  REQUESTER,
  requestOf,
  resultOf,
  rowBytes,
  type Served,
  STAKE_WEI,
  STAKING,
  SYSTEM_CALL,
  type TestVersion,
  versionOf,
  ZERO_HASH,
} from './scenario.ts'

export interface Economy {
  readonly world: World
  /** Wallets that act; each may be contributor, owner, provider and requester. */
  readonly wallets: readonly Uint8Array[]
  readonly versions: (TestVersion & { readonly datanetId: bigint; readonly datanetVersion: bigint })[]
  jobCount: bigint
  modelCount: bigint
  datanetCount: bigint
  /** Rows hidden by a commit and not revealed. */
  readonly hidden: {
    readonly row: Uint8Array
    readonly salt: string
    readonly wallet: Uint8Array
    readonly datanetId: bigint
  }[]
  rowNumber: number
  /** Gas that the next writes may use; unset: plenty. */
  gasCap: bigint | undefined
  /** Move → how often it went through. */
  readonly done: Map<string, number>
  /** Error → how often it was the answer. */
  readonly refused: Map<string, number>
}

export function startEconomy(served: Served, wallets: readonly Uint8Array[]): Economy {
  const { world, version } = served
  for (const wallet of wallets) world.setBalance(wallet, 100_000n * OPEN)
  const first = { ...version, datanetId: 1n, datanetVersion: 1n }
  const counts = { jobCount: 0n, modelCount: 1n, datanetCount: 1n, rowNumber: 0 }
  const records = { hidden: [], gasCap: undefined, done: new Map(), refused: new Map() }
  const economy: Economy = { world, wallets, versions: [first], ...counts, ...records }
  const raw = world.raw.bind(world)
  world.raw = (to, input, options = {}) => {
    const isCapped = economy.gasCap !== undefined && options.isStatic !== true
    return raw(to, input, isCapped ? { ...options, gas: economy.gasCap! } : options)
  }
  return economy
}

export type Picks = readonly [number, number, number]
/** `false`: stood still, so that rare moves stay rare. */
type Move = (economy: Economy, picks: Picks) => void | false

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!
const idUpTo = (count: bigint, n: number): bigint => (count === 0n ? 1n : (BigInt(n) % count) + 1n)
const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)

/** The n-th job in one of the states, else any. */
function jobIn({ world, jobCount }: Economy, states: readonly number[], n: number): bigint {
  const all = Array.from({ length: Number(jobCount) }, (_, i) => BigInt(i + 1))
  const fit = all.filter((id) => states.includes((view(world, INFERENCE, 'getJob', [id]) as { state: number }).state))
  return fit.length > 0 ? pick(fit, n) : idUpTo(jobCount, n)
}

/** The n-th model in one of the states, else any. */
function modelIn({ world, modelCount }: Economy, states: readonly number[], n: number): bigint {
  const all = Array.from({ length: Number(modelCount) }, (_, i) => BigInt(i + 1))
  const fit = all.filter((id) => states.includes((view(world, MODEL, 'getModel', [id]) as { state: number }).state))
  return fit.length > 0 ? pick(fit, n) : idUpTo(modelCount, n)
}

const isServing = (world: World, { versionId }: TestVersion): boolean =>
  (view(world, MODEL, 'termsOf', [toHex(versionId)]) as { isServing: boolean }).isServing

/** The n-th version that serves (or does not), else any. */
function versionThat({ world, versions }: Economy, serves: boolean, n: number) {
  const fit = versions.filter((version) => isServing(world, version) === serves)
  return pick(fit.length > 0 ? fit : versions, n)
}

const walletOf = (world: World, id: bigint): Uint8Array =>
  fromHex(view(world, CONTRIBUTOR, 'walletOf', [id]) as `0x${string}`)

/** Mostly the owner of a model, at times a stranger. */
function ownerOr(economy: Economy, modelId: bigint, n: number): Uint8Array {
  if (n % 8 === 0) return pick(economy.wallets, n)
  return fromHex((view(economy.world, MODEL, 'getModel', [modelId]) as { owner: `0x${string}` }).owner)
}

const datanetMoves: Record<string, Move> = {
  createDatanet(economy, [a, b]) {
    const bondWei = b % 2 === 0 ? 0n : BigInt(b % 7) * 10n ** 15n
    const args = ['d', 'tests', 'CC0', b % 2, bondWei, '']
    send(economy.world, DATANET, 'createDatanet', args, { from: pick(economy.wallets, a) })
    economy.datanetCount++
  },
  addRows(economy, [a, b, c]) {
    const datanetId = idUpTo(economy.datanetCount, a)
    const { rowBondWei } = view(economy.world, DATANET, 'getDatanet', [datanetId]) as { rowBondWei: bigint }
    const rows = Array.from({ length: 1 + (c % 3) }, () => rowBytes(`row ${c % 16 === 0 ? 0 : economy.rowNumber++}`))
    const wei = rowBondWei * BigInt(rows.length)
    send(economy.world, DATANET, 'addRows', [datanetId, rows], { from: pick(economy.wallets, b), wei })
  },
  commitRows(economy, [a, b, c]) {
    const { world, hidden } = economy
    const datanetId = idUpTo(economy.datanetCount, a)
    const wallet = pick(economy.wallets, b)
    const row = encodeRow({ input: utf8(`hidden ${economy.rowNumber++}`), output: utf8('!') }) as Uint8Array
    const salt = uintToBytes(c, 32)
    const rowHash = fromHex(sha256Hex(row))
    const id = uintToBytes(idOf(world, wallet), 8)
    const commit = keccak256(concat(id, uintToBytes(datanetId, 8), rowHash, salt))
    send(world, DATANET, 'commitRows', [datanetId, [toHex(commit)]], { from: wallet })
    hidden.push({ row, salt: toHex(salt), wallet, datanetId })
  },
  revealRows(economy, [a]) {
    const { world, hidden } = economy
    if (hidden.length === 0) return false
    const { row, salt, wallet, datanetId } = hidden.splice(a % hidden.length, 1)[0]!
    const { rowBondWei } = view(world, DATANET, 'getDatanet', [datanetId]) as { rowBondWei: bigint }
    send(world, DATANET, 'revealRows', [datanetId, [toHex(row)], [salt]], { from: wallet, wei: rowBondWei })
  },
  curate(economy, [a, b, c]) {
    const datanetId = idUpTo(economy.datanetCount, a)
    const info = view(economy.world, DATANET, 'getDatanet', [datanetId]) as { ownerId: bigint; rowCount: bigint }
    const args = [datanetId, [idUpTo(info.rowCount, b)], c % 3 !== 0]
    send(economy.world, DATANET, 'curate', args, { from: walletOf(economy.world, info.ownerId) })
  },
  withdrawRow(economy, [a, b]) {
    const datanetId = idUpTo(economy.datanetCount, a)
    const { rowCount } = view(economy.world, DATANET, 'getDatanet', [datanetId]) as { rowCount: bigint }
    const rowId = idUpTo(rowCount, b)
    const row = view(economy.world, DATANET, 'getRow', [datanetId, rowId]) as { contributorId: bigint }
    send(economy.world, DATANET, 'withdrawRow', [datanetId, rowId], {
      from: walletOf(economy.world, row.contributorId),
    })
  },
  publishVersion(economy, [a, b]) {
    const datanetId = idUpTo(economy.datanetCount, a)
    const { ownerId } = view(economy.world, DATANET, 'getDatanet', [datanetId]) as { ownerId: bigint }
    const args = [datanetId, BigInt(1 + (b % 100))]
    send(economy.world, DATANET, 'publishVersion', args, { from: walletOf(economy.world, ownerId) })
  },
}

const METHODS = ['datainf', 'span', 'rag'] as const
const sha256Hex = (bytes: Uint8Array): `0x${string}` => toHex(sha256(bytes))

const modelMoves: Record<string, Move> = {
  propose(economy, [a, b]) {
    const rates = { ...RATES, inputWei: BigInt(b) * 10n ** 13n, providerBps: b % 9_000 }
    send(economy.world, MODEL, 'propose', [proposalOf({ rates })], { from: pick(economy.wallets, a), wei: STAKE_WEI })
    economy.modelCount++
  },
  decide(economy, [a, b]) {
    const name = b % 4 === 0 ? 'reject' : 'approve'
    send(economy.world, MODEL, name, [modelIn(economy, [1], a)], { from: DEV_ADMIN })
  },
  startTraining(economy, [a, b]) {
    const modelId = modelIn(economy, [2], a)
    send(economy.world, MODEL, 'startTraining', [modelId], { from: ownerOr(economy, modelId, b) })
  },
  registerVersion(economy, [a, b, c]) {
    const { world, versions } = economy
    const modelId = modelIn(economy, [3, 4], a)
    const datanetId = idUpTo(economy.datanetCount, b)
    const { versionCount } = view(world, DATANET, 'getDatanet', [datanetId]) as { versionCount: bigint }
    const datanetVersion = idUpTo(versionCount, c)
    const parents = versions
      .slice(0, c % 5)
      .map(({ versionId }, i) => ({ versionId: toHex(versionId), royaltyBps: 300 + i * (c % 400) }))
    const datanets = [{ datanetId, version: datanetVersion }]
    const { args, depositWei, ...version } = versionOf(world, modelId, {
      datanets,
      parents,
      method: METHODS[(a + c) % 3]!,
    })
    send(world, MODEL, 'registerVersion', args, { from: ownerOr(economy, modelId, b), wei: depositWei })
    versions.push({ ...version, datanetId, datanetVersion })
  },
  settleVersion(economy, [a]) {
    const { versionId, sourceRoot } = versionThat(economy, false, a)
    send(
      economy.world,
      ATTRIBUTION,
      'settleVersion',
      [toHex(versionId), toHex(sourceRoot), '0x01', '0x02'],
      SYSTEM_CALL,
    )
  },
  setRates(economy, [a, b]) {
    const modelId = idUpTo(economy.modelCount, a)
    const rates = { ...RATES, outputWei: BigInt(b) * 10n ** 14n, providerBps: b % 8_000 }
    send(economy.world, MODEL, 'setRates', [modelId, rates], { from: ownerOr(economy, modelId, b) })
  },
  retire(economy, [a, b, c]) {
    if (c % 4 !== 0) return false
    const modelId = idUpTo(economy.modelCount, a)
    send(economy.world, MODEL, 'retire', [modelId], { from: ownerOr(economy, modelId, b) })
  },
}

const providerWallets = ({ wallets }: Economy): readonly Uint8Array[] => [PROVIDER, ...wallets.slice(0, 2)]

const inferenceMoves: Record<string, Move> = {
  registerProvider(economy, [a, b]) {
    const versions = [toHex(versionThat(economy, true, b).versionId)]
    const options = { from: pick(providerWallets(economy), a), wei: BOND_WEI + BigInt(b) }
    send(economy.world, INFERENCE, 'registerProvider', ['', versions], options)
  },
  serve(economy, [a, b]) {
    const versions = [toHex(versionThat(economy, true, b).versionId)]
    send(economy.world, INFERENCE, 'serve', [versions], { from: pick(providerWallets(economy), a) })
  },
  stopServing(economy, [a, b, c]) {
    if (c % 3 !== 0) return false
    const versions = [toHex(pick(economy.versions, b).versionId)]
    send(economy.world, INFERENCE, 'stopServing', [versions], { from: pick(providerWallets(economy), a) })
  },
  unregisterProvider(economy, [a, b]) {
    if (b % 4 !== 0) return false
    send(economy.world, INFERENCE, 'unregisterProvider', [], { from: pick(providerWallets(economy), a) })
  },
  addBond(economy, [a, b]) {
    send(economy.world, INFERENCE, 'addBond', [], {
      from: pick(providerWallets(economy), a),
      wei: BigInt(b) * 10n ** 15n,
    })
  },
  request(economy, [a, b, c]) {
    const { world } = economy
    const hasCallback = c % 3 === 0
    const callback = hasCallback ? { callback: toHex(account(300)), callbackGas: 1 + c, callbackData: '0x01' } : {}
    const tokens = { maxInputTokens: b % 3_000, maxOutputTokens: 1 + (c % 256) }
    const wanted = requestOf(world, versionThat(economy, c % 9 !== 0, a).versionId, { ...callback, ...tokens })
    const args = [wanted.versionId, wanted.maxInputTokens, wanted.maxOutputTokens, wanted.callbackGas]
    const leastWei = view(world, INFERENCE, 'escrowFor', args) as bigint
    const options = { from: pick([REQUESTER, ...economy.wallets], b), wei: leastWei + BigInt(c % 3) * 1_001n }
    send(world, INFERENCE, 'request', [wanted], options)
    economy.jobCount++
  },
  accept(economy, [a, b]) {
    const { world } = economy
    const jobId = jobIn(economy, [1], a)
    const { versionId } = view(world, INFERENCE, 'getJob', [jobId]) as { versionId: string }
    const serves = (wallet: Uint8Array) => view(world, INFERENCE, 'isServed', [idOf(world, wallet), versionId]) === true
    const fit = providerWallets(economy).filter(serves)
    send(world, INFERENCE, 'accept', [jobId], { from: pick(fit.length > 0 ? fit : economy.wallets, b) })
  },
  respond(economy, [a, b, c]) {
    const { world } = economy
    const jobId = jobIn(economy, [2], a)
    const job = view(world, INFERENCE, 'getJob', [jobId]) as Record<'maxInputTokens' | 'maxOutputTokens', number> & {
      provider: bigint
    }
    const inputTokens = b % (job.maxInputTokens + 1)
    const args = [jobId, toHex(utf8('x'.repeat(c % 90))), inputTokens, c % (job.maxOutputTokens + 1), toHex(QUERY_HASH)]
    const from = walletOf(world, job.provider)
    // Cited by any method: one that cites nothing must refuse.
    if (b % 3 === 0) send(world, INFERENCE, 'respondCiting', [...args, [0, 1].slice(0, c % 3)], { from })
    else send(world, INFERENCE, 'respond', args, { from })
  },
  cancel(economy, [a, b]) {
    if (b % 4 !== 0) return false
    const jobId = jobIn(economy, [1], a)
    const { requester } = view(economy.world, INFERENCE, 'getJob', [jobId]) as { requester: `0x${string}` }
    send(economy.world, INFERENCE, 'cancel', [jobId], { from: fromHex(requester) })
  },
  expire(economy, [a]) {
    send(economy.world, INFERENCE, 'expire', [jobIn(economy, [1, 2, 3], a)], { from: account(999) })
  },
  settle(economy, [a, b]) {
    const { world } = economy
    const jobId = jobIn(economy, [3], a)
    const job = view(world, INFERENCE, 'getJob', [jobId]) as {
      versionId: string
      k: number
      tau: number
      level: number
      citationsRoot: `0x${string}`
    }
    const version = economy.versions.find(({ versionId }) => toHex(versionId) === job.versionId)!
    const range = [version.datanetId, version.datanetVersion, 0n, 256n]
    const rows = view(world, DATANET, 'versionRows', range) as { rowId: bigint }[]
    const paid = rows.slice(0, Math.min(job.k, b % 12)).map(({ rowId }) => ({ datanetId: version.datanetId, rowId }))
    const entries = paid.length === 0 ? [] : equalEntries(paid.map((row) => ({ ...row, wallet: PROVIDER })))
    const cited = job.citationsRoot === ZERO_HASH ? {} : { contextRoot: fromHex(job.citationsRoot) }
    const result = resultOf(version, entries, { k: job.k, tau: job.tau, level: job.level, ...cited })
    send(world, ATTRIBUTION, 'settle', [jobId, toHex(result), '0x01', '0x02'], SYSTEM_CALL)
  },
}

const moneyMoves: Record<string, Move> = {
  claim({ world, wallets }, [a, b]) {
    send(world, FEE_SPLIT, 'claim', [toHex(pick(wallets, b))], { from: pick(wallets, a) })
  },
  setClaimer({ world, wallets }, [a, b]) {
    send(world, FEE_SPLIT, 'setClaimer', [toHex(pick(wallets, b))], { from: pick(wallets, a) })
  },
  claimMany({ world, wallets }, [a, b]) {
    const from = pick(wallets, a)
    const isMine = (id: bigint) =>
      idOf(world, from) === id || String(view(world, FEE_SPLIT, 'claimerOf', [id])).toLowerCase() === toHex(from)
    const total = view(world, CONTRIBUTOR, 'contributorCount') as bigint
    const ids = Array.from({ length: Number(total) }, (_, i) => BigInt(i + 1)).filter(isMine)
    const full = ids.filter((id) => (view(world, FEE_SPLIT, 'balanceOf', [id]) as bigint) > 0n)
    send(world, FEE_SPLIT, 'claimMany', [full, toHex(pick(wallets, b))], { from })
  },
  pullRoyalties({ world, versions }, [a]) {
    const full = versions.filter(
      ({ versionId }) => (view(world, FEE_SPLIT, 'poolOf', [toHex(versionId)]) as bigint) > 0n,
    )
    const { versionId } = pick(full.length > 0 ? full : versions, a)
    send(world, FEE_SPLIT, 'pullRoyalties', [toHex(versionId)], { from: account(999) })
  },
  bookBaseFees({ world }, [a]) {
    send(world, FEE_SPLIT, 'bookBaseFees', [], { ...SYSTEM_CALL, wei: BigInt(a) })
  },
  treasuryPay({ world, wallets }, [a, b]) {
    const wei = BigInt(a) * 10n ** 14n
    send(world, FEE_SPLIT, 'treasuryPay', [toHex(pick(wallets, b)), wei], { from: DEV_ADMIN })
  },
  claimRewards({ world, wallets }, [a]) {
    send(world, STAKING, 'claimRewards', [64n], { from: pick([account(800), ...wallets], a) })
  },
  delegate({ world, wallets }, [a, b]) {
    const options = { from: pick(wallets, a), wei: BigInt(b) * 10n ** 15n }
    send(world, STAKING, 'delegate', [toHex(account(800))], options)
  },
  undelegate({ world, wallets }, [a, b]) {
    send(world, STAKING, 'undelegate', [toHex(account(800)), BigInt(b) * 10n ** 14n], { from: pick(wallets, a) })
  },
  rotate({ world, wallets }, [a, b]) {
    if (b % 4 !== 0) return false
    const from = pick(wallets, a)
    send(world, CONTRIBUTOR, 'requestRotation', [idOf(world, from), toHex(account(5_000 + b))], { from })
  },
  cancelRotation({ world, wallets }, [a]) {
    const from = pick(wallets, a)
    send(world, CONTRIBUTOR, 'cancelRotation', [idOf(world, from)], { from })
  },
  setParameter({ world }, [a, b]) {
    const changes = [
      ['platformFlatWei', BigInt(b) * 10n ** 14n],
      ['platformBps', BigInt(b % 3_001)],
      ['attributionK', BigInt(1 + (b % 64))],
      ['providerSlashBps', BigInt(b % 10_001)],
      ['ratesNoticeS', BigInt(b % 100)],
    ] as const
    const [name, value] = pick(changes, a)
    send(world, PARAMS, 'set', [keyOf(name), value], { from: DEV_ADMIN })
  },
}

/** Jobs are what moves most money: their moves come up three times as often. */
const TABLE: readonly (readonly [string, Move])[] = [
  ...[datanetMoves, modelMoves, moneyMoves].flatMap((moves) => Object.entries(moves)),
  ...[1, 2, 3].flatMap(() => Object.entries(inferenceMoves)),
]

/** Makes the n-th move, one in ten with little gas; a refusal is counted, anything else is thrown. */
export function makeMove(economy: Economy, n: number, picks: Picks): void {
  const [name, move] = pick(TABLE, n)
  economy.gasCap = picks[2] % 10 === 9 ? BigInt(picks[1] * 30) : undefined
  try {
    if (move(economy, picks) !== false) count(economy.done, name)
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused
    count(economy.refused, refused.error)
  }
}
