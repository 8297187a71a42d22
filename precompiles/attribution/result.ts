/** Result bytes as the chain takes them: canonical, and equal in every field to what job and version say. */
import { isRefused } from '../../influence/refusal.ts'
import { decodeResult, RESULT_ENTRY_BYTES } from '../../influence/result.ts'
import type { Attribution } from '../../influence/surface.ts'
import { bytesToUint, equal, uintToBytes } from '../../primitives/bytes.ts'
import { STEP_GAS } from '../limits.ts'
import { METHOD } from '../model/methods.ts'
import type { NativeHost } from '../native.ts'
import { attributionContract, refusalError } from './contract.ts'

/** Canonical bytes → what they say; the root is hashed at the host's price. */
export function readResult(host: NativeHost, bytes: Uint8Array): Attribution {
  host.charge(STEP_GAS * BigInt(2 + Math.ceil(bytes.length / RESULT_ENTRY_BYTES)))
  const result = decodeResult(bytes, (data) => host.keccak(data))
  if (isRefused(result)) throw refusalError('BadResult', result)
  return result
}

export interface ExpectedResult {
  /** `IModel.VersionSpec.method`. */
  readonly method: bigint
  readonly level: bigint
  readonly k: bigint
  readonly tau: bigint
  readonly rowCount: bigint
  readonly sourceRoot: Uint8Array
  readonly queryHash: Uint8Array
  /** The contextRoot of a result over the rows that the answer cites; zero where it names none. */
  readonly citationsRoot: Uint8Array
}

export function checkResult(result: Attribution, expected: ExpectedResult): void {
  checkField('method', expected.method, METHOD[result.method])
  checkField('level', expected.level, BigInt(result.level))
  checkField('K', expected.k, BigInt(result.k))
  checkField('tau', expected.tau, BigInt(result.tau))
  checkField('n', expected.rowCount, BigInt(result.rowCount))
  // Only a benefit is scaled: spans and citations have whole scores.
  if (expected.method !== METHOD.datainf) checkField('G', 0n, BigInt(result.exponentG))
  checkField('sourceRoot', expected.sourceRoot, result.sourceRoot)
  checkField('queryHash', expected.queryHash, result.queryHash)
  if (bytesToUint(expected.citationsRoot) !== 0n) checkField('contextRoot', expected.citationsRoot, result.contextRoot)
}

function checkField(field: string, expected: Uint8Array | bigint, got: Uint8Array | bigint): void {
  const [wanted, found] = [wordOf(expected), wordOf(got)]
  if (!equal(wanted, found)) throw attributionContract.error('ResultMismatch', field, wanted, found)
}

const wordOf = (value: Uint8Array | bigint): Uint8Array =>
  typeof value === 'bigint' ? uintToBytes(BigInt.asUintN(256, value), 32) : value
