/** `openledger influence prove` and `verify`: one row's score in one job, with the proof that convinces anybody. */
import { writeFileSync } from 'node:fs'
import pc from 'picocolors'
import { BaseError, ContractFunctionRevertedError } from 'viem'
import { isRefused } from '../../../influence/refusal.ts'
import { resultRoot } from '../../../influence/result.ts'
import { verifyRow } from '../../../influence/verifyRow.ts'
import { attributionAbi } from '../../../precompiles/generated/attribution.ts'
import { equal, fromHex, toHex } from '../../../primitives/bytes.ts'
import { ask, type ChainClient } from '../../../studio/chain/client.ts'
import { ATTRIBUTION, readJob, readVersion } from '../../../studio/chain/version.ts'
import { decodeProof, parseRowClaim, type RowClaim, type RowProofAnswer, readRowClaim } from '../../cli/rowProofFile.ts'
import { connect, parseId } from '../../cli/session.ts'
import { formatOpen, percent } from '../../cli/table.ts'
import { CommandError } from '../../cli/terminal.ts'

const attribution = { address: ATTRIBUTION, abi: attributionAbi } as const

interface ProveOptions {
  readonly rpc: string
  readonly out?: string
  readonly json?: boolean
}

/** Asks the node, and believes it only after checking the proof against the roots on the chain. */
export async function proveRow(jobText: string, rowText: string, options: ProveOptions): Promise<void> {
  const jobId = parseId(jobText, 'job')
  const place = parsePlace(rowText)
  const client = await connect(options.rpc)
  const answer = await ask<RowProofAnswer>(client, 'openledger_getRowProof', [`${jobId}`, place])
  const claim = parseRowClaim(answer)
  if ('kind' in claim) throw new CommandError(`the node answers no row proof: ${claim.fault}`)
  if (options.out !== undefined) writeProof(options.out, answer)
  if (options.json === true) return console.log(JSON.stringify(answer))
  console.log(describe(answer))
  const isSettled = answer.attributionRoot !== null
  report(isSettled ? await checkWithChain(client, claim) : checkAlone(claim))
  if (!isSettled)
    console.log(pc.dim(`job ${jobId} is answered, not settled: the chain has no root to check it against yet`))
  if (options.out === undefined) return
  console.log(`written to ${options.out}`)
  console.log(pc.dim(`openledger influence verify ${options.out} checks it, here or on any other machine`))
}

/** A place in the index, or DATANET:ROW. */
function parsePlace(text: string): unknown {
  if (/^\d{1,7}$/.test(text)) return Number(text)
  const [, datanetId, rowId] = /^(\d{1,18}):(\d{1,18})$/.exec(text) ?? []
  if (datanetId === undefined || rowId === undefined)
    throw new CommandError(`expected a row of the index, from 0, or DATANET:ROW, got "${text}"`)
  return { datanetId, rowId }
}

function writeProof(file: string, answer: RowProofAnswer): void {
  try {
    writeFileSync(file, `${JSON.stringify(answer, undefined, 1)}\n`)
  } catch (error) {
    throw new CommandError(`cannot write ${file}: ${(error as Error).message}`)
  }
}

function describe(answer: RowProofAnswer): string {
  const { row, datanetId, rowId, contributorId, status, duplicateOf, score, benefit, weight, rewardWei } = answer
  const by = contributorId === null ? '' : `, by contributor ${contributorId}`
  const standing = status === 'duplicate' ? `a duplicate of row ${duplicateOf}` : status
  const pay = answer.isPaid
    ? `paid ${percent(Number(weight) / 2 ** 32)} of the contributors' part, ${formatOpen(BigInt(rewardWei ?? 0))} OPEN`
    : 'not paid'
  return [
    `row ${row} of the index is row #${rowId} of Datanet ${datanetId}${by}: ${standing}`,
    `score ${score} (benefit ${benefit.toPrecision(4)}), ${pay}`,
    `proof of ${answer.proof.length / 2 - 1} bytes`,
  ].join('\n')
}

interface VerifyOptions {
  readonly rpc: string
  readonly offline?: boolean
}

export async function verifyRowFile(file: string, options: VerifyOptions): Promise<void> {
  const claim = readRowClaim(file)
  const findings =
    options.offline === true ? checkAlone(claim) : await checkWithChain(await connect(options.rpc), claim)
  report(findings)
  if (options.offline === true)
    console.log(pc.dim('the roots are those of the file; without --offline they are compared with the chain'))
}

interface Finding {
  /** `undefined`: not looked at. */
  readonly isRight: boolean | undefined
  readonly text: string
}

function report(findings: readonly Finding[]): void {
  for (const { isRight, text } of findings)
    console.log(`${isRight === undefined ? pc.dim('–') : isRight ? pc.green('✓') : pc.red('✗')} ${text}`)
  if (findings.some(({ isRight }) => isRight === false)) process.exitCode = 1
}

/** Against the roots that the claim itself names. */
function checkAlone(claim: RowClaim): Finding[] {
  const root = claim.attributionRoot
  const findings = root === null ? [] : [checkResult(claim, root, 'that the file names')]
  return [...findings, checkOpening(claim, claim.indexRoot)]
}

async function checkWithChain(client: ChainClient, claim: RowClaim): Promise<Finding[]> {
  const { jobId } = claim
  const settled = await client
    .readContract({ ...attribution, functionName: 'getAttribution', args: [jobId] })
    .catch((error: unknown) => {
      if (revertOf(error)?.errorName !== 'NotSettled') throw error
      throw new CommandError(`job ${jobId} is not settled on this chain`, '--rpc URL names another node.')
    })
  const { versionId } = await readJob(client, jobId)
  const { sourceRoot } = await readVersion(client, versionId)
  return [
    checkResult(claim, fromHex(settled.root), 'that was settled'),
    checkOpening(claim, fromHex(sourceRoot)),
    await askChain(client, claim),
  ]
}

function checkResult({ jobId, result }: RowClaim, root: Uint8Array, which: string): Finding {
  const own = resultRoot(result)
  const isRight = equal(own, root)
  const text = isRight
    ? `the result is the attribution ${which} for job ${jobId}: ${toHex(root)}`
    : `the result is not the attribution ${which} for job ${jobId}: expected root ${toHex(root)}, got ${toHex(own)}`
  return { isRight, text }
}

function checkOpening(claim: RowClaim, indexRoot: Uint8Array): Finding {
  const { proofBytes, result, row, score } = claim
  const proof = decodeProof(proofBytes)
  if (typeof proof === 'string') return { isRight: false, text: `the proof does not decode: ${proof}` }
  const verified = verifyRow(proof, indexRoot, result)
  if (isRefused(verified)) {
    const [expected, got] = [verified.expected, verified.got].map(words)
    return { isRight: false, text: `the proof does not hold: ${verified.code}: expected ${expected}, got ${got}` }
  }
  const isRight = verified.row === row && verified.score === score
  const text = isRight
    ? `the proof holds: row ${row} of the index with root ${toHex(indexRoot)} has score ${score}`
    : `the proof is of another claim: row ${verified.row} with score ${verified.score}, claimed row ${row} with score ${score}`
  return { isRight, text }
}

/** The chain's own check, by a call that costs nothing. */
async function askChain(client: ChainClient, { jobId, result, proofBytes, score }: RowClaim): Promise<Finding> {
  const args = [jobId, toHex(result), toHex(proofBytes)] as const
  try {
    const told = await client.readContract({ ...attribution, functionName: 'verifyRow', args })
    return { isRight: told === score, text: `IAttribution.verifyRow on the chain answers ${told}` }
  } catch (error) {
    const revert = revertOf(error)
    if (revert !== undefined)
      return { isRight: false, text: `IAttribution.verifyRow refuses: ${revert.errorName}(${revert.args?.join(', ')})` }
    if (!(error instanceof BaseError)) throw error
    return { isRight: undefined, text: `IAttribution.verifyRow could not run: ${error.details || error.shortMessage}` }
  }
}

function revertOf(error: unknown) {
  const revert = error instanceof BaseError && error.walk((one) => one instanceof ContractFunctionRevertedError)
  return revert instanceof ContractFunctionRevertedError ? revert.data : undefined
}

const words = (fact: unknown): string => (fact instanceof Uint8Array ? toHex(fact) : String(fact))
