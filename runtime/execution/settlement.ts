/**
 * Settlement system transactions (runtime.md §5): what they must look like, and the quorum signature that the executor,
 * not the native, verifies over `ATTR` with this block's epoch (consensus.md §2).
 */
import { AbiFault, decodeAbi } from '../../precompiles/abi.ts'
import { ATTRIBUTION_ADDRESS, SYSTEM_ADDRESS } from '../../precompiles/addresses.ts'
import { attributionContract as attribution } from '../../precompiles/attribution/contract.ts'
import { concat, equal, uintToBytes } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { decodeSigners, hasQuorum } from '../../primitives/signers.ts'
import { type ChainContext, statementHash } from '../../primitives/statements.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import type { ChainRules } from '../chainRules.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { createSystemTransaction, type SystemTransaction } from '../transactions/systemTransaction.ts'

/** Bitmap of the signers (consensus.md §4) and the aggregate of their signatures. */
interface Quorum {
  readonly signers: Uint8Array
  readonly signature: Uint8Array
}
export type Settlement =
  | ({ readonly kind: 'job'; readonly jobId: bigint; readonly result: Uint8Array } & Quorum)
  | ({ readonly kind: 'version'; readonly versionId: Uint8Array; readonly root: Uint8Array } & Quorum)

/** All settlements of a block together; the dearest one, K = 64 with a full callback, fits (runtime.md §5). */
export const SETTLEMENT_GAS_MAX = 8_000_000n
/** "INFL", the domain of settlement source hashes. */
const SOURCE_DOMAIN = 0x494e464c
/** Prefix of a job's attribution root: root = keccak256(0x20 ‖ result) (influence.md §6.6). */
const RESULT_PREFIX = Uint8Array.of(0x20)

/** The 32 bytes that `ATTR` calls jobId. */
export function settlementId(settlement: Settlement): Uint8Array {
  return settlement.kind === 'job' ? uintToBytes(settlement.jobId, 32) : settlement.versionId
}

/** The same of a settlement's transaction: both calls have it as their first argument. */
export function settledId(transaction: SystemTransaction): Uint8Array {
  return transaction.data.subarray(4, 36)
}

export function settlementRoot(keccak: Hasher, settlement: Settlement): Uint8Array {
  return settlement.kind === 'job' ? keccak(concat(RESULT_PREFIX, settlement.result)) : settlement.root
}

function sourceHash(keccak: Hasher, settlement: Settlement): Uint8Array {
  const inner = keccak(concat(settlementId(settlement), new Uint8Array(32)))
  return keccak(concat(uintToBytes(SOURCE_DOMAIN, 32), inner))
}

function callData(settlement: Settlement): Uint8Array {
  const { signers, signature } = settlement
  return settlement.kind === 'job'
    ? attribution.encodeCall('settle', [settlement.jobId, settlement.result, signers, signature])
    : attribution.encodeCall('settleVersion', [settlement.versionId, settlement.root, signers, signature])
}

/** The transaction that brings a settlement; `gas` is what it may use, callbacks included. */
export function settlementTransaction(keccak: Hasher, settlement: Settlement, gas: bigint): SystemTransaction {
  return createSystemTransaction(keccak, {
    sourceHash: sourceHash(keccak, settlement),
    from: SYSTEM_ADDRESS,
    to: ATTRIBUTION_ADDRESS,
    mintWei: 0n,
    valueWei: 0n,
    gas,
    isSystemTx: true,
    data: callData(settlement),
  })
}

export type SettlementFault = 'SettlementForm' | 'SettlementSigners' | 'SettlementQuorum' | 'SettlementSignature'

/** Transaction → settlement; whatever `settlementTransaction` would not have made is refused. */
export function readSettlement(keccak: Hasher, transaction: SystemTransaction): Settlement | Refusal<SettlementFault> {
  const settlement = readCallData(transaction.data)
  if (settlement === undefined) return refuse('SettlementForm', 'a call of settle or settleVersion', transaction.data)
  const expected = settlementTransaction(keccak, settlement, transaction.gas)
  if (!equal(expected.bytes, transaction.bytes)) return refuse('SettlementForm', expected.bytes, transaction.bytes)
  return settlement
}

function readCallData(data: Uint8Array): Settlement | undefined {
  const selector = data.slice(0, 4)
  const isCall = (name: string) => equal(attribution.functions.get(name)!.selector, selector)
  const decode = (name: string) => decodeAbi(attribution.functions.get(name)!.inputs, data.slice(4))
  try {
    if (isCall('settle')) {
      const [jobId, result, signers, signature] = decode('settle') as [bigint, Uint8Array, Uint8Array, Uint8Array]
      return { kind: 'job', jobId, result, signers, signature }
    }
    if (isCall('settleVersion')) {
      const [versionId, root, signers, signature] = decode('settleVersion') as Uint8Array[]
      return { kind: 'version', versionId: versionId!, root: root!, signers: signers!, signature: signature! }
    }
    return undefined
  } catch (fault) {
    if (fault instanceof AbiFault) return undefined
    throw fault
  }
}

/** Bitmap, quorum and aggregate signature over `ATTR(epochHash, id, root)`; `undefined` when they hold. */
export function checkSettlement(
  rules: ChainRules,
  chain: ChainContext,
  epoch: Epoch,
  settlement: Settlement,
): Refusal<SettlementFault> | undefined {
  const { validators, epochHash } = epoch
  const indexes = decodeSigners(settlement.signers, validators.length)
  if (indexes === undefined)
    return refuse('SettlementSigners', `a bitmap of ${validators.length} validators`, settlement.signers)
  if (!hasQuorum(validators, indexes)) return refuse('SettlementQuorum', 'a quorum of voting power', indexes.join(' '))
  const jobId = settlementId(settlement)
  const root = settlementRoot(rules.keccak, settlement)
  const hash = statementHash(chain, { kind: 'attribution', epochHash, jobId, root })
  const keys = indexes.map((i) => validators[i]!.blsKey)
  if (!rules.crypto.bls.verify(keys, hash, settlement.signature))
    return refuse('SettlementSignature', 'the aggregate signature of the signers', settlement.signature)
  return undefined
}
